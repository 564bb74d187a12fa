//! The request that a task sends, and the connection that it makes for it.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use url::{Position, Url};

use super::super::stage::Stage;

thread_local! {
    /// The request whose future this thread polls. A task-local of tokio would cost each call more.
    static SENDING: Cell<Option<Sending>> = const { Cell::new(None) };
}

struct Sending {
    stage: Stage,
    /// The origin of an https request.
    origin: Option<Arc<str>>,
}

/// Returns what `read` gets from the current request.
fn current<T>(read: impl FnOnce(&Sending) -> T) -> Option<T> {
    let read = |cell: &Cell<Option<Sending>>| {
        let sending = cell.take();
        let value = sending.as_ref().map(read);
        cell.set(sending);
        value
    };
    SENDING.try_with(read).ok().flatten()
}

/// Whether this task sends a request. A task that finishes an abandoned connection does not.
pub(crate) fn is_sending() -> bool {
    current(|_| ()).is_some()
}

/// Returns the origin of the current request, if that is https.
pub(crate) fn https_origin() -> Option<Arc<str>> {
    current(|sending| sending.origin.clone()).flatten()
}

/// A request that is being sent. Each connection that it makes by [`connecting`] counts as one for it.
pub(crate) struct Request<F> {
    /// `None` while the future is polled.
    sending: Option<Sending>,
    future: F,
}

impl Sending {
    fn exchange(with: Option<Self>) -> Option<Self> {
        SENDING.try_with(|cell| cell.replace(with)).ok().flatten()
    }
}

/// Describes a request to `url`, before its future is made.
pub(crate) struct Destination(Sending);

impl Destination {
    pub(crate) fn new(stage: Stage, url: &Url) -> Self {
        let origin = (url.scheme() == "https").then(|| url[..Position::BeforePath].into());
        Self(Sending { stage, origin })
    }

    /// Sends the request by `future`.
    pub(crate) fn sending<F>(self, future: F) -> Request<F> {
        Request { sending: Some(self.0), future }
    }
}

/// Makes a request the current one of this thread until it is dropped.
struct Entered<'a> {
    own: &'a mut Option<Sending>,
    before: Option<Sending>,
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        *self.own = Sending::exchange(self.before.take());
    }
}

impl<F: Future + Unpin> Future for Request<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = &mut *self;
        let before = Sending::exchange(this.sending.take());
        let entered = Entered { own: &mut this.sending, before };
        let outcome = Pin::new(&mut this.future).poll(cx);
        drop(entered);
        if outcome.is_ready()
            && let Some(sending) = &this.sending
        {
            sending.stage.set(false);
        }
        outcome
    }
}

/// Makes a connection for the request that this task sends.
pub(crate) fn connecting<F: Future + Unpin>(connect: F) -> Connecting<F> {
    let stage = current(|sending| sending.stage.clone());
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
