//! A store that a login cannot be read from, or written to.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

type Source = Box<dyn StdError + Send + Sync>;

/// The place where a login is kept cannot be read, or not be written to. Whether a write that failed was done all
/// the same is not known: the session looks before it goes on.
#[derive(Clone)]
pub struct StoreError(Arc<Inner>);

struct Inner {
    kind: StoreErrorKind,
    reason: String,
    source: Option<Source>,
}

/// Whether a store that failed may work the next time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// It cannot be reached or used now: a disk that is full, a database that is away, a key ring that is locked.
    Unavailable,
    /// What is in it was not written by this library, or is damaged, or is of a later version. It is left as it is.
    Foreign,
    /// It took longer than it may.
    Timeout,
}

impl StoreError {
    /// The store cannot be used now. `doing` is what failed, in words that hold no secret: `"the database cannot be read"`.
    pub fn unavailable(doing: impl Into<String>, source: impl Into<Source>) -> Self {
        Self::new(StoreErrorKind::Unavailable, doing, Some(source.into()))
    }

    /// What is kept is nothing that could be a login. `what` says what it is and where, in words that hold no secret.
    pub fn foreign(what: impl Into<String>) -> Self {
        Self::new(StoreErrorKind::Foreign, what, None)
    }

    pub(crate) fn timeout() -> Self {
        Self::new(StoreErrorKind::Timeout, "it did not answer in time", None)
    }

    fn new(kind: StoreErrorKind, reason: impl Into<String>, source: Option<Source>) -> Self {
        Self(Arc::new(Inner { kind, reason: reason.into(), source }))
    }

    /// Whether it may work the next time.
    #[must_use]
    pub fn kind(&self) -> StoreErrorKind {
        self.0.kind
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the store of the login failed: {}", self.0.reason)
    }
}

impl fmt::Debug for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreError")
            .field("kind", &self.0.kind)
            .field("reason", &self.0.reason)
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for StoreError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source = self.0.source.as_deref()?;
        Some(source)
    }
}
