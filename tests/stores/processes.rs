//! A store that several processes share, one of which is killed.

use std::{io::Read, process::Stdio};

use sdk_runtime::store::{StoreLock, StoredLogin};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::{Child, ChildStderr, Command},
    task::JoinSet,
};

use crate::{
    contract::count_up,
    place::{Place, SHARED, child, crowd, given, in_time, open, output, tell, unhindered},
};

const PROCESSES: u64 = 4;

#[tokio::test]
async fn of_all_processes_that_swap_at_once_one_wins_each_time() {
    let place = Place::new();
    for kind in SHARED {
        let path = place.path().join(kind);
        let start = |_| output(child("processes::counts_up", kind, &path));
        for output in (0..PROCESSES).map(start).collect::<JoinSet<_>>().join_all().await {
            assert!(output.status.success(), "{kind}: {}", String::from_utf8_lossy(&output.stderr));
        }
        let (crowd, each) = crowd(kind);
        let all = PROCESSES * crowd * each;
        let kept = open(kind, &path).load().await.unwrap();
        assert_eq!(kept, Some(StoredLogin::new(all, all.to_string())), "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the process that the test above runs it in"]
async fn counts_up() {
    let Some((kind, path)) = given() else { return };
    let (crowd, each) = crowd(&kind);
    let mut tasks = JoinSet::new();
    for _ in 0..crowd {
        let store = open(&kind, &path);
        tasks.spawn(async move {
            for _ in 0..each {
                count_up(&*store).await.unwrap();
            }
        });
    }
    tasks.join_all().await;
}

/// Starts a process and gives what it tells.
fn start(test: &str, kind: &str, path: &std::path::Path) -> (Child, BufReader<ChildStderr>) {
    let mut child = Command::from(child(test, kind, path));
    child.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = child.spawn().unwrap();
    let told = BufReader::new(child.stderr.take().unwrap());
    (child, told)
}

/// A number that fills its text, so that half of it, or a mixture with another, is seen.
fn filled(version: u64) -> StoredLogin {
    StoredLogin::new(version, format!("{version} ").repeat(20_000))
}

#[tokio::test]
async fn whenever_a_process_is_killed_the_old_login_is_there_or_the_new_one() {
    const KILLS: usize = if cfg!(windows) { 8 } else { 25 };
    let place = Place::new();
    for kind in SHARED {
        let path = place.path().join(kind);
        let store = open(kind, &path);
        assert!(store.replace(0, filled(1)).await.unwrap());
        let mut last = 1;
        for round in 0..KILLS {
            let (mut child, mut told) = start("processes::writes_until_it_is_killed", kind, &path);
            let mut line = String::new();
            in_time(told.read_line(&mut line)).await.unwrap();
            // A different while each time, in which the store is read as another process writes it.
            // SQLite lets a reader wait for who writes, and for no short while.
            let (writes, reads) = if kind == "sqlite" { (round / 4, round / 12) } else { (0, round * 2) };
            for _ in 0..writes {
                in_time(told.read_line(&mut line)).await.unwrap();
            }
            for _ in 0..reads {
                let kept = unhindered(|| store.load()).await.unwrap().unwrap();
                assert!(kept == filled(kept.version()), "{kind}: version {} is not whole", kept.version());
                assert!(kept.version() >= last, "{kind}: {} after {last}", kept.version());
                last = kept.version();
            }
            in_time(child.kill()).await.unwrap();
            in_time(told.read_to_string(&mut line)).await.unwrap();
            // What was told was on the disk by then; one more may be there that was not told yet.
            let told = line.lines().filter_map(|line| line.parse::<u64>().ok()).max();
            let told = told.unwrap_or_else(|| panic!("{kind}: the child said {line}"));
            let kept = store.load().await.unwrap().unwrap();
            assert!(kept == filled(kept.version()), "{kind}: version {} is not whole", kept.version());
            assert!((told..=told + 1).contains(&kept.version()), "{kind}: {} after {told}", kept.version());
            last = kept.version();
        }
        // The lock of who was killed is free, and what it left is gone with the next replacement.
        assert!(unhindered(|| store.replace(last, filled(last + 1))).await.unwrap(), "{kind}");
    }
    let names = place.names();
    assert!(names == ["file", "file.lock", "sqlite"] || cfg!(windows) && names == ["file", "file.lock"]);
}

#[tokio::test]
#[ignore = "needs the process that the test above runs it in"]
async fn writes_until_it_is_killed() {
    let Some((kind, path)) = given() else { return };
    let store = open(&kind, &path);
    loop {
        let version = unhindered(|| store.load()).await.unwrap().unwrap().version();
        let next = filled(version + 1);
        assert!(unhindered(|| store.replace(version, next.clone())).await.unwrap());
        tell(version + 1);
    }
}

#[tokio::test]
async fn a_lock_is_free_when_its_holder_is_killed() {
    let place = Place::new();
    for kind in SHARED {
        let path = place.path().join(kind);
        let store = open(kind, &path);
        if matches!(store.try_lock().await.unwrap(), StoreLock::Unsupported) {
            continue;
        }
        let (mut child, mut told) = start("processes::holds_the_lock", kind, &path);
        let mut line = String::new();
        in_time(told.read_line(&mut line)).await.unwrap();
        assert_eq!(line, "Held(..)\n", "{kind}");
        assert!(matches!(store.try_lock().await.unwrap(), StoreLock::Busy), "{kind}");
        assert!(store.replace(0, StoredLogin::new(1, "a")).await.unwrap(), "{kind}: it is another lock");
        in_time(child.kill()).await.unwrap();
        assert!(matches!(store.try_lock().await.unwrap(), StoreLock::Held(_)), "{kind}");
    }
}

#[tokio::test]
#[ignore = "needs the process that the test above runs it in"]
async fn holds_the_lock() {
    let Some((kind, path)) = given() else { return };
    let lock = open(&kind, &path).try_lock().await.unwrap();
    tell(format_args!("{lock:?}"));
    // Until it is killed, or its parent is gone.
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}
