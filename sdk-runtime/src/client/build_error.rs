//! A client that cannot be built.

use std::fmt;

use crate::error::{InvalidRequest, TransportError};

/// Why a client cannot be built as configured.
#[derive(Clone)]
pub struct BuildError {
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    Base(&'static str),
    Conflict(&'static str),
    Credential(InvalidRequest),
    Transport(TransportError),
}

impl BuildError {
    pub(super) fn base(reason: &'static str) -> Self {
        Self { kind: Kind::Base(reason) }
    }

    pub(super) fn conflict(reason: &'static str) -> Self {
        Self { kind: Kind::Conflict(reason) }
    }

    pub(super) fn credential(error: InvalidRequest) -> Self {
        Self { kind: Kind::Credential(error) }
    }

    pub(super) fn transport(error: TransportError) -> Self {
        Self { kind: Kind::Transport(error) }
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the client cannot be built: ")?;
        match &self.kind {
            Kind::Base(reason) => write!(f, "the base URL {reason}"),
            Kind::Conflict(reason) => f.write_str(reason),
            Kind::Credential(error) => write!(f, "`{}` {}", error.argument(), error.reason()),
            Kind::Transport(_) => f.write_str("the HTTP client could not be set up"),
        }
    }
}

impl fmt::Debug for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BuildError").field(&self.kind).finish()
    }
}

impl std::error::Error for BuildError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            Kind::Transport(error) => Some(error),
            Kind::Base(_) | Kind::Conflict(_) | Kind::Credential(_) => None,
        }
    }
}
