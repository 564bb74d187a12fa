//! The transport over reqwest, the only file that names it.

use std::time::Duration;

use http::HeaderValue;
use http::header::CONTENT_LENGTH;
use http_body::Body as _;
use http_body_util::BodyExt;

use super::{ResponseBody, Transport, TransportFuture, TransportRequest};
use crate::body::RequestBody;
use crate::error::{TransportError, TransportErrorKind};

/// reqwest's own builder: proxies, certificates, connection limits, DNS.
///
/// Redirects and the referer are the client's business and are set after you. Leave credentials and cookies to the session:
/// default headers set here go to every address, that of a redirect to another origin included.
pub type HttpClientBuilder = reqwest::ClientBuilder;

#[derive(Clone)]
pub(crate) struct ReqwestTransport {
    client: reqwest::Client,
}

impl ReqwestTransport {
    /// Builds the client from what `configure` makes of the defaults. With `loopback`, no proxy that the environment names is
    /// used: what may travel in the clear because it stays on this machine must stay there.
    pub(crate) fn new(
        loopback: bool,
        configure: impl FnOnce(HttpClientBuilder) -> HttpClientBuilder,
    ) -> Result<Self, TransportError> {
        let mut builder = reqwest::Client::builder()
            // A connection that takes longer than this is not going to come.
            .connect_timeout(Duration::from_secs(5))
            .tcp_nodelay(true);
        if loopback {
            builder = builder.no_proxy();
        }
        let client = configure(builder)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .build()
            .map_err(|error| TransportError::new(TransportErrorKind::Connect, error))?;
        Ok(Self { client })
    }
}

impl Transport for ReqwestTransport {
    fn send(&self, request: TransportRequest) -> TransportFuture {
        let mut outgoing = reqwest::Request::new(request.method, request.url);
        *outgoing.headers_mut() = request.headers;
        // hyper leaves the length out where there is nothing to send, and servers want it all the same (RFC 9110, 8.6).
        if request.body.as_ref().is_some_and(|body| body.size_hint().exact() == Some(0)) {
            outgoing.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        *outgoing.body_mut() = request.body.map(|body| match body {
            RequestBody::Bytes(bytes) => bytes.into(),
            RequestBody::Stream(stream) => reqwest::Body::wrap(stream),
        });
        let answer = self.client.execute(outgoing);
        Box::pin(async move {
            let answer = answer.await.map_err(request_error)?;
            let answer: http::Response<reqwest::Body> = answer.into();
            Ok(answer.map(|body| ResponseBody::new(body.map_err(body_error))))
        })
    }
}

fn request_error(error: reqwest::Error) -> TransportError {
    let kind = if error.is_builder() {
        TransportErrorKind::Invalid
    } else if error.is_connect() {
        TransportErrorKind::Connect
    } else {
        TransportErrorKind::Request
    };
    // The address may carry data of the caller's in its query.
    TransportError::new(kind, error.without_url())
}

fn body_error(error: reqwest::Error) -> TransportError {
    TransportError::new(TransportErrorKind::Body, error.without_url())
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, Method};

    use super::*;

    #[tokio::test]
    async fn a_request_that_cannot_be_made_was_not_kept_from_a_connection() {
        let transport = ReqwestTransport::new(true, |builder| builder).unwrap();
        let url = format!("http://localhost/{}", "a".repeat(70_000)).parse().unwrap();
        let request = TransportRequest { method: Method::GET, url, headers: HeaderMap::new(), body: None };
        let error = transport.send(request).await.unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::Invalid, "{error:?}");
    }
}
