//! The placement of the access token on a request: which header and scheme, or cookies.

use std::time::{Duration, SystemTime};

use http::header::{AUTHORIZATION, COOKIE, HeaderName, HeaderValue};

use super::expiry::lifetime;
use super::tokens::Tokens;
use crate::cookies::{Jar, SetCookies};
use crate::error::InvalidRequest;
use crate::response::Head;
use crate::runtime::Clock;
use crate::secret::AccessToken;
use crate::www_authenticate::is_tchar;

/// How the access token is placed on a request.
#[derive(Debug, Clone)]
pub struct Attach {
    how: How,
}

#[derive(Debug, Clone)]
enum How {
    Header {
        name: String,
        scheme: Option<String>,
    },
    #[cfg_attr(not(feature = "cookies"), expect(dead_code, reason = "only `Attach::cookies()` says so"))]
    Cookies,
}

impl Attach {
    /// `Authorization: Bearer <token>` (RFC 6750, 2.1). The default.
    #[must_use]
    pub fn bearer() -> Self {
        Self::header(AUTHORIZATION.as_str(), "Bearer")
    }

    /// `<name>: <scheme> <token>`.
    pub fn header(name: impl Into<String>, scheme: impl Into<String>) -> Self {
        Self { how: How::Header { name: name.into(), scheme: Some(scheme.into()) } }
    }

    /// `<name>: <token>`, without a scheme.
    pub fn raw(name: impl Into<String>) -> Self {
        Self { how: How::Header { name: name.into(), scheme: None } }
    }

    /// No header: the cookies of the login sign the requests. Needs the feature `cookies`.
    #[cfg(feature = "cookies")]
    #[must_use]
    pub fn cookies() -> Self {
        Self { how: How::Cookies }
    }

    pub(crate) fn check(self) -> Result<Attachment, InvalidRequest> {
        match self.how {
            How::Cookies => Ok(Attachment::Cookies),
            How::Header { name, scheme } => {
                let header = crate::request::header::name(&name)?;
                if header == COOKIE {
                    return Err(InvalidRequest::new(name, "is the jar's: use `Attach::cookies()`"));
                }
                if scheme.as_ref().is_some_and(|scheme| !is_scheme(scheme)) {
                    return Err(InvalidRequest::new(
                        name,
                        "has a scheme that is none: it is one word, and `Attach::raw` is for a token without",
                    ));
                }
                Ok(Attachment::Header { name: header, scheme })
            }
        }
    }
}

/// A token of RFC 9110, 11.1, by which challenges can name it.
fn is_scheme(scheme: &str) -> bool {
    !scheme.is_empty() && scheme.bytes().all(is_tchar)
}

impl Default for Attach {
    fn default() -> Self {
        Self::bearer()
    }
}

/// Tokens that are ready to sign with.
#[derive(Debug, Clone)]
pub(crate) struct Credential {
    pub(crate) tokens: Tokens,
    /// The ready-made header. `None` if cookies sign.
    pub(crate) header: Option<HeaderValue>,
    pub(crate) lifetime: Option<Duration>,
    /// How much of its lifetime has passed.
    pub(crate) age: Duration,
}

/// [`Attach`] after its validation.
#[derive(Debug)]
pub(crate) enum Attachment {
    Header { name: HeaderName, scheme: Option<String> },
    Cookies,
}

impl Attachment {
    /// The header that the session sets.
    pub(crate) fn header(&self) -> Option<&HeaderName> {
        match self {
            Self::Header { name, .. } => Some(name),
            Self::Cookies => None,
        }
    }

    /// The scheme that a challenge would name (RFC 9110, 11.6.1).
    pub(crate) fn scheme(&self) -> Option<&str> {
        match self {
            Self::Header { scheme, .. } => scheme.as_deref(),
            Self::Cookies => None,
        }
    }

    /// Makes `tokens` ready to sign with. `head` is that of the response with which they arrived.
    pub(crate) fn credential(
        &self,
        tokens: Tokens,
        head: Option<&Head>,
        wall: impl FnOnce() -> SystemTime,
    ) -> Result<Credential, InvalidRequest> {
        let header = match (self, &tokens.access) {
            (Self::Cookies, _) => None,
            (Self::Header { name, scheme }, Some(token)) => Some(header(name, scheme.as_deref(), token)?),
            (Self::Header { .. }, None) => {
                return Err(InvalidRequest::new(
                    "Tokens::cookies()",
                    "has no access token for the header to hold: configure `.attach(Attach::cookies())`",
                ));
            }
        };
        let lifetime = lifetime(&tokens, head, wall);
        Ok(Credential { tokens, header, lifetime, age: Duration::ZERO })
    }

    /// Whether `jar` has a cookie to sign with, if cookies sign. `received` tells what became of the
    /// cookies in the last response.
    pub(crate) fn can_sign(
        &self,
        jar: &Jar,
        received: Option<&SetCookies>,
        clock: &Clock,
    ) -> Result<(), InvalidRequest> {
        let lack = match self {
            Self::Header { .. } => None,
            Self::Cookies => jar.why_empty(received, clock),
        };
        lack.map_or(Ok(()), |why| {
            Err(InvalidRequest::new(
                "Tokens::cookies()",
                format!("has no cookie to sign with: {why}; `Tokens::new(…)` is for a token in the answer"),
            ))
        })
    }
}

/// Builds the header of a signed request, marked sensitive. No other function builds one.
fn header(
    name: &HeaderName,
    scheme: Option<&str>,
    token: &AccessToken,
) -> Result<HeaderValue, InvalidRequest> {
    let token = token.expose();
    if token.trim().is_empty() {
        return Err(InvalidRequest::new(
            name.to_string(),
            "cannot be signed with an access token that is empty",
        ));
    }
    let value = match scheme {
        Some(scheme) => HeaderValue::try_from(format!("{scheme} {token}")),
        None => HeaderValue::from_str(token),
    };
    let mut value = value.map_err(|_| {
        InvalidRequest::new(
            name.to_string(),
            "cannot hold this access token: it has a control character in it",
        )
    })?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scheme_is_one_word_as_challenges_have_it() {
        for (scheme, is_valid) in [
            ("Bearer", true),
            ("x", true),
            ("jwt-1.0_a~b", true),
            ("", false),
            (" ", false),
            ("two words", false),
            (" Bearer", false),
            ("Bearer ", false),
            ("Bearer\t", false),
            ("a=b", false),
            ("ä", false),
        ] {
            let checked = Attach::header("x-token", scheme).check();
            assert_eq!(checked.is_ok(), is_valid, "{scheme:?}");
        }
    }
}
