//! `BodyStream`: a body that is read while it is sent, once.

use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::BodyExt;
use http_body_util::combinators::UnsyncBoxBody;

type BoxError = Box<dyn StdError + Send + Sync>;

/// A request body that is read while it is sent, once.
///
/// If the server rejects the token after it has begun to read, or redirects so that the body is needed again,
/// the call fails with [`Error::NotReplayable`](crate::Error::NotReplayable). A [`Body`](crate::body::Body)
/// can be sent more than once.
pub struct BodyStream {
    /// Locked for the size only. It makes a body that is only `Send` also `Sync`.
    body: Mutex<UnsyncBoxBody<Bytes, BoxError>>,
}

impl BodyStream {
    /// Creates a stream from any body of `http-body`. Its exact size, if known, is sent as `Content-Length`.
    pub fn new<B>(body: B) -> Self
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn StdError + Send + Sync>>,
    {
        Self { body: Mutex::new(body.map_err(Into::into).boxed_unsync()) }
    }

    /// Creates a stream from any [`Stream`] of bytes. Its size is unknown.
    pub fn from_stream<S, E>(stream: S) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<Box<dyn StdError + Send + Sync>> + 'static,
    {
        Self::new(Chunks(Box::pin(stream)))
    }
}

impl HttpBody for BodyStream {
    type Data = Bytes;
    type Error = Box<dyn StdError + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let body = self.body.get_mut().unwrap_or_else(PoisonError::into_inner);
        Pin::new(body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        lock(&self.body).is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        lock(&self.body).size_hint()
    }
}

impl fmt::Debug for BodyStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BodyStream(..)")
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A stream of bytes as a body.
struct Chunks<S>(Pin<Box<S>>);

impl<S, E> HttpBody for Chunks<S>
where
    S: Stream<Item = Result<Bytes, E>>,
{
    type Data = Bytes;
    type Error = E;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, E>>> {
        self.0.as_mut().poll_next(cx).map(|next| next.map(|chunk| chunk.map(Frame::data)))
    }
}

/// A stream that one send at a time can use, until one has begun to read it.
pub(crate) struct OneShot {
    inner: Mutex<UnreadStream>,
}

struct UnreadStream {
    stream: Option<BodyStream>,
    /// The number of the send that may read it. An earlier send, whose connection may still be open, may not.
    lent: u64,
}

impl OneShot {
    pub(super) fn new(stream: BodyStream) -> Arc<Self> {
        Arc::new(Self { inner: Mutex::new(UnreadStream { stream: Some(stream), lent: 0 }) })
    }

    /// Whether a send has begun to read it.
    pub(super) fn is_spent(&self) -> bool {
        lock(&self.inner).stream.is_none()
    }

    /// Returns the stream for one more send, or `None` if it is spent.
    pub(super) fn lend(self: &Arc<Self>) -> Option<BodyStream> {
        let mut unread = lock(&self.inner);
        let size = unread.stream.as_ref()?.size_hint();
        unread.lent += 1;
        Some(BodyStream::new(OneShotBody { once: self.clone(), number: unread.lent, size, stream: None }))
    }

    fn take(&self, number: u64) -> Option<BodyStream> {
        let mut unread = lock(&self.inner);
        if unread.lent == number { unread.stream.take() } else { None }
    }
}

/// The stream in one send: nothing, until the send begins to read.
struct OneShotBody {
    once: Arc<OneShot>,
    number: u64,
    size: SizeHint,
    stream: Option<BodyStream>,
}

impl HttpBody for OneShotBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let Self { once, number, stream, .. } = &mut *self;
        if stream.is_none() {
            *stream = once.take(*number);
        }
        match stream {
            Some(stream) => Pin::new(stream).poll_frame(cx),
            None => Poll::Ready(Some(Err("this stream is sent by another call".into()))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.stream.as_ref().is_some_and(BodyStream::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.stream.as_ref().map_or_else(|| self.size, BodyStream::size_hint)
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::Full;

    use super::*;

    #[tokio::test]
    async fn only_the_latest_send_can_read_an_unread_stream() {
        let once = OneShot::new(BodyStream::new(Full::new(Bytes::from_static(b"abc"))));
        let early = once.lend().unwrap();
        let mut late = once.lend().unwrap();
        assert_eq!((early.size_hint().exact(), late.size_hint().exact()), (Some(3), Some(3)));
        assert!(early.collect().await.is_err());
        assert!(!once.is_spent());
        assert!(!late.is_end_stream());
        assert_eq!(late.frame().await.unwrap().unwrap().into_data().unwrap(), "abc");
        assert!(late.is_end_stream() && late.frame().await.is_none());
        assert!(once.is_spent() && once.lend().is_none());
    }

    #[tokio::test]
    async fn a_stream_of_chunks_is_a_body() {
        struct Chunks(Vec<&'static str>);

        impl Stream for Chunks {
            type Item = Result<Bytes, &'static str>;

            fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
                Poll::Ready(
                    self.0.pop().map(|chunk| if chunk == "!" { Err(chunk) } else { Ok(chunk.into()) }),
                )
            }
        }

        let whole = BodyStream::from_stream(Chunks(vec!["b", "a"]));
        assert_eq!(whole.size_hint().exact(), None);
        assert_eq!(whole.collect().await.unwrap().to_bytes(), "ab");
        assert!(BodyStream::from_stream(Chunks(vec!["!", "a"])).collect().await.is_err());
    }
}
