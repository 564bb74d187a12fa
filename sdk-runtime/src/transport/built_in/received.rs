//! What an HTTP library returned for a request, as the response or the error of a transport.

use std::error::Error as StdError;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, HeaderValue};
use http_body::Body;
use http_body_util::BodyExt;

use super::super::cause;
use super::super::interface::{ResponseBody, TransportResponse};
use super::limits::HEAD_LIMIT;
use super::pool_rotation::PoolUse;
use super::upload::{Stop, UploadResponseBody};
use crate::body::RequestBody;
use crate::error::{TransportError, TransportErrorKind};

/// Sets the length of an empty body, which hyper omits and servers expect (RFC 9110, 8.6).
pub(crate) fn set_length(headers: &mut HeaderMap, body: Option<&RequestBody>) {
    if body.is_some_and(|body| body.size_hint().exact() == Some(0)) {
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
}

/// Returns the response, whose body holds the use of the pool and stops the upload.
pub(crate) fn response<B>(
    answer: http::Response<B>,
    turn: PoolUse,
    stop: Option<Stop>,
    shown: fn(B::Error) -> B::Error,
) -> Result<TransportResponse, TransportError>
where
    B: Body<Data = Bytes, Error: StdError + Send + Sync + 'static> + Send + Unpin + 'static,
{
    if size(answer.headers()) > HEAD_LIMIT {
        let limit = format!("more than {HEAD_LIMIT} bytes");
        return Err(TransportError::because(TransportErrorKind::HeadTooLarge, Some(limit.clone()), limit));
    }
    Ok(answer.map(|body| {
        // The pool is in use until the body ends.
        let body = body.map_err(move |error| {
            let (_turn, error) = (&turn, shown(error));
            TransportError::because(TransportErrorKind::Body, cause::of(&error).words, error)
        });
        match stop {
            None => ResponseBody::new(body),
            Some(stop) => ResponseBody::new(UploadResponseBody::new(body, stop)),
        }
    }))
}

fn size(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 32).sum()
}

/// What the HTTP library says of a request that it could not send.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Unsent {
    /// It cannot make such a request.
    pub(crate) is_invalid: bool,
    /// A name has no address.
    pub(crate) is_dns: bool,
    /// There is no connection.
    pub(crate) is_connect: bool,
}

/// Returns the error of a request that got no answer. `limit` is that of connecting, if it is known.
pub(crate) fn request_error(
    error: impl StdError + Send + Sync + 'static,
    unsent: Unsent,
    limit: Option<Duration>,
) -> TransportError {
    let mut cause = cause::of(&error);
    let is_connect = unsent.is_connect || unsent.is_invalid;
    if is_connect && cause.words.as_deref() == Some(cause::TIMED_OUT) {
        let limit = limit.map(|limit| format!(" of {limit:?}")).unwrap_or_default();
        cause.words = Some(format!("it took longer than the `connect_timeout`{limit}"));
    }
    let kind = match cause.kind {
        _ if unsent.is_invalid => TransportErrorKind::Invalid,
        _ if unsent.is_dns => TransportErrorKind::Dns,
        Some(kind @ (TransportErrorKind::Tls | TransportErrorKind::Proxy)) => kind,
        _ if is_connect => TransportErrorKind::Connect,
        kind => kind.unwrap_or(TransportErrorKind::Request),
    };
    let may_have_arrived = !is_connect && !cause.is_unsent;
    TransportError::because(kind, cause.words, error).arrived(may_have_arrived)
}

/// Returns the error of a client that could not be built. `way` names certificates in the configuration.
pub(crate) fn build_error(error: impl Into<Box<dyn StdError + Send + Sync>>, way: &str) -> TransportError {
    let error = error.into();
    let mut words = innermost(&*error).to_string();
    if words.contains("CA certificates") {
        words += &format!("; install the system's certificates, or name some by `SSL_CERT_FILE` or `{way}`");
    }
    TransportError::because(TransportErrorKind::Tls, Some(words), error)
}

fn innermost<'e>(error: &'e (dyn StdError + 'static)) -> &'e (dyn StdError + 'static) {
    error.source().map_or(error, innermost)
}

/// Returns what each client lacks without a provider of cryptography. The HTTP library would panic.
#[cfg(all(feature = "rustls-no-provider", not(feature = "rustls")))]
pub(crate) fn missing_cryptography() -> Option<&'static str> {
    rustls::crypto::CryptoProvider::get_default().is_none().then_some(
        "rustls has no cryptography: call `CryptoProvider::install_default()` of one at the start of the \
         program, or enable the feature `rustls` of `sdk-runtime`",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_certificates_is_told_the_ways_out() {
        for (words, told) in [
            ("odd", "odd".to_owned()),
            (
                "no CA certificates",
                "no CA certificates; install the system's certificates, or name some by `SSL_CERT_FILE` or \
                 `.roots(…)`"
                    .to_owned(),
            ),
        ] {
            let error = build_error(words, ".roots(…)");
            assert_eq!((error.kind(), error.cause()), (TransportErrorKind::Tls, Some(&*told)));
        }
    }
}
