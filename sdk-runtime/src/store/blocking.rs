//! How a store that blocks is used without holding up tasks. Knows no store.

use std::sync::Arc;

use super::StoreFuture;
use crate::clock;
use crate::error::StoreError;

/// Does `work` on `place` where it may block. It goes on to its end, whoever goes away.
pub(super) fn run<P, T>(
    place: &Arc<P>,
    work: impl FnOnce(&P) -> Result<T, StoreError> + Send + 'static,
) -> StoreFuture<'static, T>
where
    P: Send + Sync + 'static,
    T: Send + 'static,
{
    let place = place.clone();
    Box::pin(async move {
        let done = clock::blocking(move || work(&place)).await;
        done.unwrap_or_else(|| {
            Err(StoreError::unavailable("it was not looked at", "the runtime is shutting down"))
        })
    })
}
