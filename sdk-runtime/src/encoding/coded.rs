//! A body in one content coding, decoded to its end while it arrives.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

#[cfg(feature = "br")]
use async_compression::tokio::bufread::BrotliDecoder;
#[cfg(feature = "gzip")]
use async_compression::tokio::bufread::GzipDecoder;
#[cfg(feature = "zstd")]
use async_compression::tokio::bufread::ZstdDecoder;
#[cfg(feature = "deflate")]
use async_compression::tokio::bufread::{DeflateDecoder, ZlibDecoder};
use bytes::{Buf, Bytes};
use http_body::{Body, Frame};
use tokio::io::{AsyncBufRead, AsyncRead, ReadBuf};

use crate::error::{TransportError, TransportErrorKind};
use crate::transport::ResponseBody;

/// The size of a decoded piece.
const PIECE: usize = 16 << 10;

/// How many pieces are read, or made, before other tasks run. A few bytes may decode to many, and endless
/// bytes to none.
const TURN: usize = 32;

/// The largest window of a `zstd` body, as a power of two (RFC 9659, 3). The decoder holds it in memory.
#[cfg(feature = "zstd")]
const ZSTD_WINDOW: u32 = 23;

pub(super) struct Coded {
    coding: &'static str,
    state: CodedState,
    /// Whether anything was decoded.
    has_begun: bool,
    piece: Box<[u8]>,
    /// How many pieces may be made before other tasks run.
    left: usize,
}

enum CodedState {
    /// The first bytes tell whether there are any, and how to read them.
    First(CodedSource),
    Decoding(Box<CodingDecoder>),
    /// The coded data has ended. Nothing may follow.
    Last(CodedSource),
    Over,
}

impl Coded {
    pub(super) fn new(coding: &'static str, body: ResponseBody) -> Self {
        let source = CodedSource { body, piece: Bytes::new(), left: TURN, is_over: false };
        Self {
            coding,
            state: CodedState::First(source),
            has_begun: false,
            piece: Box::new([0; PIECE]),
            left: TURN,
        }
    }

    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>, io::Error>> {
        loop {
            self.state = match std::mem::replace(&mut self.state, CodedState::Over) {
                CodedState::First(mut source) => match source.poll_first(cx)? {
                    Poll::Pending => {
                        self.state = CodedState::First(source);
                        return Poll::Pending;
                    }
                    // Servers name a coding for an empty body too.
                    Poll::Ready(()) if source.piece.is_empty() => CodedState::Last(source),
                    Poll::Ready(()) => {
                        CodedState::Decoding(Box::new(CodingDecoder::new(self.coding, source)?))
                    }
                },
                CodedState::Decoding(mut decoder) => {
                    let mut read = ReadBuf::new(&mut self.piece);
                    let polled = decoder.poll_read(cx, &mut read).map_err(|error| decoder.at_end(error))?;
                    let decoded = Bytes::copy_from_slice(read.filled());
                    if polled.is_ready() && decoded.is_empty() {
                        self.state = CodedState::Last(decoder.into_source());
                        continue;
                    }
                    self.state = CodedState::Decoding(decoder);
                    ready!(polled);
                    self.has_begun = true;
                    return Poll::Ready(Ok(Some(decoded)));
                }
                CodedState::Last(mut source) => match Pin::new(&mut source).poll_fill_buf(cx)? {
                    Poll::Pending => {
                        self.state = CodedState::Last(source);
                        return Poll::Pending;
                    }
                    Poll::Ready([]) => CodedState::Over,
                    Poll::Ready(_) => {
                        return Poll::Ready(Err(io::Error::other("something else follows its end")));
                    }
                },
                CodedState::Over => return Poll::Ready(Ok(None)),
            };
        }
    }

    fn failed(&self, error: io::Error) -> TransportError {
        let error = match error.downcast::<TransportError>() {
            // An error of the connection, or of the coding below this one.
            Ok(error) => return error,
            Err(error) => error,
        };
        let coding = self.coding;
        // A broken connection may look like the end if the server did not send a length.
        let (kind, cause) = match error.kind() {
            io::ErrorKind::UnexpectedEof if self.has_begun => {
                (TransportErrorKind::Body, format!("the {coding} of the body ends in the middle"))
            }
            _ => (TransportErrorKind::Encoding, format!("the body is not the {coding} it says it is")),
        };
        TransportError::because(kind, Some(cause), error)
    }
}

impl Body for Coded {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        if self.left == 0 {
            self.left = TURN;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.left -= 1;
        let piece = ready!(self.poll_piece(cx));
        if piece.is_err() {
            self.state = CodedState::Over;
        }
        Poll::Ready(match piece {
            Ok(piece) => piece.map(|piece| Ok(Frame::data(piece))),
            Err(error) => Some(Err(self.failed(error))),
        })
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.state, CodedState::Over)
    }
}

/// A decoder and its input.
enum CodingDecoder {
    #[cfg(feature = "gzip")]
    Gzip(GzipDecoder<CodedSource>),
    #[cfg(feature = "br")]
    Br(BrotliDecoder<CodedSource>),
    #[cfg(feature = "zstd")]
    Zstd(ZstdDecoder<CodedSource>),
    #[cfg(feature = "deflate")]
    Zlib(ZlibDecoder<CodedSource>),
    #[cfg(feature = "deflate")]
    Deflate(DeflateDecoder<CodedSource>),
}

/// Expands `$body` for the decoder of each coding.
macro_rules! each {
    ($self:expr, $decoder:ident => $body:expr) => {
        match $self {
            #[cfg(feature = "gzip")]
            CodingDecoder::Gzip($decoder) => $body,
            #[cfg(feature = "br")]
            CodingDecoder::Br($decoder) => $body,
            #[cfg(feature = "zstd")]
            CodingDecoder::Zstd($decoder) => $body,
            #[cfg(feature = "deflate")]
            CodingDecoder::Zlib($decoder) => $body,
            #[cfg(feature = "deflate")]
            CodingDecoder::Deflate($decoder) => $body,
        }
    };
}

impl CodingDecoder {
    fn new(coding: &'static str, source: CodedSource) -> io::Result<Self> {
        match coding {
            #[cfg(feature = "gzip")]
            "gzip" if source.begins_with(&[0x1f, 0x8b]) => {
                let mut decoder = GzipDecoder::new(source);
                decoder.multiple_members(true);
                Ok(Self::Gzip(decoder))
            }
            #[cfg(feature = "br")]
            "br" => Ok(Self::Br(BrotliDecoder::new(source))),
            #[cfg(feature = "zstd")]
            "zstd" => {
                use async_compression::zstd::DParameter;

                let window = DParameter::window_log_max(ZSTD_WINDOW);
                let mut decoder = ZstdDecoder::with_params(source, &[window]);
                decoder.multiple_members(true);
                Ok(Self::Zstd(decoder))
            }
            #[cfg(feature = "deflate")]
            "deflate" if is_zlib(&source.piece) => Ok(Self::Zlib(ZlibDecoder::new(source))),
            // Some servers omit the frame of zlib, and browsers read both.
            #[cfg(feature = "deflate")]
            "deflate" => Ok(Self::Deflate(DeflateDecoder::new(source))),
            _ => Err(io::Error::new(io::ErrorKind::InvalidData, "it does not begin as one")),
        }
    }

    fn poll_read(&mut self, cx: &mut Context<'_>, read: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        each!(self, decoder => Pin::new(decoder).poll_read(cx, read))
    }

    /// Returns `error`, or that the body is cut off. Each decoder reports that in another way.
    fn at_end(&self, error: io::Error) -> io::Error {
        if !each!(self, decoder => decoder.get_ref().is_over) {
            return error;
        }
        io::Error::new(
            match self {
                // Raw deflate has no magic number, and other data can look like it for a while.
                #[cfg(feature = "deflate")]
                Self::Deflate(_) => io::ErrorKind::InvalidData,
                _ => io::ErrorKind::UnexpectedEof,
            },
            error,
        )
    }

    fn into_source(self) -> CodedSource {
        each!(self, decoder => decoder.into_inner())
    }
}

/// Whether the data has the frame of zlib (RFC 1950, 2.2).
#[cfg(feature = "deflate")]
fn is_zlib(first: &[u8]) -> bool {
    matches!(first, [method, flags, ..]
        if method & 0x0f == 8 && method >> 4 <= 7 && (u16::from(*method) << 8 | u16::from(*flags)) % 31 == 0)
}

/// The body of the response.
struct CodedSource {
    body: ResponseBody,
    /// Bytes that have arrived and are not read.
    piece: Bytes,
    /// How many pieces may be read before other tasks run.
    left: usize,
    is_over: bool,
}

impl CodedSource {
    /// Waits for the first two bytes, or the end.
    fn poll_first(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.piece.len() < 2 {
            match ready!(self.poll_next(cx))? {
                Some(next) if self.piece.is_empty() => self.piece = next,
                Some(next) => self.piece = [&*self.piece, &*next].concat().into(),
                None => break,
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Returns the next bytes, or `None` at the end.
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Option<Bytes>>> {
        while !self.is_over {
            if self.left == 0 {
                self.left = TURN;
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
                None => self.is_over = true,
                Some(Err(error)) => return Poll::Ready(Err(io::Error::other(error))),
                Some(Ok(frame)) => {
                    self.left -= 1;
                    if let Ok(data) = frame.into_data()
                        && !data.is_empty()
                    {
                        return Poll::Ready(Ok(Some(data)));
                    }
                }
            }
        }
        Poll::Ready(Ok(None))
    }

    #[cfg(feature = "gzip")]
    fn begins_with(&self, magic: &[u8]) -> bool {
        self.piece.iter().zip(magic).all(|(one, two)| one == two)
    }
}

impl AsyncBufRead for CodedSource {
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        let source = self.get_mut();
        if source.piece.is_empty() {
            source.piece = ready!(source.poll_next(cx))?.unwrap_or_default();
        } else if source.left == 0 {
            source.left = TURN;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Ok(&source.piece[..source.piece.len().min(PIECE)]))
    }

    fn consume(mut self: Pin<&mut Self>, amount: usize) {
        self.piece.advance(amount);
        self.left = self.left.saturating_sub(1);
    }
}

impl AsyncRead for CodedSource {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        read: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let piece = ready!(self.as_mut().poll_fill_buf(cx))?;
        let amount = piece.len().min(read.remaining());
        read.put_slice(&piece[..amount]);
        self.consume(amount);
        Poll::Ready(Ok(()))
    }
}
