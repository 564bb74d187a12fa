//! How an access token is put on a request.

use http::header::{AUTHORIZATION, COOKIE, HeaderName, HeaderValue};

use crate::error::InvalidRequest;
use crate::secret::AccessToken;

/// How the access token is attached to a request.
#[derive(Debug, Clone)]
pub struct Attach {
    how: How,
}

#[derive(Debug, Clone)]
enum How {
    Header { name: String, scheme: Option<String> },
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

    /// Nothing: the cookies of the login sign the requests.
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
                if scheme.as_ref().is_some_and(|scheme| HeaderValue::try_from(scheme).is_err()) {
                    return Err(InvalidRequest::new(name, "has a scheme that no header can hold"));
                }
                Ok(Attachment::Header { name: header, scheme })
            }
        }
    }
}

impl Default for Attach {
    fn default() -> Self {
        Self::bearer()
    }
}

/// [`Attach`], found valid.
#[derive(Debug)]
pub(crate) enum Attachment {
    Header { name: HeaderName, scheme: Option<String> },
    Cookies,
}

impl Attachment {
    /// The header that is the session's to set.
    pub(crate) fn header(&self) -> Option<&HeaderName> {
        match self {
            Self::Header { name, .. } => Some(name),
            Self::Cookies => None,
        }
    }

    /// The scheme a challenge would name (RFC 9110, 11.6.1).
    pub(crate) fn scheme(&self) -> Option<&str> {
        match self {
            Self::Header { scheme, .. } => scheme.as_deref(),
            Self::Cookies => None,
        }
    }

    /// The header of a request signed with `token`, marked sensitive: the only place where one is made.
    pub(crate) fn sign(&self, token: &AccessToken) -> Result<Option<HeaderValue>, InvalidRequest> {
        let Self::Header { name, scheme } = self else {
            return Ok(None);
        };
        let value = match scheme {
            Some(scheme) => HeaderValue::try_from(format!("{scheme} {}", token.expose())),
            None => HeaderValue::from_str(token.expose()),
        };
        let mut value = value.map_err(|_| {
            InvalidRequest::new(
                name.to_string(),
                "cannot hold this access token: it has a control character in it",
            )
        })?;
        if token.expose().trim().is_empty() {
            return Err(InvalidRequest::new(
                name.to_string(),
                "cannot be signed with an access token that is empty",
            ));
        }
        value.set_sensitive(true);
        Ok(Some(value))
    }
}
