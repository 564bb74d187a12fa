//! What threads share in a session, used in every order there is, and with every value that a processor may
//! show them meanwhile: loom tries them all. The pieces are those of `sdk-runtime/src/sync`. The steps around
//! them are written down here once more, without what does not matter and under the names that they have
//! there: a change of these has to be repeated here.
//!
//! Each model says by which changes it was seen to fail.

mod accepted;
mod holds;
mod idle;
mod run;
mod saving;
mod sync;
mod token;
mod told;

use loom::model::Builder;

/// Tries `model` in every order in which threads are interrupted twice at most, or as often as
/// `LOOM_MAX_PREEMPTIONS` says. No mistake that was tried needs more.
fn in_every_order(model: impl Fn() + Send + Sync + 'static) {
    let mut builder = Builder::new();
    builder.preemption_bound = builder.preemption_bound.or(Some(2));
    builder.check(model);
}

/// Runs each of `threads` on one of its own, to their ends.
fn together<const N: usize>(threads: [Box<dyn FnOnce() + Send>; N]) {
    let threads = threads.map(loom::thread::spawn);
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}
