//! The server on a real socket: access tokens expire soon, refresh tokens rotate, and a reused refresh token
//! is detected.

use std::io;
use std::time::Duration;

use sdk_testkit::{Reply, Request, TokenServer};

/// The time to the server and back, also for a rejection.
const LATENCY: Duration = Duration::from_millis(20);
/// How long a refresh takes at the server.
const REFRESH_LATENCY: Duration = Duration::from_millis(60);

pub(crate) struct Server {
    tokens: TokenServer,
    socket: sdk_testkit::Server,
    lifetime: Duration,
}

impl Server {
    /// Serves issues for access tokens that are at most `lifetime` old. Each token response tells the
    /// lifetime.
    pub(crate) async fn start(lifetime: Duration) -> io::Result<Self> {
        allow_open_files();
        let tokens = TokenServer::builder()
            .access_lifetime(lifetime)
            .tells_lifetime(true)
            .rotating(true)
            .reuse_detection(true)
            .build();
        tokens.refresh_latency(REFRESH_LATENCY);

        let authority = tokens.authority();
        tokens.backend().route("GET", "/issues/{id}", move |request| {
            let reply = match authority.authorize(&request) {
                Ok(user) => issue(&request, user.name()),
                Err(refusal) => refusal,
            };
            std::future::ready(reply.delay(LATENCY))
        });
        let socket = tokens.serve().await?;
        Ok(Self { tokens, socket, lifetime })
    }

    pub(crate) fn url(&self) -> String {
        self.socket.url()
    }

    /// The lifetime and the rotation of its tokens.
    pub(crate) fn terms(&self) -> String {
        format!("access tokens live {} s, refresh tokens rotate", self.lifetime.as_secs_f64())
    }

    /// Forgets all access tokens after `wait`, and returns the time of that since the start of the record.
    pub(crate) async fn forget_tokens_after(&self, wait: Duration) -> Duration {
        tokio::time::sleep(wait).await;
        self.tokens.expire_access_tokens();
        let last = self.tokens.timeline().last().map(|(at, _)| *at);
        last.unwrap_or_default()
    }

    pub(crate) fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// The number of TCP connections so far.
    pub(crate) fn connections(&self) -> usize {
        self.socket.connections()
    }

    /// The record: counts, timeline and requests.
    pub(crate) fn records(&self) -> &TokenServer {
        &self.tokens
    }

    /// Ends every login of `user`, as an administrator would.
    pub(crate) fn revoke(&self, user: &str) {
        self.tokens.revoke(user);
    }
}

fn issue(request: &Request, assignee: &str) -> Reply {
    match request.param("id").parse::<u64>() {
        Ok(id) => Reply::json(&serde_json::json!({ "id": id, "assignee": assignee })),
        Err(_) => Reply::empty().status(404),
    }
}

/// Raises the limit of open files, because both ends of every connection are files of this process. The
/// default of 256 on macOS is too low for all callers. If the limit cannot be raised, calls fail with that
/// error.
#[cfg(unix)]
fn allow_open_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    const ENOUGH: u64 = 1024;
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current.is_some_and(|current| current < ENOUGH) {
        let current = Some(maximum.map_or(ENOUGH, |maximum| maximum.min(ENOUGH)));
        let _ = setrlimit(Resource::Nofile, Rlimit { current, maximum });
    }
}

#[cfg(not(unix))]
fn allow_open_files() {}
