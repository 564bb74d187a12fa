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
            // An answer that cannot be decoded may hold tokens.
            TokenError::Other(error) => Self::Request(error.without_values()),
        }
    }
}

impl From<Error> for OAuthError {
    fn from(error: Error) -> Self {
        Self::Request(error)
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
