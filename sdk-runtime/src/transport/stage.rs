//! Whether a request still waits for its connection, told by its transport to those who give it up.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

tokio::task_local! {
    /// The stage of the request that is being sent.
    static SENDING: Stage;
}

/// How far a request has come. Clones are of one request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stage(Arc<AtomicBool>);

impl Stage {
    /// Whether no connection is there yet, so that nothing of the request was sent.
    pub(crate) fn is_connecting(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    fn set(&self, is_connecting: bool) {
        self.0.store(is_connecting, Ordering::Relaxed);
    }

    /// What `sending` comes to; whatever it connects by [`connecting`], it does for this request.
    pub(super) async fn sending<T>(self, sending: impl Future<Output = T>) -> T {
        let stage = self.clone();
        let outcome = SENDING.scope(self, sending).await;
        stage.set(false);
        outcome
    }
}

/// What `connect` comes to, for the request that is being sent here.
pub(super) fn connecting<F: Future + Unpin>(connect: F) -> Connecting<F> {
    let stage = SENDING.try_with(Stage::clone).ok();
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
        // A request that got another connection meanwhile leaves this one to a task.
        if SENDING.try_with(|_| ()).is_err() {
            self.is_over();
        }
        let outcome = Pin::new(&mut self.connect).poll(cx);
        if outcome.is_ready() {
            self.is_over();
        }
        outcome
    }
}
