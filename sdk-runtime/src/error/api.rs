//! `ApiError`: the error type of an endpoint's own.

use super::call_error::Error;
use super::response::ErrorResponse;

/// The `E` in the `Result<T, E>` of an endpoint: a type that can hold an [`Error`], and may read error
/// responses itself.
///
/// [Derive it](derive@crate::ApiError) for an enum that names the responses it reads:
///
/// ```
/// use sdk_runtime::{ApiError, Error, ErrorResponse, http};
///
/// #[derive(serde::Deserialize, Debug)]
/// struct ExistingIssue {
///     id: u64,
/// }
///
/// #[derive(Debug, ApiError)]
/// enum CreateIssueError {
///     #[status(409)]
///     Duplicate(ExistingIssue),
///     #[status(404, 410)]
///     Gone,
///     #[other]
///     Other(Error),
/// }
///
/// // What happens to an answer of an endpoint that returns `Result<Issue, CreateIssueError>`:
/// let answer = http::Response::builder().status(409).body(r#"{"id": 7}"#.into())?;
/// let error = CreateIssueError::from_status(ErrorResponse::from(answer));
/// assert!(matches!(error, Ok(CreateIssueError::Duplicate(existing)) if existing.id == 7));
/// # Ok::<(), http::Error>(())
/// ```
///
/// Or implement it for cases that the derive cannot express:
///
/// ```
/// use sdk_runtime::{ApiError, Error, ErrorResponse};
///
/// #[derive(Debug)]
/// enum SearchError {
///     TooBroad,
///     Other(Error),
/// }
///
/// impl From<Error> for SearchError {
///     fn from(error: Error) -> Self {
///         Self::Other(error)
///     }
/// }
///
/// impl ApiError for SearchError {
///     fn from_status(response: ErrorResponse) -> Result<Self, ErrorResponse> {
///         match response.headers().get("x-reason") {
///             Some(reason) if reason == "too-broad" => Ok(Self::TooBroad),
///             _ => Err(response),
///         }
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the error type of an endpoint",
    label = "does not implement `ApiError`",
    note = "help: return `sdk_runtime::Result<T>`, whose error is `sdk_runtime::Error`; or name an enum \
        of your own: `#[derive(Debug, sdk_runtime::ApiError)] enum CallError {{ \
        #[other] Other(sdk_runtime::Error) }}`"
)]
pub trait ApiError: From<Error> {
    /// Makes this endpoint's own error of an error response, or returns the response, which then goes through
    /// `From`.
    ///
    /// The session classifies first. This function never gets a response that rejects the token.
    ///
    /// # Errors
    ///
    /// Returns the response if it has no meaning of its own here.
    fn from_status(response: ErrorResponse) -> Result<Self, ErrorResponse> {
        Err(response)
    }
}

impl ApiError for Error {}
