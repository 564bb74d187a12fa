//! A body of a response that ends with an error if it is silent for too long.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::interface::ResponseBody;
use crate::error::TransportError;
use crate::runtime::Countdown;

impl ResponseBody {
    /// Returns the same body, which fails if its reader waits for the next byte for longer than `limit`. The
    /// time in which it is not read does not count.
    pub(crate) fn idle_within(self, limit: Duration) -> Self {
        Self::new(IdleBody { body: Some(self), silence: Countdown::new(limit) })
    }
}

struct IdleBody {
    /// `None` after the error, so that the connection is closed at once.
    body: Option<ResponseBody>,
    silence: Countdown,
}

impl Body for IdleBody {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let Self { body: Some(body), silence } = &mut *self else { return Poll::Ready(None) };
        if let Poll::Ready(frame) = Pin::new(body).poll_frame(cx) {
            // An empty piece is no byte.
            if !matches!(&frame, Some(Ok(frame)) if frame.data_ref().is_some_and(Bytes::is_empty)) {
                silence.stop();
            }
            return Poll::Ready(frame);
        }
        let limit = ready!(silence.poll(cx));
        self.body = None;
        Poll::Ready(Some(Err(TransportError::idle(limit))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map(Body::size_hint).unwrap_or_default()
    }
}
