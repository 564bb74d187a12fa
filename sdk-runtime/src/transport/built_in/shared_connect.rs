//! One connection attempt for all requests that wait for the same HTTP/2 server. A pool shares a connection
//! only after it is made, so each waiting request would make one.

use std::collections::{HashMap, HashSet};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use tokio::sync::SetOnce;

use super::sending;
use crate::runtime::{self, Instant};

/// The longest wait for the connection that another request makes.
const PATIENCE: Duration = Duration::from_secs(2);
/// The longest wait for the pool to hand over a finished connection.
const HANDOVER: Duration = Duration::from_millis(500);
/// How many servers are remembered as HTTP/1.
const SERVERS: usize = 1000;

/// The connection attempts of one pool, by origin.
#[derive(Clone, Default)]
pub(crate) struct SharedConnects(Arc<Mutex<ConnectState>>);

#[derive(Default)]
struct ConnectState {
    under_way: HashMap<String, Arc<SharedConnect>>,
    /// The servers that need a connection for each request.
    http1: HashSet<String>,
}

#[derive(Default)]
struct SharedConnect(SetOnce<ConnectOutcome>);

#[derive(Clone, Copy)]
enum ConnectOutcome {
    /// The pool shares a connection, since this time.
    Shared(Instant),
    /// An HTTP/1 connection, or no connection.
    NotShared,
    /// The request that connected was dropped.
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

/// What a request that needs a connection does.
enum ConnectRole {
    Connect(Option<Lead>),
    Follow(Arc<SharedConnect>),
}

/// The request has another connection, and left this attempt to a task.
pub(crate) struct Abandoned;

impl SharedConnects {
    /// Waits until the current request may connect to `origin`, for itself or for all.
    pub(crate) async fn turn(&self, origin: &str) -> Result<Option<Lead>, Abandoned> {
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

/// The request that connects for all. When it is dropped, the next one connects.
pub(crate) struct Lead {
    attempts: SharedConnects,
    origin: String,
    attempt: Arc<SharedConnect>,
}

impl Lead {
    /// Reports the outcome to the others: `None` for no connection, or whether it is HTTP/2.
    pub(crate) fn done(self, is_http2: Option<bool>) {
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

/// Returns the output of `work`, or `Abandoned` if its request has another connection.
async fn while_sending<T>(work: impl Future<Output = T>) -> Result<T, Abandoned> {
    let mut work = pin!(work);
    poll_fn(|cx| match sending::is_sending() {
        true => work.as_mut().poll(cx).map(Ok),
        false => Poll::Ready(Err(Abandoned)),
    })
    .await
}
