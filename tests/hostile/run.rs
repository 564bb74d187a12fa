//! Runs the cases of a group, many at once, and checks that no task and no connection is left.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Builder, Handle};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::case::Case;
use crate::table::Group;

const AT_ONCE: usize = 160;

/// How much is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Short,
    Long,
}

/// Both ends of every connection are files of this process, and the usual limit of 1024 is too low for so
/// many.
#[cfg(unix)]
fn allow_open_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let current = Some(maximum.map_or(8192, |maximum| maximum.min(8192)));
    setrlimit(Resource::Nofile, Rlimit { current, maximum }).unwrap();
}

#[cfg(not(unix))]
fn allow_open_files() {}

/// Which form this is.
pub(crate) fn form() -> Form {
    if std::env::var_os("HOSTILE_ROUNDS").is_some() { Form::Long } else { Form::Short }
}

/// Runs the cases of `group`.
pub(crate) fn run(group: &Group) {
    run_cases(group.name, (group.cases)(form()));
}

/// Runs `cases` on a runtime of their own. Gives what came, and how often.
pub(crate) fn run_cases(group: &str, cases: Vec<Case>) -> BTreeMap<String, usize> {
    allow_open_files();
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (mut came, mut findings) = (BTreeMap::new(), Vec::new());
    for (what, wrong) in runtime.block_on(all(cases)) {
        *came.entry(what).or_default() += 1;
        findings.extend(wrong);
    }
    let left = runtime.block_on(tasks_left());
    if left > 0 {
        findings.push(format!("{left} tasks are left"));
    }
    let shown = findings.iter().take(40).cloned().collect::<Vec<_>>().join("\n");
    assert!(findings.is_empty(), "\n{group}: {} findings\n{shown}\n", findings.len());
    came
}

async fn all(cases: Vec<Case>) -> Vec<(String, Vec<String>)> {
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    let mut running = JoinSet::new();
    for case in cases {
        let permits = permits.clone();
        running.spawn(async move {
            let _permit = permits.acquire_owned().await;
            let name = format!("{}, {}", case.row, case.at);
            let ran = tokio::spawn(case.judged()).await;
            ran.unwrap_or_else(|panic| (String::new(), vec![format!("{name}: {panic}")]))
        });
    }
    running.join_all().await
}

/// How many tasks are left when those had time to end that end.
async fn tasks_left() -> usize {
    let metrics = Handle::current().metrics();
    let gone = async {
        while metrics.num_alive_tasks() > 0 {
            sleep(Duration::from_millis(5)).await;
        }
    };
    let _ = timeout(Duration::from_secs(30), gone).await;
    metrics.num_alive_tasks()
}
