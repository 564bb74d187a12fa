//! The callers: each reads one issue after the other, at the rate of a busy user.

use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::server::Server;
use crate::{CALLERS, TrackerClient, progress, read_issue};

/// What the callers got, by their own count.
#[derive(Default)]
pub(crate) struct Answers {
    pub(crate) failed: usize,
    pub(crate) first_failure: Option<String>,
}

/// Lets all callers work until `end`, and returns when the last call is answered.
pub(crate) async fn work(tracker: &TrackerClient, server: &Server, end: Instant) -> Answers {
    let mut callers = JoinSet::new();
    for caller in 0..CALLERS {
        callers.spawn(caller_works(tracker.clone(), caller, end));
    }
    let progress = tokio::spawn(progress::show(server.records().clone(), end));

    let mut all = Answers::default();
    while let Some(caller) = callers.join_next().await {
        match caller {
            Ok(answers) => {
                all.failed += answers.failed;
                all.first_failure = all.first_failure.or(answers.first_failure);
            }
            Err(error) => all.fail(error.to_string()),
        }
    }
    progress.abort();
    // The bar is gone when this returns.
    let _ = progress.await;
    all
}

/// No two calls ask for the same issue, so that a repeated request at the server can only be a replay.
async fn caller_works(tracker: TrackerClient, caller: u64, end: Instant) -> Answers {
    let mut answers = Answers::default();
    for id in (1 + caller * 100_000).. {
        // Between 80 and 240 ms, different for each call and the same in each run.
        let pause = Duration::from_millis(80 + (id * 7919 + caller * 104_729) % 161);
        if Instant::now() + pause >= end {
            break;
        }
        tokio::time::sleep(pause).await;
        match read_issue(&tracker, id).await {
            Ok(issue) if issue.id == id && issue.assignee == "ann" => {}
            Ok(issue) => answers.fail(format!("asked for issue {id} and got issue {}", issue.id)),
            Err(error) => answers.fail(describe(&error)),
        }
    }
    answers
}

impl Answers {
    fn fail(&mut self, what: String) {
        self.failed += 1;
        self.first_failure.get_or_insert(what);
    }
}

/// An error and all of its sources, in one line.
fn describe(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |error| error.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
