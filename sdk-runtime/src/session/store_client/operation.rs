//! One operation of a store: its timeout, and the error of a store that panics.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use crate::error::StoreError;
use crate::runtime;

/// The longest time of one operation.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(5);

/// Runs `operation`, which changes nothing.
pub(super) async fn within<T, F>(operation: impl FnOnce() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    done_within(operation, StoreError::unavailable).await
}

/// Runs `operation`. `failed` makes the error of a store that panics, so that what was received is not lost
/// with it.
pub(super) async fn done_within<T, F>(
    operation: impl FnOnce() -> F,
    failed: fn(&'static str, &'static str) -> StoreError,
) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    let panicked = |_| failed("it panicked", "a panic of the store");
    let operation = match catch_unwind(AssertUnwindSafe(operation)) {
        Ok(operation) => operation,
        Err(panic) => return Err(panicked(panic)),
    };
    let mut operation = pin!(operation);
    let caught = poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| operation.as_mut().poll(cx))) {
        Ok(polled) => polled,
        Err(panic) => Poll::Ready(Err(panicked(panic))),
    });
    runtime::within(TIMEOUT, caught).await.unwrap_or_else(|| Err(StoreError::timeout()))
}
