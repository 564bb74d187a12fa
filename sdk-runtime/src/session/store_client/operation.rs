//! One operation of a store: its timeout, and the error of a store that panics.

use std::time::Duration;

use crate::caught::caught;
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
    match runtime::within(TIMEOUT, caught(operation)).await {
        Some(Some(done)) => done,
        Some(None) => Err(failed("it panicked", "a panic of the store")),
        None => Err(StoreError::timeout()),
    }
}
