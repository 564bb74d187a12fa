//! Reads bodies while they arrive, up to a limit.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body::Body as _;
use http_body_util::BodyExt;

use crate::error::{BodyTooLarge, Error, TransportError, TransportErrorKind};
use crate::runtime::{self, Instant};
use crate::transport::ResponseBody;

/// The time limit of an error body. The status and the headers say how to go on, so the body must not use up
/// the call's time.
pub(crate) const ERROR_BODY_TIME: Duration = Duration::from_secs(5);

/// Returns the whole body, or an error if it is longer than `limit` bytes.
pub(crate) async fn read_all(mut body: ResponseBody, limit: usize) -> Result<Bytes, Error> {
    let mut pieces = Pieces::default();
    match pieces.read(&mut body, limit).await {
        BodyEnd::Whole => Ok(pieces.joined()),
        end => Err(end.error().map_or_else(|| BodyTooLarge::new(limit).into(), Error::from)),
    }
}

/// The part of a body that arrived, and why it ended.
#[derive(Debug)]
pub(crate) struct ReceivedBody {
    pub(crate) bytes: Bytes,
    pub(crate) end: BodyEnd,
}

#[derive(Debug)]
pub(crate) enum BodyEnd {
    /// The body is complete.
    Whole,
    /// The body is longer than the limit.
    Limit,
    /// The connection broke.
    Cut(TransportError),
    /// The time limit passed.
    Late,
}

impl BodyEnd {
    /// Returns why the body is incomplete, or `None` if it is complete or exceeds the limit.
    pub(crate) fn error(&self) -> Option<TransportError> {
        match self {
            Self::Whole | Self::Limit => None,
            Self::Cut(error) => Some(error.clone()),
            Self::Late => Some(TransportError::new(TransportErrorKind::Body, "it took too long")),
        }
    }
}

/// Reads the body up to `limit` bytes and the deadline.
pub(crate) async fn receive(mut body: ResponseBody, limit: usize, deadline: Option<Instant>) -> ReceivedBody {
    let mut pieces = Pieces::default();
    let reading = pieces.read(&mut body, limit);
    let end = match deadline {
        Some(deadline) => runtime::until(deadline, reading).await.unwrap_or(BodyEnd::Late),
        None => reading.await,
    };
    ReceivedBody { bytes: pieces.joined(), end }
}

/// The pieces of a body that have arrived.
#[derive(Default)]
struct Pieces {
    /// Most bodies come in one piece, which is not copied.
    first: Bytes,
    all: BytesMut,
}

impl Pieces {
    /// Reads up to `limit` bytes. What has arrived stays if the future is dropped.
    async fn read(&mut self, body: &mut ResponseBody, limit: usize) -> BodyEnd {
        loop {
            let mut data = match body.frame().await {
                None => return BodyEnd::Whole,
                Some(Err(error)) => return BodyEnd::Cut(error),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => data,
                    Err(_) => continue,
                },
            };
            let room = limit - self.first.len().max(self.all.len());
            let truncated = data.len() > room;
            data.truncate(room);
            self.push(data, body.size_hint().lower(), limit);
            if truncated {
                return BodyEnd::Limit;
            }
            // Where the length is known, the end is too, and is not asked for.
            if body.is_end_stream() {
                return BodyEnd::Whole;
            }
        }
    }

    /// Appends `data`. At least `left` bytes come after it, of which none are kept beyond `limit`.
    fn push(&mut self, data: Bytes, left: u64, limit: usize) {
        if self.first.is_empty() && self.all.is_empty() {
            self.first = data;
            return;
        }
        if self.all.is_empty() {
            let known = usize::try_from(left).unwrap_or(usize::MAX);
            self.all.reserve((self.first.len() + data.len()).saturating_add(known).min(limit));
            self.all.extend_from_slice(&std::mem::take(&mut self.first));
        }
        self.all.extend_from_slice(&data);
    }

    fn joined(self) -> Bytes {
        if self.all.is_empty() { self.first } else { self.all.freeze() }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use http_body::Frame;

    use super::*;

    struct Sent(VecDeque<&'static str>);

    impl http_body::Body for Sent {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            let next = self.0.pop_front();
            Poll::Ready(next.map(|piece| Ok(Frame::data(Bytes::from_static(piece.as_bytes())))))
        }
    }

    fn body(pieces: &[&'static str]) -> ResponseBody {
        let sent = Sent(pieces.iter().copied().collect());
        ResponseBody::new(sent.map_err(|never| match never {}))
    }

    #[tokio::test]
    async fn bodies_are_read_up_to_the_limit() {
        for (pieces, limit, read, truncated) in [
            (&[][..], 4, "", false),
            (&["abcd"], 4, "abcd", false),
            (&["abcde"], 4, "abcd", true),
            (&["ab", "cd"], 4, "abcd", false),
            (&["ab", "cd", "e"], 4, "abcd", true),
            (&["abc", "de"], 4, "abcd", true),
            (&["ab", "cde"], 4, "abcd", true),
            (&["a", "b", "cde"], 4, "abcd", true),
            (&["abcd", ""], 4, "abcd", false),
            (&["", "abcd", "e"], 4, "abcd", true),
            (&["a"], 0, "", true),
        ] {
            let got = receive(body(pieces), limit, None).await;
            assert_eq!(
                (&*got.bytes, matches!(got.end, BodyEnd::Limit)),
                (read.as_bytes(), truncated),
                "{pieces:?}"
            );
            let whole = read_all(body(pieces), limit).await;
            assert_eq!(whole.ok(), (!truncated).then(|| Bytes::from_static(read.as_bytes())), "{pieces:?}");
        }
    }
}
