//! The stage of a request: its transport reports whether it is connecting, and its caller reports a timeout.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::task::{Context, Poll};

tokio::task_local! {
    /// The current request.
    static SENDING: Sending;
}

#[derive(Clone)]
struct Sending {
    stage: Stage,
    origin: Arc<str>,
}

/// Whether this task sends a request. A task that finishes an abandoned connection does not.
pub(super) fn is_sending() -> bool {
    SENDING.try_with(|_| ()).is_ok()
}

/// Returns the origin of the current request.
pub(super) fn origin() -> Option<Arc<str>> {
    SENDING.try_with(|sending| sending.origin.clone()).ok()
}

/// The stage of a request. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stage(Arc<Flags>);

#[derive(Debug, Default)]
struct Flags {
    is_connecting: AtomicBool,
    has_timed_out: AtomicBool,
    sends: AtomicU32,
}

impl Stage {
    /// Whether there is no connection yet, so that nothing of the request was sent.
    pub(crate) fn is_connecting(&self) -> bool {
        self.0.is_connecting.load(Ordering::Relaxed)
    }

    fn set(&self, is_connecting: bool) {
        self.0.is_connecting.store(is_connecting, Ordering::Relaxed);
    }

    /// Counts a send of the request. Returns how often it was sent before.
    pub(crate) fn count_send(&self) -> u32 {
        self.0.sends.fetch_add(1, Ordering::Relaxed)
    }

    /// Records that the request has timed out.
    pub(crate) fn time_out(&self) {
        self.0.has_timed_out.store(true, Ordering::Relaxed);
    }

    /// Begins with another attempt, after one that may have timed out.
    pub(crate) fn begin_again(&self) {
        self.0.has_timed_out.store(false, Ordering::Relaxed);
        self.set(false);
    }

    pub(super) fn has_timed_out(&self) -> bool {
        self.0.has_timed_out.load(Ordering::Relaxed)
    }

    /// Runs `sending`. Each connection that it makes by [`connecting`] counts as one for this request to
    /// `origin`.
    pub(super) async fn sending<T>(self, origin: Arc<str>, sending: impl Future<Output = T>) -> T {
        let stage = self.clone();
        let outcome = SENDING.scope(Sending { stage: self, origin }, sending).await;
        stage.set(false);
        outcome
    }
}

/// Makes a connection for the request that this task sends.
pub(super) fn connecting<F: Future + Unpin>(connect: F) -> Connecting<F> {
    let stage = SENDING.try_with(|sending| sending.stage.clone()).ok();
    if let Some(stage) = &stage {
        stage.set(true);
    }
    Connecting { connect, stage }
}

/// A connection in the making.
pub(super) struct Connecting<F> {
    connect: F,
    stage: Option<Stage>,
}

impl<F> Connecting<F> {
    fn is_over(&mut self) {
        if let Some(stage) = self.stage.take() {
            stage.set(false);
        }
    }
}

impl<F: Future + Unpin> Future for Connecting<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        // A request that got another connection leaves this one to a task.
        if !is_sending() {
            self.is_over();
        }
        let outcome = Pin::new(&mut self.connect).poll(cx);
        if outcome.is_ready() {
            self.is_over();
        }
        outcome
    }
}
