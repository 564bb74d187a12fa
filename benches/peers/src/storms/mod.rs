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
/// So short that the token has lapsed when the callers come.
const LAPSED: Duration = Duration::from_millis(1);

pub struct Shape {
    pub name: &'static str,
    pub label: &'static str,
    pub is_ours: bool,
    /// Whether the token lives, so that the callers do not wait.
    is_fresh: bool,
}

pub const SHAPES: [Shape; 8] = [
    shape("declared", "this client"),
    shape("mutex", "a tokio `Mutex` around the token and its refresh"),
    shape("cell", "a `OnceCell` for each generation"),
    shape("shared", "a `Shared` future of `futures`"),
    shape("without-look", "a tokio `Mutex` around the refresh, without a second look"),
    shape("each", "a refresh by each caller"),
    Shape { name: "fresh-declared", is_fresh: true, ..shape("", "this client, the token lives") },
    Shape { name: "fresh-mutex", is_fresh: true, ..shape("", "a tokio `Mutex`, the token lives") },
];

const fn shape(name: &'static str, label: &'static str) -> Shape {
    let is_ours = matches!(label.as_bytes(), [b't', b'h', b'i', b's', ..]);
    Shape { name, label, is_ours, is_fresh: false }
}

/// Prints how many refreshes came, and the ns that the storm took.
pub fn run(name: &str, callers: u64) -> ExitCode {
    let Some(shape) = SHAPES.iter().find(|it| it.name == name) else { return ExitCode::FAILURE };
    let (refreshes, elapsed) = on_one_thread(async {
        let memory = Memory::default();
        let lifetime = if shape.is_fresh { LIFETIME } else { LAPSED };
        let (held, own) = (Held::first(lifetime), memory.clone());
        match name {
            "declared" | "fresh-declared" => {
                let client = declared::client(&memory, lifetime);
                storm(&memory, callers, |id| declared::call(client.clone(), id)).await
            }
            "mutex" | "fresh-mutex" => {
                by(&memory, callers, MutexAroundAll(own, tokio::sync::Mutex::new(held))).await
            }
            "cell" => by(&memory, callers, CellOfGeneration(own, Mutex::new(Generation::after(held)))).await,
            "shared" => by(&memory, callers, SharedFlight(own, Mutex::new((held, None)))).await,
            "without-look" => {
                let source = MutexWithoutSecondLook(own, Mutex::new(held), tokio::sync::Mutex::new(()));
                by(&memory, callers, source).await
            }
            _ => by(&memory, callers, EachCaller(own, Mutex::new(held))).await,
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
    instructions: u64,
    refreshes: u64,
}

fn counted() -> Vec<Counted> {
    let job = |shape: &'static Shape| -> Box<dyn FnOnce() -> Counted + Send> {
        Box::new(move || {
            let total = |callers: u64| child::instructions(&["storm", shape.name, &callers.to_string()]);
            let instructions = (total(MANY) - total(FEW)) / (MANY - FEW);
            let refreshes = child::numbers(&["storm", shape.name, "1000"])[0];
            Counted { shape, instructions, refreshes }
        })
    };
    child::both_cores(SHAPES.iter().map(job).collect())
}

pub fn section(options: &Options) -> Section {
    let counted = counted();
    let mut text = Text::default();
    text.paragraph(
        "So many callers make a call at the same time, each in a task, and their token has lapsed. A \
         service in memory answers: calls at once, and a refresh when all callers wait for it. Callgrind \
         counts all that the process does, the service and the runtime of tokio too. A figure is what \
         2,100 callers take less what 100 take, divided by 2,000. The refreshes are those of a storm of \
         1,000 callers.",
    );
    text.paragraph(
        "The callers by hand send one request of `http` and decode its answer. They have no timeout, no \
         replay after a 401, and no store of tokens, which this client has. So the last column is what the \
         wait adds to a call of the same kind whose token lives.",
    );
    let lives = |is_ours: bool| {
        let of = |it: &&Counted| it.shape.is_fresh && it.shape.is_ours == is_ours;
        counted.iter().find(of).map_or(0, |it| it.instructions)
    };
    let added = |it: &Counted| it.instructions as i64 - lives(it.shape.is_ours) as i64;
    let row = |it: &Counted| {
        let added = if it.shape.is_fresh { String::new() } else { signed(added(it)) };
        vec![it.shape.label.to_owned(), grouped(it.instructions), grouped(it.refreshes), added]
    };
    let heads = ["shape", "instructions per caller", "refreshes of 1,000 callers", "added by the wait"];
    text.table(&heads, counted.iter().map(row));
    let bar = |it: &Counted| Bar {
        label: it.shape.label.to_owned(),
        value: it.instructions as f64,
        is_ours: it.shape.is_ours,
    };
    let bars: Vec<Bar> = counted.iter().map(bar).collect();
    let title = "Instructions of one caller in a storm";
    plots::bars(&options.plot("storm"), title, "instructions per caller", &bars);
    text.plot("storm", title);
    let compare = |figure: &str, of: &dyn Fn(&Counted) -> f64| {
        let row = |it: &Counted| Row { label: it.shape.label.to_owned(), value: of(it) };
        let storms = || counted.iter().filter(|it| !it.shape.is_fresh);
        Compared {
            figure: figure.to_owned(),
            ours: storms().filter(|it| it.shape.is_ours).map(row).next().unwrap(),
            others: storms().filter(|it| !it.shape.is_ours).map(row).collect(),
            is_less_better: true,
            noise: 0.01,
        }
    };
    let compared = vec![
        compare("instructions per caller of a storm", &|it| it.instructions as f64),
        compare("instructions that the wait adds", &|it| added(it) as f64),
        compare("refreshes of a storm", &|it| it.refreshes as f64),
    ];
    Section { text, compared }
}

fn signed(number: i64) -> String {
    let sign = if number < 0 { "-" } else { "" };
    format!("{sign}{}", grouped(number.unsigned_abs()))
}
