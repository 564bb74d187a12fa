//! The payload of a request, and its body for one send.

use std::collections::VecDeque;
use std::error::Error as StdError;
use std::fmt;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};

use super::file;
use super::stream::{BodyStream, OneShot};
use crate::error::InvalidRequest;

/// The source of a body.
#[derive(Clone)]
pub(crate) enum Content {
    Bytes(Bytes),
    File(Arc<Path>),
    Factory(Arc<dyn Fn() -> BodyStream + Send + Sync>),
    Once(Arc<OneShot>),
    /// A value that could not be encoded, and why.
    Invalid(Arc<str>),
    /// No body. An empty body is different.
    Absent,
}

impl Content {
    fn is_replayable(&self) -> bool {
        !matches!(self, Self::Once(_))
    }

    fn is_spent(&self) -> bool {
        matches!(self, Self::Once(once) if once.is_spent())
    }

    /// Returns why there is nothing to send.
    pub(crate) fn invalid(&self) -> Option<&str> {
        match self {
            Self::Invalid(reason) => Some(reason),
            _ => None,
        }
    }

    async fn open(&self) -> Result<RequestBody, InvalidRequest> {
        Ok(RequestBody::Stream(match self {
            Self::Bytes(bytes) => return Ok(RequestBody::Bytes(bytes.clone())),
            Self::Absent => return Ok(RequestBody::default()),
            Self::File(path) => file::open(path).await?,
            Self::Factory(make) => make(),
            Self::Invalid(reason) => return Err(InvalidRequest::new("#[body]", reason.to_string())),
            Self::Once(once) => once.lend().ok_or_else(|| {
                InvalidRequest::new(
                    "BodyStream",
                    "was sent before, and a stream can be sent once: pass a new one",
                )
            })?,
        }))
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::File(_) => f.write_str("file"),
            Self::Factory(_) => f.write_str("factory"),
            Self::Once(_) => f.write_str("stream"),
            Self::Invalid(_) => f.write_str("invalid"),
            Self::Absent => f.write_str("none"),
        }
    }
}

/// One content, or several one after the other.
#[derive(Clone)]
pub(crate) enum Payload {
    One(Content),
    Pieces(Arc<[Content]>),
}

impl Payload {
    pub(crate) fn empty() -> Self {
        Self::One(Content::Bytes(Bytes::new()))
    }

    fn contents(&self) -> &[Content] {
        match self {
            Self::One(content) => std::slice::from_ref(content),
            Self::Pieces(contents) => contents,
        }
    }

    /// Returns all bytes, if they are in memory.
    pub(crate) fn bytes(&self) -> Option<&Bytes> {
        match self {
            Self::One(Content::Bytes(bytes)) => Some(bytes),
            _ => None,
        }
    }

    /// Whether it can be sent more than once.
    pub(crate) fn is_replayable(&self) -> bool {
        self.contents().iter().all(Content::is_replayable)
    }

    /// Whether it was sent, even partly, and cannot be sent again.
    pub(crate) fn is_spent(&self) -> bool {
        self.contents().iter().any(Content::is_spent)
    }

    /// Opens it for one send. The future is small, because most payloads are in memory.
    pub(crate) async fn open(&self) -> Result<RequestBody, InvalidRequest> {
        match self.bytes() {
            Some(bytes) => Ok(RequestBody::Bytes(bytes.clone())),
            None => Box::pin(self.open_other()).await,
        }
    }

    async fn open_other(&self) -> Result<RequestBody, InvalidRequest> {
        match self {
            Self::One(content) => content.open().await,
            Self::Pieces(contents) => {
                let mut pieces = VecDeque::with_capacity(contents.len());
                for content in contents.iter() {
                    pieces.push_back(content.open().await?);
                }
                Ok(RequestBody::Stream(BodyStream::new(Chain(pieces))))
            }
        }
    }
}

/// The body of a request as a transport sends it: bytes if they are in memory, and a stream otherwise.
///
/// Both are an [`http_body::Body`], so a transport need not distinguish them. The exact size is known, except
/// for streams of unknown length.
///
/// It is not `Clone`, so a retry layer of tower cannot repeat it. `retry = …` in the declaration and
/// [`Call::retry`](crate::client::Call::retry) do, because the client makes the body again.
#[non_exhaustive]
pub enum RequestBody {
    /// The whole body.
    Bytes(Bytes),
    /// A body that is read while it is sent.
    Stream(BodyStream),
}

impl RequestBody {
    /// Returns the bytes, if they are in memory.
    #[must_use]
    pub fn bytes(&self) -> Option<&Bytes> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::Stream(_) => None,
        }
    }
}

/// Returns a body without bytes.
impl Default for RequestBody {
    fn default() -> Self {
        Self::Bytes(Bytes::new())
    }
}

impl HttpBody for RequestBody {
    type Data = Bytes;
    type Error = Box<dyn StdError + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match &mut *self {
            Self::Bytes(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Bytes(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Self::Stream(stream) => Pin::new(stream).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Bytes(bytes) => bytes.is_empty(),
            Self::Stream(stream) => stream.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Bytes(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Stream(stream) => stream.size_hint(),
        }
    }
}

impl fmt::Debug for RequestBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "RequestBody({} bytes)", bytes.len()),
            Self::Stream(_) => f.write_str("RequestBody(stream)"),
        }
    }
}

/// Several bodies, one after the other.
struct Chain(VecDeque<RequestBody>);

impl HttpBody for Chain {
    type Data = Bytes;
    type Error = Box<dyn StdError + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        while let Some(first) = self.0.front_mut() {
            match ready!(Pin::new(first).poll_frame(cx)) {
                // The trailers of a part do not belong to the whole.
                Some(Ok(frame)) if !frame.is_data() => {}
                Some(frame) => return Poll::Ready(Some(frame)),
                None => drop(self.0.pop_front()),
            }
        }
        Poll::Ready(None)
    }

    fn size_hint(&self) -> SizeHint {
        let exact = self.0.iter().try_fold(0_u64, |sum, piece| sum.checked_add(piece.size_hint().exact()?));
        exact.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};
    use http_body_util::{BodyExt, Full};

    use super::*;
    use crate::body::source::{BINARY, TEXT};
    use crate::body::{Body, IntoBody};

    fn stream(text: &'static str) -> BodyStream {
        BodyStream::new(Full::new(Bytes::from(text)))
    }

    #[tokio::test]
    async fn each_body_is_sent_as_it_is() {
        let factory = || Body::factory(|| stream("abc"));
        let made = "abc".to_owned();
        for (body, content_type, text, length, shown) in [
            ("abc".into_body(), Some(TEXT), "abc", Some(3), "3 bytes"),
            (made.clone().into_body(), Some(TEXT), "abc", Some(3), "3 bytes"),
            ((&made).into_body(), Some(TEXT), "abc", Some(3), "3 bytes"),
            (Bytes::from("abc").into_body(), Some(BINARY), "abc", Some(3), "3 bytes"),
            (vec![b'a'].into_body(), Some(BINARY), "a", Some(1), "1 bytes"),
            (b"abc".as_slice().into_body(), Some(BINARY), "abc", Some(3), "3 bytes"),
            (Body::new("abc").into_body(), None, "abc", Some(3), "3 bytes"),
            (Body::new("").into_body(), None, "", Some(0), "0 bytes"),
            (Body::new("abc").content_type(TEXT), Some(TEXT), "abc", Some(3), "3 bytes"),
            (Some("abc").into_body(), Some(TEXT), "abc", Some(3), "3 bytes"),
            (None::<&str>.into_body(), None, "", Some(0), "none"),
            (factory(), None, "abc", Some(3), "factory"),
            (stream("abc").into_body(), Some(BINARY), "abc", Some(3), "stream"),
        ] {
            assert_eq!(format!("{body:?}"), format!("Body({shown})"), "I27");
            assert_eq!(body.content_type, content_type, "{shown}");
            let (is_stream, at_hand) = (shown == "stream", shown.ends_with("bytes"));
            let payload = Payload::One(body.content);
            assert_eq!(payload.bytes().map(|bytes| &bytes[..]), at_hand.then_some(text.as_bytes()));
            for send in 0..2 {
                assert_eq!(
                    (payload.is_replayable(), payload.is_spent()),
                    (!is_stream, is_stream && send > 0)
                );
                let opened = payload.open().await;
                if is_stream && send > 0 {
                    assert_eq!(opened.unwrap_err().argument(), "BodyStream");
                    continue;
                }
                let opened = opened.unwrap();
                let is_here = opened.bytes().is_some();
                assert_eq!(is_here, at_hand || shown == "none", "{shown}");
                let debug = if is_here { format!("{} bytes", text.len()) } else { "stream".to_owned() };
                assert_eq!(format!("{opened:?}"), format!("RequestBody({debug})"), "I27");
                assert_eq!(opened.size_hint().exact(), length, "{shown}");
                assert_eq!(opened.is_end_stream(), text.is_empty(), "{shown}");
                assert_eq!(opened.collect().await.unwrap().to_bytes(), text, "{shown}");
            }
        }
        let refused = Payload::One(Body::invalid("it is odd").content);
        assert_eq!(refused.open().await.unwrap_err().reason(), "it is odd");
        let replayable = [<&str>::REPLAYABLE, Body::REPLAYABLE, <Option<Bytes>>::REPLAYABLE];
        assert_eq!((replayable, BodyStream::REPLAYABLE), ([true; 3], false));
        assert_eq!(
            (<Option<BodyStream>>::REPLAYABLE, RequestBody::default().size_hint().exact()),
            (false, Some(0))
        );
        assert_eq!(
            format!("{:?} {:?}", stream("s3cret"), Content::Invalid("s3cret".into())),
            "BodyStream(..) invalid"
        );
    }

    /// Sends a piece, and trailers behind it; says its length or not.
    struct WithTrailers(Vec<Frame<Bytes>>, Option<u64>);

    impl HttpBody for WithTrailers {
        type Data = Bytes;
        type Error = Box<dyn StdError + Send + Sync>;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
            Poll::Ready(self.0.pop().map(Ok))
        }

        fn size_hint(&self) -> SizeHint {
            self.1.map_or_else(SizeHint::default, SizeHint::with_exact)
        }
    }

    #[tokio::test]
    async fn pieces_are_sent_one_after_the_other() {
        let piece = |length: Option<u64>| {
            Content::Factory(Arc::new(move || {
                let trailers = HeaderMap::from_iter([(http::header::ETAG, HeaderValue::from_static("x"))]);
                let frames = vec![Frame::trailers(trailers), Frame::data(Bytes::from_static(b"cd"))];
                BodyStream::new(WithTrailers(frames, length))
            }))
        };
        let bytes = |text: &'static str| Content::Bytes(Bytes::from(text));
        for (length, exact) in [(Some(2), Some(5)), (None, None), (Some(u64::MAX), None)] {
            let pieces = Payload::Pieces([bytes("ab"), bytes(""), piece(length), bytes("e")].into());
            assert!(pieces.is_replayable() && !pieces.is_spent() && pieces.bytes().is_none());
            for _ in 0..2 {
                let opened = pieces.open().await.unwrap();
                assert_eq!(
                    (opened.size_hint().exact(), opened.is_end_stream()),
                    (exact, false),
                    "{length:?}"
                );
                let whole = opened.collect().await.unwrap();
                assert!(whole.trailers().is_none(), "those of a piece");
                assert_eq!(whole.to_bytes(), "abcde");
            }
        }
        let once = Payload::Pieces([bytes("ab"), stream("c").into_body().content].into());
        assert!(!once.is_replayable() && !once.is_spent());
        assert_eq!(once.open().await.unwrap().collect().await.unwrap().to_bytes(), "abc");
        assert!(once.is_spent() && once.open().await.is_err());
    }
}
