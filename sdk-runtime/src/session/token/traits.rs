//! The traits that connect a user's own types with the session: `TokenRequest` and `TokenResponse`.

use std::fmt;
use std::time::Duration;

use http::HeaderValue;

use super::provided::Needs;
use super::tokens::{Grant, Tokens};
use crate::error::InvalidRequest;
use crate::request::HeaderArg;
use crate::response::{BufferedResponse, Head, Response};

/// An argument that the session supplies: of a `#[session(refresh)]` endpoint, or one marked
/// `#[from_session]`. [`derive(TokenRequest)`](derive@crate::TokenRequest) implements it for a struct, and
/// [`oauth::RefreshRequest`](crate::oauth::RefreshRequest) is the request of RFC 6749.
///
/// ```
/// use sdk_runtime::{TokenRequest, session::Grant};
///
/// #[derive(serde::Serialize)]
/// struct RefreshRequest {
///     refresh_token: String,
/// }
///
/// impl TokenRequest for RefreshRequest {
///     fn from_grant(grant: &Grant) -> Option<Self> {
///         let refresh_token = grant.refresh_token()?.expose().to_owned();
///         Some(Self { refresh_token })
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be built from the session",
    label = "does not implement `TokenRequest`",
    note = "help: `#[derive(sdk_runtime::TokenRequest)]` on a struct of your own, with a field \
        `refresh_token: String`"
)]
pub trait TokenRequest: Sized {
    /// Builds the argument. `None` if there is nothing to refresh with, which ends the session.
    fn from_grant(grant: &Grant) -> Option<Self>;

    /// Names the values of [`ClientBuilder::provide`](crate::client::ClientBuilder::provide) without which
    /// [`from_grant`](Self::from_grant) returns `None`. A client that lacks one cannot be built. The default
    /// names none.
    ///
    /// ```
    /// use sdk_runtime::{TokenRequest, session::{Grant, Needs}};
    ///
    /// #[derive(Clone, serde::Serialize)]
    /// struct Tenant {
    ///     tenant: String,
    /// }
    ///
    /// impl TokenRequest for Tenant {
    ///     fn from_grant(grant: &Grant) -> Option<Self> {
    ///         grant.provided().cloned()
    ///     }
    ///
    ///     fn needs(needs: &mut Needs<'_>) {
    ///         needs.value::<Self>();
    ///     }
    /// }
    /// ```
    fn needs(needs: &mut Needs<'_>) {
        let _ = needs;
    }
}

/// The refresh token as `Bearer <token>`, for backends that want it in a header:
/// `#[header("authorization")] token: RefreshBearer`. A refresh token that no header can hold counts as
/// none.
#[derive(Clone)]
pub struct RefreshBearer(HeaderValue);

impl TokenRequest for RefreshBearer {
    fn from_grant(grant: &Grant) -> Option<Self> {
        let mut value = HeaderValue::try_from(format!("Bearer {}", grant.refresh_token()?.expose())).ok()?;
        value.set_sensitive(true);
        Some(Self(value))
    }
}

impl HeaderArg for RefreshBearer {
    fn header_lines(
        &self,
        line: &mut dyn FnMut(HeaderValue) -> Result<(), InvalidRequest>,
    ) -> Result<(), InvalidRequest> {
        line(self.0.clone())
    }
}

impl fmt::Debug for RefreshBearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshBearer(..)")
    }
}

/// A response with tokens: of a `#[session(start)]` or `#[session(refresh)]` endpoint.
/// [`derive(TokenResponse)`](derive@crate::TokenResponse) implements it for a struct, and
/// [`oauth::TokenAnswer`](crate::oauth::TokenAnswer) is the response of RFC 6749.
///
/// ```
/// use sdk_runtime::TokenResponse;
///
/// #[derive(serde::Deserialize, TokenResponse)]
/// struct LoginResponse {
///     access_token: String,
///     refresh_token: Option<String>,
///     expires_in: Option<u64>, // in seconds
/// }
/// ```
///
/// By hand, for an answer that no derive reads, such as two tokens in one text:
///
/// ```
/// use sdk_runtime::{Refusal, TokenResponse, Tokens, response::Head};
///
/// #[derive(serde::Deserialize)]
/// struct Pair(String);
///
/// impl TokenResponse for Pair {
///     fn tokens(&self, _: &Head) -> Result<Tokens, Refusal> {
///         match self.0.split_once(';') {
///             Some((access, refresh)) => Ok(Tokens::new(access).refresh_token(refresh)),
///             None => Err(Refusal::Unreadable("there is no `;` between two tokens".to_owned())),
///         }
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` says nothing about tokens",
    label = "does not implement `TokenResponse`",
    note = "help: `#[derive(sdk_runtime::TokenResponse)]` on a struct of your own, with a field \
        `access_token: String`"
)]
pub trait TokenResponse: Send {
    /// Returns the tokens in the response.
    ///
    /// # Errors
    ///
    /// A [`Refusal`], for servers that refuse with a successful status.
    fn tokens(&self, head: &Head) -> Result<Tokens, Refusal>;

    /// Returns the refusal in a response that need not hold a `Self`. It is asked of each successful
    /// response before the response is decoded. The default finds none.
    fn refusal(answer: &BufferedResponse) -> Option<Refusal>
    where
        Self: Sized,
    {
        let _ = answer;
        None
    }
}

impl<T: TokenResponse> TokenResponse for Response<T> {
    fn tokens(&self, head: &Head) -> Result<Tokens, Refusal> {
        self.value().tokens(head)
    }

    fn refusal(answer: &BufferedResponse) -> Option<Refusal> {
        T::refusal(answer)
    }
}

/// A server's refusal to issue tokens, in a response with a successful status or as `refused = …` reads it.
///
/// If it is unclear which one it is, use [`TryLater`](Self::TryLater): a login that is ended by mistake is
/// lost, and one that is kept by mistake is refused again.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// For good: the login is over, and every call fails with
    /// [`Error::SessionExpired`](crate::Error::SessionExpired). The text is the server's reason, its
    /// [`message`](crate::error::SessionExpired::message).
    Dead(String),
    /// For now, or a success without tokens: the login is kept, and calls fail with
    /// [`Error::RefreshUnavailable`](crate::Error::RefreshUnavailable) until a refresh succeeds.
    TryLater {
        /// The server's reason.
        message: String,
        /// The minimal wait, up to an hour.
        after: Option<Duration>,
    },
    /// None, but the tokens cannot be read, such as a time in another unit than the declared one. It counts
    /// as a response that cannot be decoded. The text says why in the program's own words, and is shown: it
    /// quotes no value of the response.
    Unreadable(String),
}

impl Refusal {
    /// Returns a [`TryLater`](Self::TryLater) with the text of an error, for `map_err(Refusal::try_later)?`.
    #[must_use]
    pub fn try_later(error: impl fmt::Display) -> Self {
        Self::TryLater { message: error.to_string(), after: None }
    }
}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dead(_) => f.write_str("Dead(..)"),
            Self::Unreadable(why) => f.debug_tuple("Unreadable").field(why).finish(),
            Self::TryLater { after, .. } => {
                f.debug_struct("TryLater").field("after", after).finish_non_exhaustive()
            }
        }
    }
}
