//! What a failed call means for the user of the service.

use axum::http::{StatusCode, header::RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use sdk_runtime::Error;

pub struct Failure(Error);

/// Each error of a call, of a store and of `build()`.
impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let Self(error) = self;
        let status = status_of(&error);
        tracing::warn!(code = error.code(), error = error.report(), "a call failed");
        let pause = error.retry_after().filter(|_| status == StatusCode::SERVICE_UNAVAILABLE);
        let pause = pause.map(|it| [(RETRY_AFTER, it.as_secs_f64().ceil().to_string())]);
        (status, pause, error.code()).into_response()
    }
}

pub fn status_of(error: &Error) -> StatusCode {
    match error {
        // This user has to sign in.
        Error::NotSignedIn(_) => StatusCode::UNAUTHORIZED,
        Error::SessionExpired(expired) if expired.requires_sign_in() => StatusCode::UNAUTHORIZED,
        // Another user has signed in under this key meanwhile.
        Error::IdentityChanged(_) => StatusCode::CONFLICT,
        Error::InsufficientScope(_) => StatusCode::FORBIDDEN,
        // The service shuts down, or has removed the login from memory; another try goes to its successor.
        Error::Closed(_) => StatusCode::SERVICE_UNAVAILABLE,
        Error::Timeout(_) => StatusCode::GATEWAY_TIMEOUT,
        error if error.is_transient() => StatusCode::SERVICE_UNAVAILABLE,
        // What the tracker says of the request holds for the user's: a wrong password, no such issue.
        Error::Status(answer) if answer.status().is_client_error() => answer.status(),
        _ => StatusCode::BAD_GATEWAY,
    }
}
