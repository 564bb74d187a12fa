//! `ByteStream`: the body of a response while it arrives, and `FromStream`: the types that are made of one.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderMap, StatusCode};
use http_body::{Body, Frame};

use crate::error::{DecodeError, Error, TransportError};
use crate::response::parts::{BufferedResponse, Head, Response};
use crate::text;
use crate::transport::ResponseBody;

/// A success type whose body is read while it arrives.
///
/// The call, with its timeout, ends with the head of the response. The stream reads the rest.
pub trait FromStream: Sized {
    /// The `accept` header of the request, unless the declaration or the call sets it.
    const ACCEPT: Option<&'static str> = None;

    /// Makes the stream of a successful response.
    ///
    /// # Errors
    ///
    /// Fails if the head says that the response is of another kind.
    fn from_stream(bytes: ByteStream) -> Result<Self, Error>;

    /// Returns the value for a 404, if there is one.
    fn absent(head: &Head) -> Option<Self> {
        let _ = head;
        None
    }
}

/// The body of a response in pieces, as they arrive. Of the client's limits, the
/// [idle timeout](crate::client::ClientBuilder::idle_timeout) alone applies to it.
///
/// The call, with its timeout, ends with the head. Dropping the stream closes its connection. The stream ends
/// after an error. A fake is collected from pieces:
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), sdk_runtime::Error> {
/// use sdk_runtime::stream::ByteStream;
///
/// let mut pieces: ByteStream = ["one", "two"].into_iter().collect();
/// assert_eq!(pieces.next().await.transpose()?.as_deref(), Some(&b"one"[..]));
/// # Ok(())
/// # }
/// ```
#[must_use = "a stream does nothing until it is read, and closes its connection when it is dropped"]
pub struct ByteStream {
    head: Head,
    /// `None` at the end, so that the connection is released.
    body: Option<ResponseBody>,
    /// Makes the connections after this one, for a stream of events.
    connect: Option<Box<dyn Connect>>,
    trailers: Option<Box<HeaderMap>>,
}

/// Makes the connections of a stream after the first.
pub(crate) trait Connect: Send {
    /// Returns how many connections in a row may bring no event.
    fn most(&self) -> u32;

    /// Returns the identifier that the first connection has resumed after, or nothing.
    fn last_event_id(&self) -> &[u8];

    /// Connects after `pause`, for the events after the one of `last_event_id`. It is the `attempt`th
    /// connection in a row.
    fn connect(
        &self,
        pause: Duration,
        attempt: u32,
        last_event_id: &str,
    ) -> Pin<Box<dyn Future<Output = Connected> + Send>>;

    /// Returns the error of a cancelled call when it is cancelled.
    fn poll_cancelled(&mut self, cx: &mut Context<'_>) -> Poll<Error>;
}

/// A connection, or `None` if the server has no more events.
pub(crate) type Connected = Result<Option<ByteStream>, Unconnected>;

/// Why there is no connection.
pub(crate) struct Unconnected {
    pub(crate) error: Error,
    /// After which pause the next attempt is made, at the earliest. `None` if the failure is final.
    pub(crate) again_after: Option<Duration>,
}

impl ByteStream {
    /// Creates a stream.
    pub fn new(head: Head, body: ResponseBody) -> Self {
        Self { head, body: Some(body), connect: None, trailers: None }
    }

    /// Lets a stream of events that is made of this one connect again by `connect`.
    pub(crate) fn connect_again_by(&mut self, connect: Box<dyn Connect>) {
        self.connect = Some(connect);
    }

    pub(super) fn take_connect(&mut self) -> Option<Box<dyn Connect>> {
        self.connect.take()
    }

    /// Returns the status and the headers.
    #[must_use]
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Returns the fields that the server has sent behind the body (RFC 9110, 6.5), such as a checksum.
    /// `None` before the end, and if there are none. Those of a compressed body that was decoded are not
    /// kept.
    ///
    /// Only a `ByteStream` has them. A value that is decoded from a whole answer does not.
    #[must_use]
    pub fn trailers(&self) -> Option<&HeaderMap> {
        self.trailers.as_deref().filter(|_| self.body.is_none())
    }

    /// Returns the next piece, which is never empty, or `None` at the end.
    ///
    /// # Errors
    ///
    /// Returns [`Error::Transport`] if the connection breaks.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Result<Bytes, Error>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

impl Stream for ByteStream {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        while let Some(body) = &mut self.body {
            match ready!(Pin::new(body).poll_frame(cx)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) if !data.is_empty() => return Poll::Ready(Some(Ok(data))),
                    Ok(_) => {}
                    Err(other) => self.trailers = other.into_trailers().ok().map(Box::new),
                },
                Some(Err(error)) => {
                    self.body = None;
                    let error = Error::from(error).of_call(self.head.called);
                    return Poll::Ready(Some(Err(error)));
                }
                None => self.body = None,
            }
        }
        Poll::Ready(None)
    }
}

impl FromStream for ByteStream {
    fn from_stream(bytes: ByteStream) -> Result<Self, Error> {
        Ok(bytes)
    }
}

/// Returns `bytes`, or the error of a body that still has a content coding.
pub(super) fn readable<T>(bytes: ByteStream) -> Result<ByteStream, Error> {
    let headers = bytes.head.headers();
    match text::encoding(headers).filter(|_| text::is_encoded(headers)) {
        Some(encoding) => {
            let head = (bytes.head.status, headers);
            let error = DecodeError::encoded(std::any::type_name::<T>(), head, &encoding, &Bytes::new());
            Err(Error::from(error).of_call(bytes.head.called))
        }
        None => Ok(bytes),
    }
}

impl<B: Into<Bytes>> FromIterator<B> for ByteStream {
    fn from_iter<I: IntoIterator<Item = B>>(pieces: I) -> Self {
        let pieces: Vec<Bytes> = pieces.into_iter().map(Into::into).collect();
        let head = Head::new(StatusCode::OK, HeaderMap::new());
        Self::new(head, ResponseBody::new(Pieces(pieces.into_iter())))
    }
}

impl From<BufferedResponse> for ByteStream {
    fn from(answer: BufferedResponse) -> Self {
        Self::new(answer.head, ResponseBody::new(Pieces(vec![answer.body].into_iter())))
    }
}

impl fmt::Debug for ByteStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByteStream").field("head", &self.head).finish_non_exhaustive()
    }
}

/// A body in memory.
struct Pieces(std::vec::IntoIter<Bytes>);

impl Body for Pieces {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        Poll::Ready(self.0.next().map(|piece| Ok(Frame::data(piece))))
    }
}

/// The stream with its status and headers.
impl<T: FromStream> FromStream for Response<T> {
    const ACCEPT: Option<&'static str> = T::ACCEPT;

    fn from_stream(bytes: ByteStream) -> Result<Self, Error> {
        let head = bytes.head.clone();
        T::from_stream(bytes).map(|value| Self::new(head, value))
    }

    fn absent(head: &Head) -> Option<Self> {
        T::absent(head).map(|value| Self::new(head.clone(), value))
    }
}

/// `None` for a 404.
impl<T: FromStream> FromStream for Option<T> {
    const ACCEPT: Option<&'static str> = T::ACCEPT;

    fn from_stream(bytes: ByteStream) -> Result<Self, Error> {
        match bytes.head.status {
            StatusCode::NO_CONTENT => Ok(None),
            _ => T::from_stream(bytes).map(Some),
        }
    }

    fn absent(_: &Head) -> Option<Self> {
        Some(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::response::stream::{EventStream, JsonLines, ServerEvents};

    #[tokio::test]
    async fn no_piece_is_empty_and_none_is_shown() {
        let given = ["", "a", "", "", "s3cret", ""];
        let mut stream = ByteStream::from_iter(given);
        assert_eq!(format!("{stream:?}"), "ByteStream { head: Head { status: 200, .. }, .. }", "I27");
        let mut pieces = Vec::new();
        while let Some(piece) = stream.next().await {
            pieces.push(piece.unwrap());
        }
        assert_eq!(pieces, ["a", "s3cret"]);
        assert!(stream.next().await.is_none(), "it stays at its end");
    }

    /// However short it is: more may not come for hours.
    #[test]
    fn a_line_is_there_when_it_has_ended() {
        struct Waits(Option<Bytes>);

        impl Body for Waits {
            type Data = Bytes;
            type Error = TransportError;

            fn poll_frame(
                mut self: Pin<&mut Self>,
                _: &mut Context<'_>,
            ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
                self.0.take().map_or(Poll::Pending, |piece| Poll::Ready(Some(Ok(Frame::data(piece)))))
            }
        }

        let body = ResponseBody::new(Waits(Some(Bytes::from_static(b"1\n"))));
        let mut lines: JsonLines<u32> =
            ByteStream::new(Head::new(StatusCode::OK, HeaderMap::new()), body).into();
        let mut cx = Context::from_waker(std::task::Waker::noop());
        assert!(matches!(Pin::new(&mut lines).poll_next(&mut cx), Poll::Ready(Some(Ok(1)))));
        assert!(Pin::new(&mut lines).poll_next(&mut cx).is_pending());
    }

    #[tokio::test]
    async fn i27_an_event_shows_its_name_alone() {
        let mut events =
            ServerEvents::from(ByteStream::from_iter(["event: add\nid: s3cret\ndata: s3cret\n\n"]));
        let event = events.next().await.unwrap().unwrap();
        assert_eq!(format!("{event:?}"), "ServerEvent { event: \"add\", .. }", "I27");
    }

    #[test]
    fn i27_what_is_read_from_a_stream_shows_its_head_alone() {
        let stream = || ByteStream::from_iter(["data: s3cret\n\n"]);
        for (shown, name) in [
            (format!("{:?}", ServerEvents::from(stream())), "ServerEvents"),
            (format!("{:?}", EventStream::<u32>::from(stream())), "EventStream"),
            (format!("{:?}", JsonLines::<u32>::from(stream())), "JsonLines"),
        ] {
            assert_eq!(shown, format!("{name} {{ head: Head {{ status: 200, .. }}, .. }}"), "I27");
        }
    }
}
