//! A correct HTTP/2 server: each request on its stream, all at once, with flow control.

use std::future::Future;

use bytes::Bytes;
use h2::server::{self, SendResponse};
use h2::{Reason, RecvStream};
use http::{HeaderMap, Method, Response};

use super::server::Connection;

/// A request whose head has come, and the way back.
pub(crate) struct Exchange {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    /// The connection it came on.
    pub(crate) connection: usize,
    body: RecvStream,
    back: SendResponse<Bytes>,
}

/// Serves `connection` with `handle` until the client is gone.
pub(crate) async fn serve<F>(connection: Connection, handle: impl Fn(Exchange) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let number = connection.number;
    let Ok(mut accepted) = server::handshake(connection.stream).await else { return };
    let mut exchanges = tokio::task::JoinSet::new();
    while let Some(Ok((request, back))) = accepted.accept().await {
        let (parts, body) = request.into_parts();
        let exchange = Exchange {
            method: parts.method,
            path: parts.uri.path().to_owned(),
            headers: parts.headers,
            connection: number,
            body,
            back,
        };
        exchanges.spawn(handle(exchange));
    }
}

impl Exchange {
    /// The whole body of the request.
    pub(crate) async fn body(&mut self) -> Bytes {
        let mut whole = Vec::new();
        while let Some(Ok(piece)) = self.body.data().await {
            let _ = self.body.flow_control().release_capacity(piece.len());
            whole.extend_from_slice(&piece);
        }
        whole.into()
    }

    /// Answers with `body` whole.
    pub(crate) async fn answer(self, status: u16, body: impl Into<Bytes>) {
        self.answer_with(status, HeaderMap::new(), body).await;
    }

    /// Answers with `headers` and `body` whole, as fast as the client reads.
    pub(crate) async fn answer_with(mut self, status: u16, headers: HeaderMap, body: impl Into<Bytes>) {
        let mut head = Response::builder().status(status).body(()).unwrap();
        *head.headers_mut() = headers;
        let mut body: Bytes = body.into();
        let Ok(mut stream) = self.back.send_response(head, body.is_empty()) else { return };
        while !body.is_empty() {
            stream.reserve_capacity(body.len());
            let granted = std::future::poll_fn(|cx| stream.poll_capacity(cx)).await;
            let Some(Ok(granted)) = granted else { return };
            let piece = body.split_to(granted.min(body.len()));
            if stream.send_data(piece, body.is_empty()).is_err() {
                return;
            }
        }
    }

    /// Ends the stream with RST_STREAM.
    pub(crate) fn reset(mut self, reason: Reason) {
        self.back.send_reset(reason);
    }

    /// Never answers, as long as the connection lasts.
    pub(crate) async fn never(self) {
        let _held = self;
        std::future::pending::<()>().await;
    }
}
