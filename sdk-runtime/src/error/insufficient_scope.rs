//! `InsufficientScope`: a login without the scopes that a call needs (RFC 6749, section 3.3).

use std::fmt;
use std::sync::Arc;

use super::called::{Called, has_endpoint};
use super::response::ErrorResponse;
use crate::www_authenticate::Challenge;

/// The endpoint needs scopes that the login was not granted. A refresh cannot add scopes. The user has to
/// sign in again with them.
///
/// Either this is known before anything is sent, by `auth = scopes("…")` and the scopes of the tokens. Or the
/// server says so: by a 403 whose challenge has the error `insufficient_scope` (RFC 6750, section 3.1).
#[derive(Clone)]
pub struct InsufficientScope(Arc<Inner>, Called);

has_endpoint!(InsufficientScope, 1);

#[derive(Clone)]
struct Inner {
    required: Vec<String>,
    granted: Option<Arc<[String]>>,
    response: Option<ErrorResponse>,
}

impl InsufficientScope {
    pub(crate) fn new(
        required: impl IntoIterator<Item = impl Into<String>>,
        granted: Option<Arc<[String]>>,
    ) -> Self {
        let required = required.into_iter().map(Into::into).collect();
        Self(Arc::new(Inner { required, granted, response: None }), Called::default())
    }

    /// Returns the scopes that `response` asks for, or those of its endpoint's declaration.
    pub(crate) fn from_response(
        response: &ErrorResponse,
        scheme: Option<&str>,
        granted: Option<Arc<[String]>>,
    ) -> Self {
        let challenge = Self::challenge(response, scheme);
        match challenge.as_ref().and_then(Challenge::scope) {
            Some(scopes) => Self::new(scopes.split_ascii_whitespace(), granted),
            None => Self::new(response.endpoint().scopes.iter().copied(), granted),
        }
    }

    /// Returns the challenge that says so: one of `scheme`, or any for a session without a scheme.
    pub(crate) fn challenge(response: &ErrorResponse, scheme: Option<&str>) -> Option<Challenge> {
        let is_own = |challenge: &Challenge| scheme.is_none_or(|scheme| challenge.is(scheme));
        let mut own = response.challenges().into_iter().filter(is_own);
        own.find(|challenge| challenge.error() == Some("insufficient_scope"))
    }

    /// Returns the same error with the response that said it.
    pub(crate) fn with_response(mut self, response: ErrorResponse) -> Self {
        if !response.is_fake() {
            self.set_endpoint(response.endpoint());
        }
        Arc::make_mut(&mut self.0).response = Some(response);
        self
    }

    /// Returns the scopes that are needed: those that the server names, or else those of `auth =
    /// scopes("…")`.
    #[must_use]
    pub fn required(&self) -> &[String] {
        &self.0.required
    }

    /// Returns the scopes of the login, if its tokens named them.
    #[must_use]
    pub fn granted(&self) -> Option<&[String]> {
        self.0.granted.as_deref()
    }

    /// Returns the scopes to ask for in addition to those of the login, as far as is known. Empty if the
    /// server rejects a scope that the token should have, or does not say what it needs.
    pub fn missing(&self) -> impl Iterator<Item = &str> {
        let granted = self.granted().unwrap_or_default();
        self.0.required.iter().filter(|scope| !granted.contains(scope)).map(String::as_str)
    }

    /// Returns the response that said so, or `None` if the call was never sent.
    #[must_use]
    pub fn response(&self) -> Option<&ErrorResponse> {
        self.0.response.as_ref()
    }
}

/// Makes the error of a response that asks for more scopes, or of any response for a fake.
///
/// ```
/// use sdk_runtime::{ErrorResponse, error::InsufficientScope, http};
///
/// let answer = http::Response::builder()
///     .status(403)
///     .header("www-authenticate", r#"Bearer error="insufficient_scope", scope="issues:read issues:write""#)
///     .body("".into())?;
/// let error = InsufficientScope::from(ErrorResponse::from(answer));
/// assert_eq!(error.required(), ["issues:read", "issues:write"]);
/// # Ok::<(), http::Error>(())
/// ```
impl From<ErrorResponse> for InsufficientScope {
    fn from(response: ErrorResponse) -> Self {
        Self::from_response(&response, None, None).with_response(response)
    }
}

impl fmt::Display for InsufficientScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(response) = self.response() {
            // The server names the scopes in a header.
            return write!(f, "{response}: the login was not granted what it needs");
        }
        f.write_str("the login was not granted what the endpoint needs:")?;
        for (index, scope) in self.missing().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            write!(f, "{comma} `{}`", scope.escape_debug())?;
        }
        Ok(())
    }
}

impl fmt::Debug for InsufficientScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("InsufficientScope");
        match self.response() {
            Some(response) => shown.field("response", response),
            None => shown.field("required", &self.0.required).field("granted", &self.0.granted),
        };
        shown.finish_non_exhaustive()
    }
}

impl std::error::Error for InsufficientScope {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.response().and_then(std::error::Error::source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_what_is_required_and_not_granted() {
        let granted = |scopes: &[&str]| Some(scopes.iter().map(|it| (*it).to_owned()).collect());
        for (of, missing) in [
            (None, &["a", "b"][..]),
            (granted(&[]), &["a", "b"]),
            (granted(&["b", "c"]), &["a"]),
            (granted(&["b", "a"]), &[]),
        ] {
            let error = InsufficientScope::new(["a", "b"], of.clone());
            assert_eq!(
                (error.required(), error.granted()),
                (&["a".to_owned(), "b".to_owned()][..], of.as_deref())
            );
            assert_eq!(error.missing().collect::<Vec<_>>(), missing);
        }
    }
}
