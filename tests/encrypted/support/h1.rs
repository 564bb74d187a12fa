//! A correct HTTP/1 server, one request after the other; and the raw bytes of any other.

use std::io;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};

/// A request, read whole.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) line: String,
    /// Head and body as they came.
    pub(crate) text: String,
}

/// A connection of which each answer is written by hand.
pub(crate) struct Wire<S>(BufReader<S>);

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self(BufReader::new(stream))
    }

    /// The next request, `None` at the end.
    pub(crate) async fn request(&mut self) -> io::Result<Option<Request>> {
        let (mut text, mut length) = (String::new(), 0);
        loop {
            let at = text.len();
            if self.0.read_line(&mut text).await? == 0 {
                return Ok(None);
            }
            let line = text[at..].trim_end().to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if line.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await?;
        let line = text.lines().next().unwrap_or_default().to_owned();
        text.push_str(&String::from_utf8_lossy(&body));
        Ok(Some(Request { line, text }))
    }

    /// Answers 200 with `body`.
    pub(crate) async fn answer(&mut self, body: &str) -> io::Result<()> {
        self.send(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()).as_bytes()).await
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes).await?;
        self.0.flush().await
    }

    /// The connection itself, for what comes after an upgrade or a CONNECT.
    pub(crate) fn into_inner(self) -> S {
        self.0.into_inner()
    }
}
