//! `InvalidRequest`: an argument that cannot be part of a request.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use super::called::{Called, has_endpoint};

/// An argument that cannot be encoded. Nothing was sent.
#[derive(Clone)]
pub struct InvalidRequest(Arc<Inner>, Called);

has_endpoint!(InvalidRequest, 1);

struct Inner {
    argument: Cow<'static, str>,
    reason: Cow<'static, str>,
}

impl InvalidRequest {
    /// Creates the error of an argument of that name. Both are shown: the name must be no secret, and the
    /// reason ("is …") must not quote the value.
    pub fn new(argument: impl Into<Cow<'static, str>>, reason: impl Into<Cow<'static, str>>) -> Self {
        Self(Arc::new(Inner { argument: argument.into(), reason: reason.into() }), Called::default())
    }

    /// Returns the placeholder, parameter or header at fault: for a link to the next page `Link`, for a file
    /// its path, and for a credential in the clear the origin that would get it.
    #[must_use]
    pub fn argument(&self) -> &str {
        &self.0.argument
    }

    /// Returns the reason. It never quotes the value, an address in a `Link` included.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.0.reason
    }
}

impl fmt::Display for InvalidRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the request cannot be sent: `{}` {}", self.0.argument, self.0.reason)
    }
}

impl fmt::Debug for InvalidRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InvalidRequest")
            .field("argument", &self.0.argument)
            .field("reason", &self.0.reason)
            .finish()
    }
}

impl std::error::Error for InvalidRequest {}
