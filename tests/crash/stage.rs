//! The server and the file that the children of one test share. The server rotates tokens, detects reuse and
//! counts.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use sdk_runtime::{FileStore, store::TokenStore};
use sdk_testkit::{Counts, Reply, Server, TokenServer};
use serde_json::Value;

use crate::kept::Kept;
use crate::process::{PATIENCE, Process};

/// Is cleared away with the test.
pub(crate) struct Stage {
    pub(crate) server: TokenServer,
    socket: Server,
    place: PathBuf,
    /// Whether the store of the children has locks.
    pub(crate) locks: bool,
}

impl Stage {
    pub(crate) async fn new(locks: bool) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let server = TokenServer::builder().rotating(true).reuse_detection(true).build();
        let server = server.guard("GET", "/me", |_, user| async move {
            Reply::text(format!("{}, login {}", user.name(), user.login()))
        });
        let socket = server.serve().await.unwrap();
        let name = format!("sdk-crash-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        Self { server, socket, place: std::env::temp_dir().join(name), locks }
    }

    pub(crate) fn start(&self) -> Process {
        Process::start(&self.socket.url(), &self.place.join("login"), self.locks)
    }

    /// Waits until the server has counted as wished.
    pub(crate) async fn counts(&self, is_reached: impl Fn(&Counts) -> bool) -> Counts {
        match tokio::time::timeout(PATIENCE, self.server.wait_for(is_reached)).await {
            Ok(counts) => counts,
            Err(_) => panic!("it hangs at {:?}", self.server.counts()),
        }
    }

    /// A process that is signed in, with an access token that the server rejects.
    pub(crate) async fn start_signed_in(&self) -> Process {
        let mut process = self.start();
        assert_eq!(process.does("sign in").await, "signed in");
        self.server.expire_access_tokens();
        process
    }

    /// What the file says. Fails where that is no login and no end of one.
    pub(crate) async fn kept(&self) -> Kept {
        let kept = FileStore::new(self.place.join("login")).load().await.unwrap();
        Kept::of(kept.as_ref())
    }

    /// How often the server has received each refresh token, in the order of their first time.
    pub(crate) fn sends(&self) -> Vec<usize> {
        let mut seen = HashMap::new();
        let mut sends = Vec::new();
        for request in self.server.backend().requests() {
            if request.path() == "/auth/refresh" {
                let body: Value = request.json().unwrap();
                let at = *seen.entry(body["refresh_token"].to_string()).or_insert_with(|| {
                    sends.push(0);
                    sends.len() - 1
                });
                sends[at] += 1;
            }
        }
        sends
    }

    /// The names of all files there are.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.place).into_iter().flatten();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.place);
    }
}
