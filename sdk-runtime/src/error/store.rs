//! `StoreError`: a store that cannot be read or written.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::called::{Called, has_endpoint};

type Source = Box<dyn StdError + Send + Sync>;

/// The store of a login cannot be read or written. Its [`kind`](Self::kind) tells whether a write that failed
/// may have been done all the same.
#[derive(Clone)]
pub struct StoreError(Arc<Inner>, Called);

has_endpoint!(StoreError, 1);

struct Inner {
    kind: StoreErrorKind,
    reason: String,
    source: Option<Source>,
}

/// Whether a store that failed may work later, and whether a write that failed may have been done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// The store cannot be used now: a full disk, a database that does not respond, a locked key ring. A
    /// write that fails with this was not done, and will not be.
    Unavailable,
    /// The content was not written by this library, is damaged, or is of a later version. It is left
    /// unchanged.
    Foreign,
    /// The operation exceeded its time. A write may have been done, or may still be done.
    Timeout,
    /// The outcome is unknown: a connection that broke, a commit without a response, a panic. A write may
    /// have been done.
    Uncertain,
}

impl StoreError {
    /// Creates the error of a store that cannot be used now. A write that fails with it was not done. `doing`
    /// is what failed, without secrets: `"the database cannot be read"`.
    pub fn unavailable(doing: impl Into<String>, source: impl Into<Source>) -> Self {
        Self::new(StoreErrorKind::Unavailable, doing, Some(source.into()))
    }

    /// Creates the error of an operation whose outcome is unknown. `doing` is as for
    /// [`unavailable`](Self::unavailable).
    pub fn uncertain(doing: impl Into<String>, source: impl Into<Source>) -> Self {
        Self::new(StoreErrorKind::Uncertain, doing, Some(source.into()))
    }

    /// Creates the error of content that is no login. `what` says what it is and where, without secrets.
    pub fn foreign(what: impl Into<String>) -> Self {
        Self::new(StoreErrorKind::Foreign, what, None)
    }

    pub(crate) fn timeout() -> Self {
        Self::new(StoreErrorKind::Timeout, "it did not answer in time", None)
    }

    /// Returns the error of a lock that another process holds. Nothing was done.
    pub(crate) fn busy(doing: impl Into<String>, waited: Duration) -> Self {
        Self::unavailable(doing, Busy::Held(waited))
    }

    /// Returns the error of a disk that took too long. Nothing was done.
    pub(crate) fn late(doing: impl Into<String>) -> Self {
        Self::unavailable(doing, Busy::Late)
    }

    fn new(kind: StoreErrorKind, reason: impl Into<String>, source: Option<Source>) -> Self {
        Self(Arc::new(Inner { kind, reason: reason.into(), source }), Called::default())
    }

    /// Whether a write that failed with this was certainly not done.
    pub(crate) fn is_definite(&self) -> bool {
        matches!(self.0.kind, StoreErrorKind::Unavailable | StoreErrorKind::Foreign)
    }

    /// Whether only another process or a slow disk is the cause.
    pub(crate) fn is_busy(&self) -> bool {
        self.0.source.as_ref().is_some_and(|source| source.is::<Busy>())
    }

    /// Returns whether the store may work later, and whether a write may have been done.
    #[must_use]
    pub fn kind(&self) -> StoreErrorKind {
        self.0.kind
    }
}

/// The cause of a delay.
#[derive(Debug)]
enum Busy {
    /// Another process has held the lock for so long.
    Held(Duration),
    Late,
}

impl fmt::Display for Busy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Held(waited) => write!(f, "another process has held it for {waited:?}"),
            Self::Late => f.write_str("the disk took longer than a task waits"),
        }
    }
}

impl StdError for Busy {}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_says_whether_a_write_was_done() {
        for (error, kind, is_definite, source) in [
            (StoreError::unavailable("it is full", "full"), StoreErrorKind::Unavailable, true, Some("full")),
            (StoreError::uncertain("it is full", "full"), StoreErrorKind::Uncertain, false, Some("full")),
            (StoreError::foreign("it is full"), StoreErrorKind::Foreign, true, None),
            (StoreError::timeout(), StoreErrorKind::Timeout, false, None),
        ] {
            assert_eq!((error.kind(), error.is_definite()), (kind, is_definite));
            let reason =
                if kind == StoreErrorKind::Timeout { "it did not answer in time" } else { "it is full" };
            assert_eq!(error.to_string(), format!("the store of the login failed: {reason}"));
            let shown = format!("StoreError {{ kind: {kind:?}, reason: {reason:?}, source: {source:?} }}");
            assert_eq!(format!("{error:?}"), shown);
            assert_eq!(error.source().map(ToString::to_string).as_deref(), source);
            let told = crate::error::Error::from(error);
            assert_eq!(told.source().map(ToString::to_string).as_deref(), source);
        }
    }
}
