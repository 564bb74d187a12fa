//! The error type an endpoint can have of its own.

use super::{Error, ErrorResponse};

/// What `E` in `Result<T, E>` of an endpoint must be: a type that can hold an [`Error`], and may read answers of its own.
///
/// ```
/// use sdk_runtime::{ApiError, Error, ErrorResponse};
///
/// #[derive(Debug)]
/// enum CreateIssueError {
///     Duplicate,
///     Other(Error),
/// }
///
/// impl From<Error> for CreateIssueError {
///     fn from(error: Error) -> Self {
///         Self::Other(error)
///     }
/// }
///
/// impl ApiError for CreateIssueError {
///     fn from_status(response: ErrorResponse) -> Result<Self, ErrorResponse> {
///         match response.status().as_u16() {
///             409 => Ok(Self::Duplicate),
///             _ => Err(response),
///         }
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the error type of an endpoint",
    label = "does not implement `ApiError`",
    note = "help: return `Result<T>`, or `impl ApiError for {Self}` (it needs `impl From<sdk_runtime::Error> for {Self}`)"
)]
pub trait ApiError: From<Error> {
    /// Makes this endpoint's own error of an answer that is no success, or gives the answer back to go through `From`.
    ///
    /// The session judges first: it is never asked about an answer that means "this token is no good".
    ///
    /// # Errors
    ///
    /// The answer itself, when it has no meaning of its own here.
    fn from_status(response: ErrorResponse) -> Result<Self, ErrorResponse> {
        Err(response)
    }
}

impl ApiError for Error {}
