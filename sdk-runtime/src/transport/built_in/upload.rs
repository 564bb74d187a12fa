//! The upload of a request body: it stops when the response ends, and is never far ahead of the connection.
//!
//! A server may respond before it has read the request. hyper then goes on sending after the response was
//! read, for as long as that takes. It also reuses a connection before the last piece of a body is sent.

use std::error::Error as StdError;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use crate::body::RequestBody;

/// The size of a piece.
const PIECE: usize = 64 << 10;
/// The limit of data that is handed out and not sent, in bytes and in pieces. It is below hyper's buffer, so
/// that hyper always asks for more, and can be told to stop.
const AHEAD: usize = 4 * PIECE;
const PIECES: usize = 8;

type BoxError = Box<dyn StdError + Send + Sync>;

#[derive(Default)]
struct UploadState {
    stopped: bool,
    /// Handed out and not sent.
    bytes: usize,
    pieces: usize,
    waker: Option<Waker>,
}

#[derive(Clone, Default)]
struct SharedState(Arc<Mutex<UploadState>>);

impl SharedState {
    fn lock(&self) -> MutexGuard<'_, UploadState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut UploadState)) {
        let waker = {
            let mut state = self.lock();
            change(&mut state);
            state.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// A body that is being sent.
pub(crate) struct Upload {
    body: RequestBody,
    rest: Bytes,
    shared: SharedState,
}

/// Stops an upload when it is dropped.
pub(crate) struct Stop(SharedState);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.change(|state| state.stopped = true);
    }
}

/// A piece that is handed out, until it is sent.
struct Piece {
    bytes: Bytes,
    shared: SharedState,
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        self.shared.change(|state| {
            state.bytes -= self.bytes.len();
            state.pieces -= 1;
        });
    }
}

impl Upload {
    pub(crate) fn new(body: RequestBody) -> (Self, Stop) {
        let shared = SharedState::default();
        (Self { body, rest: Bytes::new(), shared: shared.clone() }, Stop(shared))
    }

    /// Whether `body` is so small that it is sent together with the head.
    pub(crate) fn is_small(body: &Bytes) -> bool {
        body.len() <= PIECE
    }

    /// Whether the rest is the end of a body of known size.
    fn is_last(&self) -> bool {
        self.rest.len() <= PIECE && self.body.size_hint().exact() == Some(0)
    }
}

impl Body for Upload {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        let mut arrived = Ok(());
        if this.rest.is_empty() {
            match Pin::new(&mut this.body).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(data) => this.rest = data,
                    Err(other) => return Poll::Ready(Some(Ok(other))),
                },
                Poll::Ready(end) => return Poll::Ready(end),
                Poll::Pending => arrived = Err(()),
            }
        }
        // After the last piece the connection may serve another request, so all other pieces must be sent.
        let is_last = this.is_last();
        let mut state = this.shared.lock();
        if state.stopped {
            return Poll::Ready(Some(Err("the answer is over, and the rest is not sent".into())));
        }
        let is_far = state.bytes >= AHEAD || state.pieces >= PIECES || (is_last && state.pieces > 0);
        if arrived.is_err() || is_far {
            state.waker = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let bytes = this.rest.split_to(this.rest.len().min(PIECE));
        state.bytes += bytes.len();
        state.pieces += 1;
        let piece = Piece { bytes, shared: this.shared.clone() };
        drop(state);
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_owner(piece)))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (hint, rest) = (self.body.size_hint(), self.rest.len() as u64);
        let mut sum = SizeHint::new();
        if let Some(upper) = hint.upper().and_then(|upper| upper.checked_add(rest)) {
            sum.set_upper(upper);
        }
        sum.set_lower(hint.lower().saturating_add(rest).min(sum.upper().unwrap_or(u64::MAX)));
        sum
    }
}

/// The body of a response, which stops the upload when it ends or is dropped.
pub(crate) struct UploadResponseBody<B> {
    body: B,
    stop: Option<Stop>,
}

impl<B> UploadResponseBody<B> {
    pub(crate) fn new(body: B, stop: Stop) -> Self {
        Self { body, stop: Some(stop) }
    }
}

impl<B: Body + Unpin> Body for UploadResponseBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) {
            self.stop = None;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::future::poll_fn;

    use super::*;
    use crate::body::BodyStream;

    async fn next(upload: &mut Upload) -> Option<Result<Bytes, BoxError>> {
        let frame = poll_fn(|cx| Pin::new(&mut *upload).poll_frame(cx)).await?;
        Some(frame.map(|frame| frame.into_data().unwrap()))
    }

    /// What is given without waiting.
    fn given(upload: &mut Upload) -> Vec<Bytes> {
        let mut cx = Context::from_waker(Waker::noop());
        let mut pieces = Vec::new();
        while let Poll::Ready(Some(Ok(frame))) = Pin::new(&mut *upload).poll_frame(&mut cx) {
            pieces.push(frame.into_data().unwrap());
        }
        pieces
    }

    #[test]
    fn no_more_is_given_than_is_sent() {
        let body = Bytes::from(vec![7; 10 * PIECE + 5]);
        let (mut upload, _stop) = Upload::new(RequestBody::Bytes(body.clone()));
        assert_eq!(upload.size_hint().exact(), Some(body.len() as u64));
        let (mut whole, mut rounds) = (Vec::new(), 0);
        loop {
            let pieces = given(&mut upload);
            assert!(pieces.iter().map(Bytes::len).sum::<usize>() <= AHEAD);
            rounds += 1;
            whole.extend(pieces.iter().flatten().copied());
            let is_last = pieces.iter().any(|piece| piece.len() == 5);
            assert!(!is_last || pieces.len() == 1, "the last waits for all others");
            assert_eq!(upload.size_hint().exact(), Some((body.len() - whole.len()) as u64));
            if upload.is_end_stream() {
                break;
            }
        }
        assert_eq!((whole == body, rounds), (true, 4));
    }

    #[test]
    fn small_pieces_are_counted() {
        let pieces = std::iter::repeat_with(|| Frame::data(Bytes::from_static(b"a")));
        struct Many<I>(I);
        impl<I: Iterator<Item = Frame<Bytes>> + Unpin> Body for Many<I> {
            type Data = Bytes;
            type Error = Infallible;

            fn poll_frame(
                mut self: Pin<&mut Self>,
                _: &mut Context<'_>,
            ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
                Poll::Ready(self.0.next().map(Ok))
            }
        }
        let (mut upload, _stop) = Upload::new(RequestBody::Stream(BodyStream::new(Many(pieces))));
        assert_eq!(given(&mut upload).len(), PIECES);
    }

    #[tokio::test]
    async fn an_upload_stops_with_its_answer_even_where_nothing_is_sent() {
        let (mut upload, stop) = Upload::new(RequestBody::Bytes(vec![7; 10 * PIECE].into()));
        let kept = given(&mut upload);
        assert_eq!(kept.len() * PIECE, AHEAD);
        let waiting = tokio::spawn(async move { next(&mut upload).await.is_some_and(|it| it.is_err()) });
        tokio::task::yield_now().await;
        let mut answered = UploadResponseBody::new(http_body_util::Empty::<Bytes>::new(), stop);
        assert!(poll_fn(|cx| Pin::new(&mut answered).poll_frame(cx)).await.is_none());
        assert!(waiting.await.unwrap());
    }

    #[tokio::test]
    async fn a_body_that_is_sent_ends_as_it_is() {
        let (mut upload, stop) = Upload::new(RequestBody::Bytes(Bytes::from_static(b"abc")));
        assert_eq!(next(&mut upload).await.unwrap().unwrap(), "abc");
        drop(stop);
        assert!(next(&mut upload).await.is_none());
    }
}
