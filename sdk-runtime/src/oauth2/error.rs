//! `OAuthError`: what can fail at an authorization server.

use std::error::Error as StdError;
use std::fmt;

use sdk_macros::ApiError;
use serde::Deserialize;
use url::Url;

use crate::error::Error;

/// What a sign-in at an authorization server can fail with. No text shows a code, a token or a secret.
#[derive(Debug)]
#[non_exhaustive]
pub enum OAuthError {
    /// The server refused the request, or the user did.
    Refused(OAuthRefusal),
    /// A request failed otherwise. `Display` says which one, and at which address.
    Request(OAuthRequestError),
    /// The session did not take the tokens.
    Session(Error),
    /// The server does not offer it, or what it says of itself is contradictory. The text says what.
    Unsupported(String),
    /// The browser did not bring the answer to this sign-in. The text says why.
    Interaction(String),
    /// A private key cannot be read, or cannot sign. The text says why.
    Key(String),
}

/// A refusal of an authorization server (RFC 6749, 4.1.2.1 and 5.2; RFC 8628, 3.5).
///
/// No field has a control character, which a terminal would obey, or one that changes the direction of a
/// text. Spaces are in their place.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "Told")]
#[non_exhaustive]
pub struct OAuthRefusal {
    /// The code, such as `access_denied` and `invalid_client`.
    pub error: String,
    /// A text for developers.
    pub description: Option<String>,
    /// The address of a page about the error.
    pub uri: Option<String>,
}

/// A refusal as the server tells it.
#[derive(Deserialize)]
pub(super) struct Told {
    pub(super) error: String,
    pub(super) error_description: Option<String>,
    pub(super) error_uri: Option<String>,
}

impl From<Told> for OAuthRefusal {
    fn from(told: Told) -> Self {
        let shown = |text: String| text.replace(deceives, " ");
        Self {
            error: shown(told.error),
            description: told.error_description.map(shown),
            uri: told.error_uri.map(shown),
        }
    }
}

/// Whether a terminal obeys a character, or shows the text around it in another order.
pub(super) fn deceives(character: char) -> bool {
    let changes_direction = matches!(
        character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    character.is_control() || changes_direction
}

/// A request to an authorization server without an answer that OAuth 2.0 knows.
#[derive(Debug)]
pub struct OAuthRequestError {
    /// Such as `tokens`.
    what: &'static str,
    /// Without a query.
    address: String,
    error: Error,
}

impl OAuthRequestError {
    /// Returns why the request failed. [`Error::is_transient`] says whether another one may succeed.
    #[must_use]
    pub fn error(&self) -> &Error {
        &self.error
    }

    /// Returns the address of the request, without a query.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }
}

/// What a request to an endpoint of the server fails with.
#[derive(Debug, ApiError)]
#[api_error(crate = crate)]
pub(super) enum TokenError {
    #[status(4xx)]
    Refused(OAuthRefusal),
    #[other]
    Other(Error),
}

impl OAuthError {
    /// Of the request for `what` to `url`.
    pub(super) fn of(what: &'static str, url: &Url, error: impl Into<TokenError>) -> Self {
        match error.into() {
            TokenError::Refused(refusal) => Self::Refused(refusal),
            TokenError::Other(error) => {
                let address = url.origin().ascii_serialization() + url.path();
                // An answer that cannot be decoded may hold tokens.
                Self::Request(OAuthRequestError { what, address, error: error.without_values() })
            }
        }
    }
}

impl fmt::Display for OAuthRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.error)?;
        self.description.iter().try_for_each(|description| write!(f, ": {description}"))
    }
}

impl fmt::Display for OAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => write!(f, "the authorization server refuses: {refusal}"),
            Self::Request(error) => error.fmt(f),
            Self::Session(error) => write!(f, "the session did not take the tokens: {error}"),
            Self::Unsupported(what) => write!(f, "the authorization server {what}"),
            Self::Key(why) => write!(f, "the private key {why}"),
            Self::Interaction(why) => write!(f, "the sign-in {why}"),
        }
    }
}

impl StdError for OAuthError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Request(error) => error.source(),
            Self::Session(error) => error.source(),
            _ => None,
        }
    }
}

impl fmt::Display for OAuthRequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the request for {} to {} failed: ", self.what, self.address)?;
        match &self.error {
            Error::Status(answer) => write!(f, "its answer has the status {}", answer.status()),
            Error::Decode(error) => {
                write!(f, "its answer with the status {} cannot be read: {}", error.status(), error.detail())
            }
            error => error.without_endpoint().fmt(f),
        }
    }
}

impl StdError for OAuthRequestError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.error.source()
    }
}
