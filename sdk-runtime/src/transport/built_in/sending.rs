//! The request that a task sends, and the connection that it makes for it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::super::stage::Stage;

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
pub(crate) fn is_sending() -> bool {
    SENDING.try_with(|_| ()).is_ok()
}

/// Returns the origin of the current request.
pub(crate) fn origin() -> Option<Arc<str>> {
    SENDING.try_with(|sending| sending.origin.clone()).ok()
}

/// Sends a request to `origin` by `sending`. Each connection that it makes by [`connecting`] counts as one
/// for this request.
pub(crate) async fn sending<T>(stage: Stage, origin: Arc<str>, sending: impl Future<Output = T>) -> T {
    let outcome = SENDING.scope(Sending { stage: stage.clone(), origin }, sending).await;
    stage.set(false);
    outcome
}

/// Makes a connection for the request that this task sends.
pub(crate) fn connecting<F: Future + Unpin>(connect: F) -> Connecting<F> {
    let stage = SENDING.try_with(|sending| sending.stage.clone()).ok();
    if let Some(stage) = &stage {
        stage.set(true);
    }
    Connecting { connect, stage }
}

/// A connection in the making.
pub(crate) struct Connecting<F> {
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
