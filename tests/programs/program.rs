//! The programs of one login, one after the other: a server that rotates and notices reuse, a file, and a
//! time of day that goes on between two of them.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use sdk_testkit::{Reply, Server, TokenServer};
use tokio::process::Command;

use crate::child::{ANSWER, GIVEN, TOOK};

/// How long a token lives, and how much later each program begins: in the window in which one call starts a
/// refresh in advance.
const LIFETIME: u64 = 3600;
const LATER: u64 = 3400;

/// No program takes this long, on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(180);

/// Is cleared away with the test.
pub(crate) struct Login {
    pub(crate) server: TokenServer,
    socket: Server,
    place: PathBuf,
    ahead: u64,
    /// How long the calls of the last program took.
    pub(crate) took: Duration,
}

impl Login {
    /// A login in a file, and no program that has it.
    pub(crate) async fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let server = TokenServer::builder()
            .rotating(true)
            .reuse_detection(true)
            .access_lifetime(Duration::from_secs(LIFETIME))
            .tells_lifetime(true)
            .build();
        let server = server
            .guard("GET", "/me", |_, user| async move { Reply::text(user.name().to_owned()) })
            .guard("GET", "/broken", |_, _| async move { Reply::empty().status(500) });
        let socket = server.serve().await.unwrap();
        let name = format!("sdk-program-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let place = std::env::temp_dir().join(name);
        let mut login = Self { server, socket, place, ahead: 0, took: Duration::ZERO };
        assert_eq!(login.program("current_thread", "sign in").await, "signed in");
        login
    }

    /// Runs a program that begins when the token is to be refreshed in advance, to its end. Returns its
    /// result.
    pub(crate) async fn program(&mut self, flavour: &str, does: &str) -> String {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "child::runs", "--ignored", "--nocapture"]);
        let (server, login, ahead) = (self.socket.url(), self.place.join("login"), self.ahead.to_string());
        let given = [&*server, login.to_str().unwrap(), &*ahead, flavour, does];
        command.envs(GIVEN.into_iter().zip(given));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        let output = tokio::time::timeout(PATIENCE, command.output()).await.expect("it hangs").unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        self.ahead += LATER;
        let tells = |what| {
            let line = told.lines().find_map(|line| line.strip_prefix(what));
            line.unwrap_or_else(|| panic!("{flavour}, {does}: it has told nothing but {told}"))
        };
        self.took = Duration::from_millis(tells(TOOK).parse().unwrap());
        tells(ANSWER).to_owned()
    }
}

impl Drop for Login {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.place);
    }
}
