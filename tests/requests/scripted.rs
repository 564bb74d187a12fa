//! A server in memory that follows a script, one step for each connection.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use http_body::{Body, Frame};
use sdk_runtime::Bytes;
use sdk_runtime::error::{TransportError, TransportErrorKind};
use sdk_runtime::http::{HeaderMap, Response};
use sdk_runtime::transport::{ResponseBody, Transport, TransportFuture, TransportRequest};
use tokio::time::Instant;

/// What a server does on one connection.
#[derive(Clone)]
pub enum Step {
    /// Sends an answer with this status, header and text, and ends.
    Ends(u16, &'static [(&'static str, &'static str)], &'static str),
    /// Sends events, and breaks off.
    Breaks(&'static str),
    /// Sends events, and then no more.
    Stays(&'static str),
    /// Accepts no connection.
    Refuses,
    /// Does not answer.
    Hangs,
}

pub const OF_EVENTS: &[(&str, &str)] = &[("content-type", "text/event-stream")];

/// An answer that ends after these events.
pub fn ends(text: &'static str) -> Step {
    Step::Ends(200, OF_EVENTS, text)
}

pub fn status(status: u16) -> Step {
    Step::Ends(status, &[], "")
}

/// A server that follows a script, and then refuses connections.
#[derive(Clone)]
pub struct Server {
    steps: Arc<Mutex<VecDeque<Step>>>,
    /// When each request came since the start, with its headers.
    seen: Arc<Mutex<Vec<(Duration, HeaderMap)>>>,
    start: Instant,
}

impl Server {
    pub fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        let steps = Arc::new(Mutex::new(steps.into_iter().collect()));
        Self { steps, seen: Arc::default(), start: Instant::now() }
    }

    /// The seconds between the requests.
    pub fn pauses(&self) -> Vec<f64> {
        let seen = self.seen.lock().unwrap();
        seen.windows(2).map(|pair| (pair[1].0 - pair[0].0).as_secs_f64()).collect()
    }

    /// The values of a header in each request.
    pub fn header(&self, name: &str) -> Vec<Option<String>> {
        let value = |headers: &HeaderMap| Some(headers.get(name)?.to_str().unwrap_or("?").to_owned());
        self.seen.lock().unwrap().iter().map(|(_, headers)| value(headers)).collect()
    }

    pub fn count(&self) -> usize {
        self.seen.lock().unwrap().len()
    }
}

/// Pieces of a body, and whether it ends, breaks or stays open.
struct Pieces(VecDeque<&'static str>, Step);

impl Body for Pieces {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        match (self.0.pop_front(), &self.1) {
            (Some(piece), _) => Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(piece.as_bytes()))))),
            (None, Step::Breaks(_)) => {
                Poll::Ready(Some(Err(TransportError::new(TransportErrorKind::Body, "cut"))))
            }
            (None, Step::Stays(_)) => Poll::Pending,
            (None, _) => Poll::Ready(None),
        }
    }
}

impl Transport for Server {
    fn send(&self, request: TransportRequest) -> TransportFuture {
        let step = self.steps.lock().unwrap().pop_front().unwrap_or(Step::Refuses);
        self.seen.lock().unwrap().push((self.start.elapsed(), request.headers.clone()));
        Box::pin(async move {
            let mut answer = Response::builder();
            let (status, headers, text) = match step {
                Step::Refuses => return Err(TransportError::new(TransportErrorKind::Connect, "refused")),
                Step::Hangs => std::future::pending().await,
                Step::Ends(status, headers, text) => (status, headers, text),
                Step::Breaks(text) | Step::Stays(text) => (200, OF_EVENTS, text),
            };
            for (name, value) in headers {
                answer = answer.header(*name, *value);
            }
            let body = ResponseBody::new(Pieces([text].into(), step));
            Ok(answer.status(status).body(body).unwrap())
        })
    }
}
