//! `OAuthError`: what can fail at an authorization server.

use std::error::Error as StdError;
use std::fmt;

use sdk_macros::ApiError;
use serde::Deserialize;

use crate::error::Error;

/// What a sign-in at an authorization server can fail with. No text shows a code, a token or a secret.
#[derive(Debug)]
#[non_exhaustive]
pub enum OAuthError {
    /// The server refused the request, or the user did.
    Refused(OAuthRefusal),
    /// The request failed otherwise, or the session did not take the tokens.
    Request(Error),
    /// The server does not offer it, or what it says of itself is contradictory. The text says what.
    Unsupported(String),
    /// The browser did not bring the answer to this sign-in. The text says why.
    Interaction(String),
    /// A private key cannot be read, or cannot sign. The text says why.
    Key(String),
}

/// A refusal of an authorization server (RFC 6749, 4.1.2.1 and 5.2; RFC 8628, 3.5).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct OAuthRefusal {
    /// The code, such as `access_denied` and `invalid_client`.
    pub error: String,
    /// A text for developers.
    #[serde(rename = "error_description")]
    pub description: Option<String>,
    /// The address of a page about the error.
    #[serde(rename = "error_uri")]
    pub uri: Option<String>,
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

impl From<TokenError> for OAuthError {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Refused(refusal) => Self::Refused(refusal),
            TokenError::Other(error) => Self::Request(error),
        }
    }
}

impl From<Error> for OAuthError {
    fn from(error: Error) -> Self {
        Self::Request(error)
    }
}

/// Shows the code and the text without control characters, which a terminal would obey.
impl fmt::Display for OAuthRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |text: &str| text.replace(char::is_control, " ");
        f.write_str(&shown(&self.error))?;
        self.description.iter().try_for_each(|description| write!(f, ": {}", shown(description)))
    }
}

impl fmt::Display for OAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => write!(f, "the authorization server refuses: {refusal}"),
            Self::Request(error) => error.fmt(f),
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
            _ => None,
        }
    }
}
