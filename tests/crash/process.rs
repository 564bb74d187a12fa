//! A child process as its parent sees it: its input, its output, and its end.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, ChildStdin, Command};
use tokio::time::Instant;

use crate::child::{ANSWER, GIVEN, STEP};

/// Nothing here takes a second on an idle machine. A child that has told nothing by then hangs, on the
/// slowest one too.
pub(crate) const PATIENCE: Duration = Duration::from_secs(180);

pub(crate) struct Process {
    child: Child,
    stdin: ChildStdin,
    told: Lines<BufReader<ChildStderr>>,
    heard: Vec<String>,
}

impl Process {
    pub(crate) fn start(server: &str, login: &Path, locks: bool) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "child::obeys", "--ignored", "--nocapture"]);
        let [server_name, login_name, locks_name] = GIVEN;
        command.env(server_name, server).env(login_name, login).env(locks_name, locks.to_string());
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let stdin = child.stdin.take().unwrap();
        let told = BufReader::new(child.stderr.take().unwrap()).lines();
        Self { child, stdin, told, heard: Vec::new() }
    }

    pub(crate) async fn say(&mut self, what: &str) {
        let line = format!("{what}\n");
        let said = tokio::time::timeout(PATIENCE, self.stdin.write_all(line.as_bytes())).await;
        said.unwrap_or_else(|_| panic!("it does not listen, after {:#?}", self.heard)).unwrap();
    }

    /// Says what to do, and gives what came of it.
    pub(crate) async fn does(&mut self, what: &str) -> String {
        self.say(what).await;
        self.answers().await
    }

    /// What came of it.
    pub(crate) async fn answers(&mut self) -> String {
        self.listen(|told| told.strip_prefix(ANSWER).map(str::to_owned)).await
    }

    /// Says what to do, and waits until it is held at a step of that.
    pub(crate) async fn is_held_at(&mut self, what: &str, step: &str) {
        self.say(&format!("hold {step}")).await;
        self.say(what).await;
        self.comes_to(step).await;
    }

    /// Waits for a step.
    pub(crate) async fn comes_to(&mut self, step: &str) {
        self.listen(|told| (told == step).then_some(())).await;
    }

    /// Waits until it reaches `step`, or has done its deed without. Says which.
    pub(crate) async fn comes_to_or_answers(&mut self, step: &str) -> bool {
        self.listen(|told| (told == step || told.starts_with(ANSWER)).then_some(told == step)).await
    }

    /// Waits for so many steps, or until it has done what it was told.
    pub(crate) async fn takes(&mut self, steps: usize) {
        let mut left = steps;
        if left > 0 {
            self.listen(|told| {
                left -= 1;
                (left == 0 || told.starts_with(ANSWER)).then_some(())
            })
            .await;
        }
    }

    /// Takes what it tells, until `heard` has heard what it wants.
    async fn listen<T>(&mut self, mut heard: impl FnMut(&str) -> Option<T>) -> T {
        let until = Instant::now() + PATIENCE;
        loop {
            let line = match tokio::time::timeout_at(until, self.told.next_line()).await {
                Ok(line) => line.unwrap(),
                Err(_) => panic!("it hangs, after {:#?}", self.heard),
            };
            let line = line.unwrap_or_else(|| panic!("it has ended, after {:#?}", self.heard));
            self.heard.push(line.clone());
            if let Some(found) = line.strip_prefix(STEP).and_then(&mut heard) {
                return found;
            }
        }
    }

    /// Whether it has told this.
    pub(crate) fn has_told(&self, step: &str) -> bool {
        self.heard.iter().any(|line| line.strip_prefix(STEP) == Some(step))
    }

    /// Kills it, and returns when nothing of it is left.
    pub(crate) async fn kill(mut self) {
        tokio::time::timeout(PATIENCE, self.child.kill()).await.expect("it does not die").unwrap();
    }
}
