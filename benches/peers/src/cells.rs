//! Where a token is held: the time of one read of an `ArcSwap`, next to that of locks, on one thread and on
//! two that read at the same time.

use std::hint::black_box;
use std::sync::{Arc, Barrier, Mutex, RwLock};
use std::thread;
use std::time::Instant;

use arc_swap::ArcSwap;

use crate::plots::{self, Bar};
use crate::report::faster::{Compared, Row};
use crate::report::text::Text;
use crate::report::{Options, Section};
use crate::subject::on_one_thread;

/// What a call needs of a token: a header that is ready.
type Held = Arc<String>;

/// One way to hold a token.
struct Way {
    label: &'static str,
    is_ours: bool,
    /// Whether the reader keeps what it read, as a call does that waits for its answer.
    keeps: bool,
    /// Returns the ns of one read, on so many threads, of which each reads so often.
    time: fn(usize, u32) -> f64,
}

const THREADS: [usize; 2] = [1, 2];

const WAYS: [Way; 8] = [
    Way { label: "`ArcSwap`, as this client", is_ours: true, keeps: true, time: arc_swap_kept },
    Way { label: "`std::sync::RwLock`", is_ours: false, keeps: true, time: rw_lock_kept },
    Way { label: "`std::sync::Mutex`", is_ours: false, keeps: true, time: mutex_kept },
    Way { label: "`tokio::sync::RwLock`", is_ours: false, keeps: true, time: tokio_kept },
    Way { label: "`ArcSwap`, as this client", is_ours: true, keeps: false, time: arc_swap_seen },
    Way { label: "`std::sync::RwLock`", is_ours: false, keeps: false, time: rw_lock_seen },
    Way { label: "`std::sync::Mutex`", is_ours: false, keeps: false, time: mutex_seen },
    Way { label: "`tokio::sync::RwLock`", is_ours: false, keeps: false, time: tokio_seen },
];

fn held() -> Held {
    Arc::new(format!("Bearer {}", crate::subject::token()))
}

fn arc_swap_kept(threads: usize, reads: u32) -> f64 {
    let cell = ArcSwap::new(held());
    repeat(threads, reads, || drop(black_box(cell.load_full())))
}

fn arc_swap_seen(threads: usize, reads: u32) -> f64 {
    let cell = ArcSwap::new(held());
    repeat(threads, reads, || {
        black_box(cell.load().len());
    })
}

fn rw_lock_kept(threads: usize, reads: u32) -> f64 {
    let cell = RwLock::new(held());
    repeat(threads, reads, || drop(black_box(cell.read().unwrap().clone())))
}

fn rw_lock_seen(threads: usize, reads: u32) -> f64 {
    let cell = RwLock::new(held());
    repeat(threads, reads, || {
        black_box(cell.read().unwrap().len());
    })
}

fn mutex_kept(threads: usize, reads: u32) -> f64 {
    let cell = Mutex::new(held());
    repeat(threads, reads, || drop(black_box(cell.lock().unwrap().clone())))
}

fn mutex_seen(threads: usize, reads: u32) -> f64 {
    let cell = Mutex::new(held());
    repeat(threads, reads, || {
        black_box(cell.lock().unwrap().len());
    })
}

fn tokio_kept(threads: usize, reads: u32) -> f64 {
    let cell = tokio::sync::RwLock::new(held());
    slowest(threads, reads, || {
        on_one_thread(async {
            for _ in 0..reads {
                drop(black_box(cell.read().await.clone()));
            }
        });
    })
}

fn tokio_seen(threads: usize, reads: u32) -> f64 {
    let cell = tokio::sync::RwLock::new(held());
    slowest(threads, reads, || {
        on_one_thread(async {
            for _ in 0..reads {
                black_box(cell.read().await.len());
            }
        });
    })
}

fn repeat(threads: usize, reads: u32, read: impl Fn() + Sync) -> f64 {
    slowest(threads, reads, || {
        for _ in 0..reads {
            read();
        }
    })
}

/// Does `work` on so many threads at the same time. Returns the ns of one read on the slowest of them.
fn slowest(threads: usize, reads: u32, work: impl Fn() + Sync) -> f64 {
    let barrier = Barrier::new(threads);
    let timed = || {
        barrier.wait();
        let begin = Instant::now();
        work();
        begin.elapsed().as_nanos() as f64 / f64::from(reads)
    };
    thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(timed)).collect();
        running.into_iter().map(|it| it.join().unwrap()).fold(0.0, f64::max)
    })
}

/// The least time of a read of each way, on each number of threads.
fn measured(options: &Options) -> Vec<[f64; 2]> {
    let reads = options.pick(1_000_000, 50_000);
    let mut best = vec![[f64::MAX; 2]; WAYS.len()];
    for _ in 0..options.pick(15, 3) {
        for (way, best) in WAYS.iter().zip(&mut best) {
            for (threads, best) in THREADS.into_iter().zip(best) {
                *best = best.min((way.time)(threads, reads));
            }
        }
    }
    best
}

pub fn section(options: &Options) -> Section {
    let measured = measured(options);
    let mut text = Text::default();
    text.paragraph(&format!(
        "Each call reads the token that signs it. This client reads it from an `ArcSwap` and keeps an \
         `Arc` of it; no writer can block this read. A reader of the second kind looks at the token and \
         keeps nothing. Each figure is the time of one read on one thread, in ns, while as many threads \
         read as the column says. It is the least of {} rounds, in which the ways take turns.",
        options.pick("15", "3")
    ));
    let mut compared = Vec::new();
    for (keeps, said) in [(true, "keeps an `Arc`"), (false, "looks and keeps nothing")] {
        let of = || WAYS.iter().zip(&measured).filter(|(way, _)| way.keeps == keeps);
        let heads = ["held in", "the reader", "ns, 1 thread", "ns, 2 threads"];
        let cells = |(way, times): (&Way, &[f64; 2])| {
            vec![
                way.label.to_owned(),
                said.to_owned(),
                format!("{:.1}", times[0]),
                format!("{:.1}", times[1]),
            ]
        };
        text.table(&heads, of().map(cells));
        for (place, threads) in THREADS.into_iter().enumerate() {
            let row =
                |(way, times): (&Way, &[f64; 2])| Row { label: way.label.to_owned(), value: times[place] };
            compared.push(Compared {
                figure: format!("a read of the token that {said}, threads: {threads}"),
                ours: of().filter(|(way, _)| way.is_ours).map(row).next().unwrap(),
                others: of().filter(|(way, _)| !way.is_ours).map(row).collect(),
                is_less_better: true,
                noise: 0.1,
            });
        }
    }
    let bar = |(way, times): (&Way, &[f64; 2])| {
        let reader = if way.keeps { "kept" } else { "seen" };
        [0, 1].map(|place| Bar {
            label: format!(
                "{}, {reader}, threads: {}",
                way.label.replace(", as this client", ""),
                THREADS[place]
            ),
            value: times[place],
            is_ours: way.is_ours,
        })
    };
    let bars: Vec<Bar> = WAYS.iter().zip(&measured).flat_map(bar).collect();
    plots::bars(&options.plot("cells"), "Time of one read of the token", "ns of one thread", &bars);
    text.plot("cells", "Time of one read of the token");
    Section { text, compared, readme: None }
}
