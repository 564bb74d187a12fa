//! A server whose answers do not arrive, or not whole. Knows no endpoint.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use http_body::Frame;
use sdk_runtime::{
    Bytes,
    error::{TransportError, TransportErrorKind},
    transport::{ResponseBody, Transport, TransportFuture, TransportRequest},
};
use tokio::time::Sleep;

/// How a body goes on behind what arrives of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It does not: that is all.
    Whole,
    /// The connection breaks.
    Cut,
    /// Nothing more comes.
    Hangs,
    /// A space a second, for ever.
    Dribbles,
}

pub const ENDS: [End; 3] = [End::Cut, End::Hangs, End::Dribbles];

/// An answer, and how its body ends.
pub struct Answer {
    head: http::response::Builder,
    body: Bytes,
    end: End,
}

impl Answer {
    pub fn new(status: u16, body: impl Into<Bytes>, end: End) -> Self {
        Self { head: http::Response::builder().status(status), body: body.into(), end }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.head = self.head.header(name, value);
        self
    }
}

/// A transport to a server that answers each request as `script` says.
#[derive(Clone)]
pub struct Broken {
    script: Arc<dyn Fn(&TransportRequest) -> Answer + Send + Sync>,
    requests: Arc<AtomicUsize>,
}

impl Broken {
    pub fn new(script: impl Fn(&TransportRequest) -> Answer + Send + Sync + 'static) -> Self {
        Self { script: Arc::new(script), requests: Arc::default() }
    }

    /// How many requests it has seen.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

impl Transport for Broken {
    fn send(&self, request: TransportRequest) -> TransportFuture {
        self.requests.fetch_add(1, Ordering::SeqCst);
        let Answer { head, body, end } = (self.script)(&request);
        let body = Body { piece: Some(body), end, pause: None };
        let answer = head.body(ResponseBody::new(body)).unwrap();
        Box::pin(std::future::ready(Ok(answer)))
    }
}

struct Body {
    piece: Option<Bytes>,
    end: End,
    pause: Option<Pin<Box<Sleep>>>,
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        if let Some(piece) = self.piece.take().filter(|piece| !piece.is_empty()) {
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        match self.end {
            End::Whole => Poll::Ready(None),
            End::Cut => {
                self.end = End::Whole;
                Poll::Ready(Some(Err(TransportError::new(TransportErrorKind::Body, "connection reset"))))
            }
            End::Hangs => Poll::Pending,
            End::Dribbles => {
                let pause =
                    self.pause.get_or_insert_with(|| Box::pin(tokio::time::sleep(Duration::from_secs(1))));
                std::task::ready!(pause.as_mut().poll(cx));
                self.pause = None;
                Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b" ")))))
            }
        }
    }
}
