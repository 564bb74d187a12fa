//! Bodies of lines, and `JsonLines`: a JSON value on each line.

use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes, BytesMut};
use futures_core::Stream;
use serde::de::DeserializeOwned;

use super::bytes::{ByteStream, FromStream, readable};
use crate::error::{BodyTooLarge, Error};
use crate::response::json::decode_document;
use crate::response::parts::Head;
use crate::text::MARK;

/// The longest line. Longer lines are not meant to be read one by one, and would fill the memory.
pub(super) const LONGEST: usize = 1 << 20;

/// The format of the lines, which decides where a line ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum LineFormat {
    /// `\n`, `\r\n` or the end of the body ends a line.
    Json,
    /// `\n`, `\r\n` or `\r` alone ends a line. The rest after the last one is ignored, because it may be cut
    /// off.
    Events,
}

/// The lines of a body as they arrive, without their ends.
pub(super) struct Lines {
    bytes: Option<ByteStream>,
    head: Head,
    format: LineFormat,
    buffer: BytesMut,
    /// How much of the buffer contains no end of a line.
    scanned: usize,
    /// Whether a `\n` at this point belongs to the end of the last line.
    after_return: bool,
    at_start: bool,
}

impl Lines {
    pub(super) fn new(bytes: ByteStream, format: LineFormat) -> Self {
        let head = bytes.head().clone();
        let buffer = BytesMut::new();
        Self { bytes: Some(bytes), head, format, buffer, scanned: 0, after_return: false, at_start: true }
    }

    pub(super) fn head(&self) -> &Head {
        &self.head
    }

    /// Drops the connection after the end.
    pub(super) fn end(&mut self) {
        self.bytes = None;
        self.buffer = BytesMut::new();
        self.scanned = 0;
    }

    /// Returns the next line.
    pub(super) fn poll_line(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        loop {
            if let Some(line) = self.line() {
                return Poll::Ready(Some(self.short_enough(line)));
            }
            if self.buffer.len() > LONGEST {
                self.end();
                return Poll::Ready(Some(Err(self.too_long())));
            }
            let Some(bytes) = &mut self.bytes else {
                return Poll::Ready(None);
            };
            match ready!(Pin::new(bytes).poll_next(cx)) {
                Some(Ok(piece)) => self.buffer.extend_from_slice(&piece),
                Some(Err(error)) => {
                    self.end();
                    return Poll::Ready(Some(Err(error)));
                }
                None => {
                    let rest = std::mem::take(&mut self.buffer).freeze();
                    self.end();
                    let is_line = !rest.is_empty() && self.format == LineFormat::Json;
                    return Poll::Ready(is_line.then_some(Ok(rest)));
                }
            }
        }
    }

    /// Returns a line that is complete in the buffer.
    fn line(&mut self) -> Option<Bytes> {
        if self.at_start {
            if self.buffer.len() < MARK.len() && MARK.starts_with(&self.buffer) {
                return None;
            }
            self.at_start = false;
            if self.buffer.starts_with(MARK) {
                self.buffer.advance(MARK.len());
            }
        }
        if self.after_return && !self.buffer.is_empty() {
            self.after_return = false;
            if self.buffer[0] == b'\n' {
                self.buffer.advance(1);
            }
        }
        let also_return = self.format == LineFormat::Events;
        let is_end = |byte: &u8| *byte == b'\n' || also_return && *byte == b'\r';
        let Some(end) = self.buffer[self.scanned..].iter().position(is_end) else {
            self.scanned = self.buffer.len();
            return None;
        };
        let mut line = self.buffer.split_to(self.scanned + end + 1).freeze();
        self.scanned = 0;
        let ended = line.split_off(line.len() - 1);
        if also_return {
            self.after_return = ended[0] == b'\r';
        } else if line.ends_with(b"\r") {
            line.truncate(line.len() - 1);
        }
        Some(line)
    }

    fn short_enough(&mut self, line: Bytes) -> Result<Bytes, Error> {
        if line.len() <= LONGEST {
            return Ok(line);
        }
        self.end();
        Err(self.too_long())
    }

    /// Returns the error of a line or an event that is longer than [`LONGEST`].
    pub(super) fn too_long(&self) -> Error {
        Error::from(BodyTooLarge::line(LONGEST)).of_call(self.head.called)
    }
}

/// One JSON value on each line (JSON Lines, NDJSON), as they arrive. Blank lines are skipped.
///
/// A line that is no `T` is an [`Error::Decode`] in its place, and the stream goes on with the next line. Any
/// other error is the last item, including that of a line longer than 1 MiB ([`Error::BodyTooLarge`]).
/// Dropping the stream closes its connection.
///
/// A fake is made of text:
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), sdk_runtime::Error> {
/// use sdk_runtime::stream::{ByteStream, JsonLines};
///
/// let mut numbers: JsonLines<u32> = ByteStream::from_iter(["1\n2", "3\n"]).into();
/// assert_eq!(numbers.next().await.transpose()?, Some(1));
/// assert_eq!(numbers.next().await.transpose()?, Some(23));
/// # Ok(())
/// # }
/// ```
#[must_use = "a stream does nothing until it is read, and closes its connection when it is dropped"]
pub struct JsonLines<T> {
    lines: Lines,
    item: PhantomData<fn() -> T>,
}

impl<T> JsonLines<T> {
    /// Returns the status and the headers.
    #[must_use]
    pub fn head(&self) -> &Head {
        self.lines.head()
    }
}

impl<T: DeserializeOwned> JsonLines<T> {
    /// Returns the value on the next line, or `None` at the end.
    ///
    /// # Errors
    ///
    /// Returns [`Error::Decode`] for a line that is no `T`, after which the stream goes on. After
    /// [`Error::BodyTooLarge`] and [`Error::Transport`] it has ended.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

impl<T: DeserializeOwned> Stream for JsonLines<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            return Poll::Ready(match ready!(self.lines.poll_line(cx)) {
                Some(Ok(line)) if line.trim_ascii().is_empty() => continue,
                Some(Ok(line)) => Some(decode_document(self.lines.head(), &line)),
                Some(Err(error)) => Some(Err(error)),
                None => None,
            });
        }
    }
}

impl<T> From<ByteStream> for JsonLines<T> {
    fn from(bytes: ByteStream) -> Self {
        Self { lines: Lines::new(bytes, LineFormat::Json), item: PhantomData }
    }
}

impl<T: DeserializeOwned> FromStream for JsonLines<T> {
    const ACCEPT: Option<&'static str> = Some("application/x-ndjson, application/jsonl");

    fn from_stream(bytes: ByteStream) -> Result<Self, Error> {
        Ok(readable::<Self>(bytes)?.into())
    }
}

impl<T> fmt::Debug for JsonLines<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonLines").field("head", self.head()).finish_non_exhaustive()
    }
}
