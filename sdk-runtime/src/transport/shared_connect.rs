//! One attempt to connect for all requests that wait for the same server, where it speaks HTTP/2: a pool of connections shares one only
//! when it is there, and until then each request would shake hands for itself.

use std::collections::{HashMap, HashSet};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use tokio::sync::SetOnce;

use super::stage;
use crate::runtime::{self, Instant};

/// How long a request waits for the connection that another one makes.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long the pool may take to hand it over when it is there.
const HANDOVER: Duration = Duration::from_millis(500);
/// As many servers as are known to speak HTTP/1.
const SERVERS: usize = 1000;

/// The attempts of one pool, by the origin of the server.
#[derive(Clone, Default)]
pub(super) struct SharedConnects(Arc<Mutex<ConnectState>>);

#[derive(Default)]
struct ConnectState {
    under_way: HashMap<String, Arc<SharedConnect>>,
    /// Those who need a connection for each request.
    http1: HashSet<String>,
}

#[derive(Default)]
struct SharedConnect(SetOnce<ConnectOutcome>);

#[derive(Clone, Copy)]
enum ConnectOutcome {
    /// A connection that the pool shares, since when.
    Shared(Instant),
    /// A connection of HTTP/1, or none.
    NotShared,
    /// The request that connected was given up.
    GivenUp,
}

impl SharedConnect {
    fn is_over(&self) -> bool {
        match self.0.get() {
            Some(ConnectOutcome::Shared(since)) => since.elapsed() >= HANDOVER,
            Some(ConnectOutcome::NotShared | ConnectOutcome::GivenUp) => true,
            None => false,
        }
    }
}

/// What a request that needs a connection has to do.
enum ConnectRole {
    Connect(Option<Lead>),
    Follow(Arc<SharedConnect>),
}

/// No request follows this one any more, which has another connection.
pub(super) struct Abandoned;

impl SharedConnects {
    /// Waits until it is the turn of the request that is being sent to connect to `origin`, for itself or for all.
    pub(super) async fn turn(&self, origin: &str) -> Result<Option<Lead>, Abandoned> {
        loop {
            let attempt = match self.role(origin) {
                ConnectRole::Connect(lead) => return Ok(lead),
                ConnectRole::Follow(attempt) => attempt,
            };
            let outcome = while_sending(runtime::within(PATIENCE, attempt.0.wait())).await?;
            match outcome.copied() {
                Some(ConnectOutcome::Shared(_)) => {
                    while_sending(runtime::sleep_until(runtime::deadline(HANDOVER))).await?;
                }
                Some(ConnectOutcome::GivenUp) => {}
                Some(ConnectOutcome::NotShared) | None => return Ok(None),
            }
        }
    }

    fn role(&self, origin: &str) -> ConnectRole {
        let mut state = self.lock();
        if state.http1.contains(origin) {
            return ConnectRole::Connect(None);
        }
        match state.under_way.get(origin) {
            Some(attempt) if !attempt.is_over() => ConnectRole::Follow(attempt.clone()),
            _ => {
                let attempt = Arc::new(SharedConnect::default());
                state.under_way.retain(|_, attempt| !attempt.is_over());
                state.under_way.insert(origin.to_owned(), attempt.clone());
                ConnectRole::Connect(Some(Lead {
                    attempts: self.clone(),
                    origin: origin.to_owned(),
                    attempt,
                }))
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, ConnectState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The one who connects for all. Dropping it leaves that to the next.
pub(super) struct Lead {
    attempts: SharedConnects,
    origin: String,
    attempt: Arc<SharedConnect>,
}

impl Lead {
    /// Tells the others what came of it: `None` for no connection, or whether it is one of HTTP/2.
    pub(super) fn done(self, is_http2: Option<bool>) {
        if is_http2 == Some(false) {
            let mut state = self.attempts.lock();
            if state.http1.len() >= SERVERS {
                state.http1.clear();
            }
            state.http1.insert(self.origin.clone());
        }
        let _ = self.attempt.0.set(match is_http2 {
            Some(true) => ConnectOutcome::Shared(runtime::now()),
            _ => ConnectOutcome::NotShared,
        });
    }
}

impl Drop for Lead {
    fn drop(&mut self) {
        let _ = self.attempt.0.set(ConnectOutcome::GivenUp);
    }
}

/// Returns the output of `work`, or `Abandoned` once its request has another connection and leaves this one to a task.
async fn while_sending<T>(work: impl Future<Output = T>) -> Result<T, Abandoned> {
    let mut work = pin!(work);
    poll_fn(|cx| match stage::is_sending() {
        true => work.as_mut().poll(cx).map(Ok),
        false => Poll::Ready(Err(Abandoned)),
    })
    .await
}
