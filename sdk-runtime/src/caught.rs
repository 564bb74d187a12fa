//! Panics of the user's code, as a value.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

/// Returns the output of the future that `make` returns, or `None` if either panics.
pub(crate) async fn caught<F: Future>(make: impl FnOnce() -> F) -> Option<F::Output> {
    let mut future = pin!(catch_unwind(AssertUnwindSafe(make)).ok()?);
    poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
        Ok(polled) => polled.map(Some),
        Err(_) => Poll::Ready(None),
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_no_output() {
        assert_eq!(caught(|| async { 7 }).await, Some(7));
        assert_eq!(caught(|| async { panic!("in the future") }).await, None::<u8>);
        let make = || -> std::future::Ready<u8> { panic!("in front of the future") };
        assert_eq!(caught(make).await, None);
    }
}
