//! HTTP/2 by hand, frame by frame (RFC 9113, 4.1), for a server that is not correct. Reads no header of a
//! request.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use super::server::Connection;

pub(crate) const DATA: u8 = 0;
pub(crate) const HEADERS: u8 = 1;
pub(crate) const RST_STREAM: u8 = 3;
pub(crate) const SETTINGS: u8 = 4;
pub(crate) const PING: u8 = 6;
pub(crate) const GOAWAY: u8 = 7;
pub(crate) const CONTINUATION: u8 = 9;

/// Flags.
pub(crate) const END_STREAM: u8 = 1;
pub(crate) const ACK: u8 = 1;
pub(crate) const END_HEADERS: u8 = 4;

/// Codes of errors.
pub(crate) const NO_ERROR: u32 = 0;
pub(crate) const INTERNAL_ERROR: u32 = 2;
pub(crate) const REFUSED_STREAM: u32 = 7;
pub(crate) const ENHANCE_YOUR_CALM: u32 = 11;

const PREFACE: usize = 24;
/// No frame may be longer where nothing else is agreed on.
const FRAME: usize = 16 << 10;

pub(crate) struct Frame {
    pub(crate) kind: u8,
    pub(crate) flags: u8,
    pub(crate) stream: u32,
    pub(crate) payload: Vec<u8>,
}

/// A connection of which each frame is sent by hand.
pub(crate) struct Frames {
    reading: ReadHalf<TlsStream<TcpStream>>,
    writing: WriteHalf<TlsStream<TcpStream>>,
}

impl Frames {
    /// Takes the client's preface and sends empty settings.
    pub(crate) async fn begin(connection: Connection) -> io::Result<Self> {
        let (mut reading, writing) = tokio::io::split(connection.stream);
        reading.read_exact(&mut [0; PREFACE]).await?;
        let mut frames = Self { reading, writing };
        frames.send(SETTINGS, 0, 0, &[]).await?;
        Ok(frames)
    }

    /// The next frame of any type.
    pub(crate) async fn read(&mut self) -> io::Result<Frame> {
        let mut head = [0; 9];
        self.reading.read_exact(&mut head).await?;
        let mut payload = vec![0; u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize];
        self.reading.read_exact(&mut payload).await?;
        let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
        Ok(Frame { kind: head[3], flags: head[4], stream, payload })
    }

    /// The stream of the next request. On the way settings are acknowledged and PINGs answered, as they
    /// should be.
    pub(crate) async fn request(&mut self) -> io::Result<u32> {
        loop {
            let frame = self.read().await?;
            match frame.kind {
                HEADERS => return Ok(frame.stream),
                SETTINGS if frame.flags & ACK == 0 => self.send(SETTINGS, ACK, 0, &[]).await?,
                PING if frame.flags & ACK == 0 => self.send(PING, ACK, 0, &frame.payload).await?,
                _ => {}
            }
        }
    }

    pub(crate) async fn send(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) -> io::Result<()> {
        let mut frame = (payload.len() as u32).to_be_bytes()[1..].to_vec();
        frame.extend([kind, flags]);
        frame.extend(stream.to_be_bytes());
        frame.extend(payload);
        self.writing.write_all(&frame).await?;
        self.writing.flush().await
    }

    /// Answers `stream` with 200, these headers and this body.
    pub(crate) async fn answer(
        &mut self,
        stream: u32,
        headers: &[(&str, &str)],
        body: &str,
    ) -> io::Result<()> {
        let block = block(headers);
        let mut pieces = block.chunks(FRAME).peekable();
        let mut kind = HEADERS;
        while let Some(piece) = pieces.next() {
            let flags = if pieces.peek().is_none() { END_HEADERS } else { 0 };
            self.send(kind, flags, stream, piece).await?;
            kind = CONTINUATION;
        }
        self.send(DATA, END_STREAM, stream, body.as_bytes()).await
    }

    /// Ends `stream` with this code.
    pub(crate) async fn reset(&mut self, stream: u32, code: u32) -> io::Result<()> {
        self.send(RST_STREAM, 0, stream, &code.to_be_bytes()).await
    }

    /// Says that no stream above `last` was looked at, nor will be.
    pub(crate) async fn go_away(&mut self, last: u32, code: u32) -> io::Result<()> {
        self.send(GOAWAY, 0, 0, &[last.to_be_bytes(), code.to_be_bytes()].concat()).await
    }

    /// Takes what comes and says nothing any more, not to a PING either.
    pub(crate) async fn fall_silent(&mut self) {
        while self.read().await.is_ok() {}
    }
}

/// A block of headers for 200, nothing indexed and nothing compressed (RFC 7541, 6.2.2).
fn block(headers: &[(&str, &str)]) -> Vec<u8> {
    let mut block = vec![0x88];
    for (name, value) in headers {
        block.push(0);
        for text in [name, value] {
            length(&mut block, text.len());
            block.extend(text.as_bytes());
        }
    }
    block
}

/// A length with a prefix of seven bits (RFC 7541, 5.1).
fn length(block: &mut Vec<u8>, mut length: usize) {
    if length < 127 {
        return block.push(length as u8);
    }
    block.push(127);
    length -= 127;
    while length >= 128 {
        block.push(length as u8 | 128);
        length >>= 7;
    }
    block.push(length as u8);
}
