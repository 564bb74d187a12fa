//! One endpoint of a stub in the hands of a test: it takes replies, and tells of its calls.

use std::fmt;
use std::future::ready;
use std::time::Duration;

use crate::backend::{boxed, lock};
use crate::reply::Reply;
use crate::request::Request;
use crate::stub::router::StubRouter;
use crate::stub::slot::Slot;

/// One endpoint of a [`StubRouter`], by [`StubRouter::endpoint`]: gives it replies, and tells who called it.
///
/// Replies can be given and changed at any time, also between two calls.
///
/// ```
/// use std::time::Duration;
/// use sdk_testkit::{Reply, StubRouter};
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let stub = StubRouter::new([("issue", "GET", "/issues/{id}")]);
/// let issue = stub.endpoint("issue");
/// issue
///     .once(Reply::text("busy").status(503))
///     .once(Reply::reset())
///     .reply_with(|request| async move { Reply::text(request.param("id")) })
///     .latency(Duration::from_millis(300));
///
/// let call = || http::Request::get("/issues/7").body(String::new());
/// assert_eq!(stub.handle(call()?).await?.status(), 503);
/// assert!(stub.handle(call()?).await.is_err());
/// assert_eq!(stub.handle(call()?).await?.status(), 200);
/// issue.assert_called(3);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct StubEndpoint<'a> {
    router: &'a StubRouter,
    slot: &'a Slot,
}

impl StubRouter {
    /// The endpoint of this name, to give it replies and to ask about its calls.
    ///
    /// # Panics
    ///
    /// When there is none of this name; the message lists those there are. When its address is an argument.
    #[track_caller]
    #[expect(clippy::panic, reason = "a misspelt endpoint must fail the test at once")]
    pub fn endpoint(&self, name: &str) -> StubEndpoint<'_> {
        match self.table().slots.iter().find(|slot| slot.is_called(name)) {
            Some(slot) => StubEndpoint { router: self, slot },
            None => panic!("{}", self.table().missing(name)),
        }
    }

    /// Asserts that every endpoint that was given a reply was called, and that no one-shot reply is left.
    ///
    /// # Panics
    ///
    /// When one was not, or one is left; the message lists these endpoints, and what came.
    #[track_caller]
    #[expect(clippy::panic, reason = "an assertion")]
    pub fn assert_all_called(&self) {
        let endpoints = self.table().slots.iter().map(|slot| StubEndpoint { router: self, slot });
        let unneeded: Vec<String> = endpoints.filter_map(StubEndpoint::unneeded).collect();
        if !unneeded.is_empty() {
            panic!("{}; {}", unneeded.join("\n"), self.all_that_came());
        }
    }
}

impl<'a> StubEndpoint<'a> {
    /// Adds a reply for one call, behind those that were added before: a chain of them is a sequence.
    ///
    /// When all are spent the standing reply answers; without one, the next call fails the test and is told
    /// so. A [`Reply::reset`] or [`Reply::hang`] makes one call fail.
    pub fn once(self, reply: Reply) -> Self {
        let handler = boxed(move |_| ready(reply.clone()));
        lock(&self.slot.replies).add_once(handler);
        self
    }

    /// Sets the standing reply, in place of the one before, for all calls that no [`once`](Self::once)
    /// answers.
    pub fn reply(self, reply: Reply) -> Self {
        self.reply_with(move |_| ready(reply.clone()))
    }

    /// Sets a standing reply that is computed from the request. A panic in it fails the test.
    pub fn reply_with<H, F>(self, handler: H) -> Self
    where
        H: Fn(Request) -> F + Send + Sync + 'static,
        F: Future<Output = Reply> + Send + 'static,
    {
        let handler = boxed(handler);
        lock(&self.slot.replies).standing = Some(handler);
        self
    }

    /// Lets every reply of this endpoint wait that long, on tokio's clock, in addition to a
    /// [`delay`](Reply::delay) of its own.
    pub fn latency(self, latency: Duration) -> Self {
        lock(&self.slot.replies).latency = latency;
        self
    }

    /// The requests of this endpoint so far, answered in any way, with their
    /// [path parameters](Request::param).
    pub fn calls(self) -> Vec<Request> {
        let mut requests = self.router.backend().requests();
        requests.retain(|request| self.slot.took(request));
        requests
    }

    /// Asserts how often this endpoint was called; the answers do not count.
    ///
    /// # Panics
    ///
    /// When it was called more or less often; the message lists what reached the stub instead.
    #[track_caller]
    #[expect(clippy::panic, reason = "an assertion")]
    pub fn assert_called(self, times: usize) {
        let calls = self.calls().len();
        if calls != times {
            let came = self.router.all_that_came();
            panic!("{} was called {}, not {times}; {came}", self.slot, many(calls));
        }
    }

    /// What a test still expected of this endpoint; `None` if it was given no reply, or all it was given were
    /// needed.
    fn unneeded(self) -> Option<String> {
        let (slot, calls) = (self.slot, self.calls().len());
        let replies = lock(&slot.replies);
        let (left, given) = (replies.once.len(), replies.given_once);
        match calls {
            0 if replies.standing.is_some() || given > 0 => Some(format!("{slot} was never called")),
            _ if left > 0 => {
                Some(format!("{slot} was called {}, and has {left} of {given} replies left", many(calls)))
            }
            _ => None,
        }
    }
}

impl fmt::Debug for StubEndpoint<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StubEndpoint({}, called {})", self.slot, many(self.calls().len()))
    }
}

fn many(times: usize) -> String {
    match times {
        1 => "once".to_owned(),
        times => format!("{times} times"),
    }
}
