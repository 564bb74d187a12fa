//! Turns a panic inside a future into a value. Knows nothing of HTTP.

use std::any::Any;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;

/// Runs `future` to its end, or to its panic, whose message is the error.
pub(crate) async fn catch<F: Future>(future: F) -> Result<F::Output, String> {
    let mut future = Box::pin(future);
    // After a panic the future is never polled again, so no broken state can be observed.
    poll_fn(move |context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(poll) => poll.map(Ok),
        Err(payload) => Poll::Ready(Err(message(payload.as_ref()))),
    })
    .await
}

/// The text of a panic: `panic!` makes a `&str` or a `String`, anything else has none.
fn message(payload: &(dyn Any + Send)) -> String {
    payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a text".to_owned())
}
