//! A storm: many callers whose token has lapsed, by this client and by the shapes that people write.

mod by_hand;
mod declared;
mod service;

use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use self::by_hand::{
    CellOfGeneration, EachCaller, Generation, Held, MutexAroundAll, MutexWithoutSecondLook, SharedFlight,
};
use self::service::Memory;
use crate::child;
use crate::plots::{self, Bar};
use crate::report::faster::{Compared, Row};
use crate::report::text::{Text, grouped};
use crate::report::{Options, Section};
use crate::subject::on_one_thread;

const LIFETIME: Duration = Duration::from_secs(3_600);
/// The word for a token that lives.
const FRESH: &str = "fresh";
/// So short that the token has lapsed when the callers come.
const LAPSED: Duration = Duration::from_millis(1);

pub struct Shape {
    pub name: &'static str,
    pub label: &'static str,
}

pub const OURS: &str = "declared";

pub const SHAPES: [Shape; 7] = [
    Shape { name: OURS, label: "this client" },
    Shape { name: "mutex", label: "a tokio `Mutex` around the token and its refresh" },
    Shape { name: "mutex-replay", label: "a tokio `Mutex`, with a timeout and a replay after a 401" },
    Shape { name: "cell", label: "a `OnceCell` for each generation" },
    Shape { name: "shared", label: "a `Shared` future of `futures`" },
    Shape { name: "without-look", label: "a tokio `Mutex` around the refresh, without a second look" },
    Shape { name: "each", label: "a refresh by each caller" },
];

/// Prints how many refreshes came, and the ns that the storm took. The token of the callers is `fresh`, or
/// it has lapsed.
pub fn run(name: &str, callers: u64, token: &str) -> ExitCode {
    let lifetime = if token == FRESH { LIFETIME } else { LAPSED };
    let (refreshes, elapsed) = on_one_thread(async {
        let memory = Memory::default();
        let (held, own) = (Held::first(lifetime), memory.clone());
        let around_all = |held| MutexAroundAll(own.clone(), tokio::sync::Mutex::new(held));
        match name {
            OURS => {
                let client = declared::client(&memory, lifetime);
                storm(&memory, callers, |id| declared::call(client.clone(), id)).await
            }
            "mutex" => by(&memory, callers, around_all(held)).await,
            "mutex-replay" => {
                let source = Arc::new(around_all(held));
                let call = |id| by_hand::call_with_replay(memory.clone(), source.clone(), id);
                storm(&memory, callers, call).await
            }
            "cell" => by(&memory, callers, CellOfGeneration(own, Mutex::new(Generation::after(held)))).await,
            "shared" => by(&memory, callers, SharedFlight(own, Mutex::new((held, None)))).await,
            "without-look" => {
                let source = MutexWithoutSecondLook(own, Mutex::new(held), tokio::sync::Mutex::new(()));
                by(&memory, callers, source).await
            }
            "each" => by(&memory, callers, EachCaller(own, Mutex::new(held))).await,
            _ => panic!("there is no {name}"),
        }
    });
    println!("{refreshes} {elapsed}");
    ExitCode::SUCCESS
}

async fn by(memory: &Memory, callers: u64, source: impl by_hand::Source) -> (u64, u64) {
    let source = Arc::new(source);
    storm(memory, callers, |id| by_hand::call(memory.clone(), source.clone(), id)).await
}

/// Makes each call in a task of its own. The refresh is answered when all callers wait for it.
async fn storm<F>(memory: &Memory, callers: u64, call: impl Fn(u64) -> F) -> (u64, u64)
where
    F: Future<Output = u64> + Send + 'static,
{
    tokio::time::sleep(3 * LAPSED).await;
    let begin = Instant::now();
    let mut tasks = JoinSet::new();
    for id in 0..callers {
        tasks.spawn(call(id));
    }
    // The runtime runs dozens of tasks before it comes back to this one.
    for _ in 0..callers / 32 + 8 {
        tokio::task::yield_now().await;
    }
    memory.release();
    let mut sum = 0;
    while let Some(answered) = tasks.join_next().await {
        sum += answered.unwrap();
    }
    let elapsed = begin.elapsed();
    assert_eq!(sum, 7 * callers);
    (memory.refreshes(), elapsed.as_nanos() as u64)
}

/// The callers of the storms that are counted.
const FEW: u64 = 100;
const MANY: u64 = 2_100;

struct Counted {
    shape: &'static Shape,
    /// Instructions of a caller whose token lives, and of one whose token has lapsed.
    lives: u64,
    lapsed: u64,
    refreshes: u64,
}

impl Counted {
    fn is_ours(&self) -> bool {
        self.shape.name == OURS
    }

    /// What the wait adds.
    fn added(&self) -> u64 {
        self.lapsed.saturating_sub(self.lives)
    }
}

fn counted() -> Vec<Counted> {
    let job = |shape: &'static Shape| -> Box<dyn FnOnce() -> Counted + Send> {
        Box::new(move || {
            let of = |token: &str| {
                let total =
                    |callers: u64| child::instructions(&["storm", shape.name, &callers.to_string(), token]);
                (total(MANY) - total(FEW)) / (MANY - FEW)
            };
            let refreshes = child::numbers(&["storm", shape.name, "1000", "lapsed"])[0];
            Counted { shape, lives: of(FRESH), lapsed: of("lapsed"), refreshes }
        })
    };
    child::both_cores(SHAPES.iter().map(job).collect())
}

pub fn section(options: &Options) -> Section {
    let counted = counted();
    let mut text = Text::default();
    text.paragraph(
        "So many callers make a call at the same time, each in a task. Their token lives, or it has \
         lapsed. A service in memory answers: calls at once, and a refresh when all callers wait for it. \
         Callgrind counts all that the process does, the service and the runtime of tokio too. A figure is \
         what 2,100 callers take less what 100 take, divided by 2,000. The refreshes are those of 1,000 \
         callers.",
    );
    text.paragraph(
        "The callers by hand send one request of `http` and decode its answer. All but one of the shapes \
         have no timeout and no replay. None has a store of tokens, a retry or a session that others can \
         watch, which this client has. The difference of both figures is what the wait adds to a call.",
    );
    let row = |it: &Counted| {
        let figures = [it.lives, it.lapsed, it.added(), it.refreshes].map(grouped);
        [vec![it.shape.label.to_owned()], figures.to_vec()].concat()
    };
    let heads = ["shape", "the token lives", "it has lapsed", "added by the wait", "refreshes"];
    text.table(&heads, counted.iter().map(row));
    let bar = |it: &Counted| Bar {
        label: it.shape.label.to_owned(),
        value: it.lapsed as f64,
        is_ours: it.is_ours(),
    };
    let bars: Vec<Bar> = counted.iter().map(bar).collect();
    let title = "Instructions of one caller whose token has lapsed";
    plots::bars(&options.plot("storm"), title, "instructions per caller", &bars);
    text.plot("storm", title);
    let compare = |figure: &str, of: fn(&Counted) -> u64| {
        let row = |it: &Counted| Row { label: it.shape.label.to_owned(), value: of(it) as f64 };
        Compared {
            figure: figure.to_owned(),
            ours: counted.iter().filter(|it| it.is_ours()).map(row).next().unwrap(),
            others: counted.iter().filter(|it| !it.is_ours()).map(row).collect(),
            is_less_better: true,
            noise: 0.01,
        }
    };
    let compared = vec![
        compare("instructions per caller of a storm", |it| it.lapsed),
        compare("instructions that the wait adds to a caller", Counted::added),
        compare("refreshes of a storm", |it| it.refreshes),
    ];
    Section { text, compared, readme: None }
}
