//! How long calls take while the token is rotated, and between rotations.

mod clients;
mod server;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use self::clients::{ByHand, Caller, Declared};
use self::server::{By, REFRESH, Rotating};
use crate::plots::{self, Line};
use crate::report::faster::{Compared, Row};
use crate::report::text::{Text, grouped};
use crate::report::{Options, Section};
use crate::subject::on_one_thread;

const CALLERS: usize = 32;
/// Between two calls of a caller.
const PAUSE: Duration = Duration::from_millis(3);
/// What calls before are not counted: connections are opened.
const WARM_UP: Duration = Duration::from_millis(150);
/// A shorter one counts as unknown for this client.
const LIFETIME: Duration = Duration::from_millis(1_200);
/// Between two rotations by force.
const APART: Duration = Duration::from_millis(150);
/// The rotations by force of one login. More rejections in a minute would be above the budget of this client.
const OF_LOGIN: u32 = 4;

/// How long calls took, in ms, sorted.
#[derive(Default)]
struct Times {
    during: Vec<f64>,
    between: Vec<f64>,
    rotations: usize,
}

impl Times {
    fn add(&mut self, calls: &[(Instant, Instant)], rotations: &[(Instant, Instant)]) {
        for (begin, end) in calls {
            let is_during = rotations.iter().any(|(from, to)| begin < to && from < end);
            let times = if is_during { &mut self.during } else { &mut self.between };
            times.push(end.duration_since(*begin).as_secs_f64() * 1e3);
        }
        self.rotations += rotations.len();
    }

    fn sort(&mut self) {
        self.during.sort_by(f64::total_cmp);
        self.between.sort_by(f64::total_cmp);
    }
}

/// Returns the time that all but one of `of` calls are below.
fn all_but_one_of(of: u32, sorted: &[f64]) -> f64 {
    let above = sorted.len() / of as usize;
    sorted.get(sorted.len().saturating_sub(1 + above)).copied().unwrap_or(f64::NAN)
}

/// Lets callers call until `rotate` ends. Returns when each call began and ended.
async fn calls<C: Caller>(client: C, rotate: impl Future<Output = ()>) -> Vec<(Instant, Instant)> {
    let (client, is_over) = (Arc::new(client), Arc::new(AtomicBool::new(false)));
    let counted_from = Instant::now() + WARM_UP;
    let mut tasks = JoinSet::new();
    for caller in 0..CALLERS {
        let (client, is_over) = (client.clone(), is_over.clone());
        tasks.spawn(async move {
            // Not all at once.
            tokio::time::sleep(PAUSE * caller as u32 / CALLERS as u32).await;
            let mut calls = Vec::new();
            while !is_over.load(Ordering::Relaxed) {
                let begin = Instant::now();
                assert_ne!(client.issue(7).await, 0);
                if begin > counted_from {
                    calls.push((begin, Instant::now()));
                }
                tokio::time::sleep(PAUSE).await;
            }
            calls
        });
    }
    tokio::time::sleep(WARM_UP).await;
    rotate.await;
    is_over.store(true, Ordering::Relaxed);
    tasks.join_all().await.concat()
}

/// One login of a client of its own.
fn login<C: Caller>(by: By, client: fn(&Rotating, By) -> C, seconds: u32, times: &mut Times) {
    let server = Rotating::start(by);
    let calls = on_one_thread(async {
        let rotate = async {
            if by != By::Force {
                return tokio::time::sleep(Duration::from_secs(seconds.into())).await;
            }
            for _ in 0..OF_LOGIN {
                tokio::time::sleep(APART).await;
                server.revoke();
            }
            tokio::time::sleep(APART).await;
        };
        calls(client(&server, by), rotate).await
    });
    times.add(&calls, &server.rotations());
}

/// Returns the times of this client and of reqwest by hand. Their logins take turns.
fn measured(by: By, logins: u32, seconds: u32) -> [Times; 2] {
    let mut times = [Times::default(), Times::default()];
    for _ in 0..logins {
        login(by, Declared::new, seconds, &mut times[0]);
        login(by, ByHand::new, seconds, &mut times[1]);
    }
    times.iter_mut().for_each(Times::sort);
    times
}

const CLIENTS: [&str; 2] = ["this client", "reqwest by hand, with a mutex"];

pub fn section(options: &Options) -> Section {
    let mut text = Text::default();
    text.paragraph(&format!(
        "{CALLERS} callers on one thread call over HTTP/1.1, each {} ms after its last answer. The server \
         is another thread of the process. Its refresh takes {} ms. A call counts as during a rotation if \
         they overlap. By hand, each caller takes a tokio `Mutex` around the token, refreshes a token that \
         has lapsed or was refused, and sends again after a 401. The logins of both clients take turns.",
        PAUSE.as_millis(),
        REFRESH.as_millis()
    ));
    let mut compared = Vec::new();
    let lifetime = By::Lifetime(LIFETIME);
    text.heading(3, "A token that lapses");
    text.paragraph(&format!(
        "The token lives for {} ms. This client refreshes it before its end, and calls go on with the old \
         one. The call that starts the refresh waits for it. By hand the token is refreshed when it has \
         lapsed, so all callers wait.",
        LIFETIME.as_millis()
    ));
    let (logins, seconds) = options.pick((4, 15), (1, 3));
    describe(options, &mut text, &mut compared, "lapses", &measured(lifetime, logins, seconds));
    text.heading(3, "A token that the server refuses");
    text.paragraph(&format!(
        "The server refuses the present token from one moment on, each {} ms. A rotation lasts from then \
         to the answer of the refresh. So a call during it takes as long as a 401, the refresh and another \
         send.",
        APART.as_millis()
    ));
    describe(options, &mut text, &mut compared, "refused", &measured(By::Force, options.pick(25, 2), 0));
    Section { text, compared, readme: None }
}

fn describe(
    options: &Options,
    text: &mut Text,
    compared: &mut Vec<Compared>,
    name: &str,
    times: &[Times; 2],
) {
    let parts = || {
        CLIENTS.iter().zip(times).flat_map(|(client, times)| {
            [("during", &times.during), ("between", &times.between)]
                .map(|(when, sorted)| (*client, when, sorted, times.rotations))
        })
    };
    let heads = ["client", "rotations", "calls", "", "p50, ms", "p99, ms", "p99.9, ms", "longest, ms"];
    let rows = parts().map(|(client, when, sorted, rotations)| {
        let mut cells =
            vec![client.to_owned(), rotations.to_string(), grouped(sorted.len() as u64), when.to_owned()];
        cells.extend([2, 100, 1_000, u32::MAX].map(|of| format!("{:.2}", all_but_one_of(of, sorted))));
        cells
    });
    text.table(&heads, rows);
    let lines: Vec<Line> = parts()
        .map(|(client, when, sorted, _)| Line {
            label: format!("{client}, {when}"),
            points: [2, 4, 10, 20, 50, 100, 200, 500, 1_000]
                .into_iter()
                .filter(|of| sorted.len() >= *of as usize)
                .map(|of| (f64::from(of), all_but_one_of(of, sorted)))
                .collect(),
        })
        .collect();
    let title = format!(
        "Calls during rotations and between them: a token that {}",
        match name {
            "lapses" => "lapses",
            _ => "is refused",
        }
    );
    let axes = ("one call of so many takes longer", "time of a call, ms");
    plots::lines(&options.plot(&format!("rotation_{name}")), &title, axes, &lines);
    text.plot(&format!("rotation_{name}"), &title);
    for (of, said) in [(2, "p50"), (1_000, "p99.9")] {
        let row = |place: usize| Row {
            label: CLIENTS[place].to_owned(),
            value: all_but_one_of(of, &times[place].during),
        };
        compared.push(Compared {
            figure: format!("{said} of a call during a rotation, of a token that {name}"),
            ours: row(0),
            others: vec![row(1)],
            is_less_better: true,
            noise: 0.1,
        });
    }
}
