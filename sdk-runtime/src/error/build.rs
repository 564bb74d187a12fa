//! `BuildError`: a client that cannot be built.

use std::fmt;
use std::sync::Arc;

use url::Url;

use super::request::InvalidRequest;
use super::transport::TransportError;

/// Why a client cannot be built.
#[derive(Clone)]
pub struct BuildError(Arc<Kind>);

#[derive(Debug)]
enum Kind {
    Base(&'static str),
    /// The method that was called with the origin, the origin, and what is wrong with it.
    Origin(&'static str, String, String),
    /// The origin of the base URL, and those that were allowed.
    Insecure(String, Vec<String>),
    Conflict(&'static str),
    Credential(InvalidRequest),
    /// The type of the value.
    Missing(&'static str),
    Transport(TransportError),
    #[cfg(any(feature = "blocking", test))]
    Runtime(std::io::ErrorKind),
}

impl BuildError {
    pub(crate) fn base(reason: &'static str) -> Self {
        Self(Arc::new(Kind::Base(reason)))
    }

    /// Returns the error of the address `given` as an origin of `method`.
    pub(crate) fn origin(method: &'static str, given: &str, reason: impl Into<String>) -> Self {
        Self(Arc::new(Kind::Origin(method, shown(given), reason.into())))
    }

    /// Returns the error of a client that has a credential, at a base to which it may not travel, since it is
    /// none of the origins `allowed`.
    pub(crate) fn insecure(base: &Url, allowed: &[String]) -> Self {
        let allowed = allowed.iter().map(|given| shown(given)).collect();
        Self(Arc::new(Kind::Insecure(base.origin().ascii_serialization(), allowed)))
    }

    pub(crate) fn conflict(reason: &'static str) -> Self {
        Self(Arc::new(Kind::Conflict(reason)))
    }

    pub(crate) fn credential(error: InvalidRequest) -> Self {
        Self(Arc::new(Kind::Credential(error)))
    }

    /// Returns the error of a client whose session needs a value of the type `what`.
    pub(crate) fn missing(what: &'static str) -> Self {
        Self(Arc::new(Kind::Missing(what)))
    }

    /// Returns the error of a call whose background runtime cannot be started.
    #[cfg(any(feature = "blocking", test))]
    pub(crate) fn runtime(kind: std::io::ErrorKind) -> Self {
        Self(Arc::new(Kind::Runtime(kind)))
    }

    pub(crate) fn transport(error: TransportError) -> Self {
        Self(Arc::new(Kind::Transport(error)))
    }
}

/// Returns an address as it was written, unless it may hold a password or is very long.
fn shown(given: &str) -> String {
    match given.len() > 200 || given.contains(['@', '?', '#']) {
        true => "…".to_owned(),
        false => given.escape_debug().to_string(),
    }
}

impl BuildError {
    /// Returns the code, as [`Error::code`](super::Error::code) does.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match &*self.0 {
            Kind::Base(_) => "build.base",
            Kind::Origin(..) => "build.origin",
            Kind::Insecure(..) => "build.insecure",
            Kind::Conflict(_) => "build.options",
            Kind::Credential(_) => "build.credential",
            Kind::Missing(_) => "build.missing",
            Kind::Transport(_) => "build.transport",
            #[cfg(any(feature = "blocking", test))]
            Kind::Runtime(_) => "build.runtime",
        }
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the client cannot be built: ")?;
        match &*self.0 {
            Kind::Base(reason) => write!(f, "the base URL {reason}"),
            Kind::Origin(method, given, reason) => {
                write!(f, "the origin `{given}` of `{method}(…)` {reason}")
            }
            Kind::Insecure(origin, allowed) => {
                write!(
                    f,
                    "the credentials of the login would travel to `{origin}` in the clear: use https, or a \
                     loopback address such as `http://localhost`; if the network protects the traffic, write \
                     `.allow_insecure(\"{origin}\")`"
                )?;
                allowed
                    .iter()
                    .try_for_each(|other| write!(f, "; `.allow_insecure(\"{other}\")` names another origin"))
            }
            Kind::Conflict(reason) => f.write_str(reason),
            Kind::Missing(what) => write!(
                f,
                "a request of the session is made with `{what}`, which the client was not given: write \
                 `.provide(…)`"
            ),
            Kind::Credential(error) => write!(f, "`{}` {}", error.argument(), error.reason()),
            #[cfg(any(feature = "blocking", test))]
            Kind::Runtime(kind) => write!(f, "the thread of `.wait()` cannot be started: {kind}"),
            Kind::Transport(error) => {
                f.write_str("the HTTP client could not be set up")?;
                let cause = error.cause().unwrap_or_default();
                if !cause.is_empty() {
                    write!(f, ": {cause}")?;
                }
                Ok(())
            }
        }
    }
}

impl fmt::Debug for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BuildError").field(&self.0).finish()
    }
}

impl std::error::Error for BuildError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &*self.0 {
            Kind::Transport(error) => Some(error),
            _ => None,
        }
    }
}
