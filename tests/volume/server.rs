//! The server: it counts and checks what it gets, and sends as much as it is asked for.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// The length after which a body repeats itself.
pub(crate) const PIECE: usize = 256 << 10;

/// Returns the bytes that a body repeats.
pub(crate) fn pattern() -> Vec<u8> {
    (0..251).cycle().take(PIECE).collect()
}

#[derive(Default)]
struct Bytes {
    received: AtomicU64,
    sent: AtomicU64,
}

pub(crate) struct Server {
    url: String,
    bytes: Arc<Bytes>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let bytes = Arc::new(Bytes::default());
        let counts = bytes.clone();
        let task = tokio::spawn(async move {
            loop {
                let (connection, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(connection, counts.clone()));
            }
        });
        Self { url, bytes, task }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Returns how many bytes of bodies it has received and sent.
    pub(crate) fn bytes(&self) -> [u64; 2] {
        [&self.bytes.received, &self.bytes.sent].map(|count| count.load(Ordering::Relaxed))
    }
}

/// Answers one request after the other.
async fn serve(connection: TcpStream, counts: Arc<Bytes>) {
    let mut connection = BufReader::with_capacity(PIECE, connection);
    let pattern = pattern();
    loop {
        let (mut target, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            if connection.read_line(&mut line).await.unwrap_or(0) == 0 {
                return;
            }
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            } else if target.is_empty() {
                target = line;
            } else if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.parse::<u64>().unwrap();
            }
        }
        let (mut left, mut piece) = (length, vec![0; PIECE]);
        while left > 0 {
            let part = usize::try_from(left.min(PIECE as u64)).unwrap();
            connection.read_exact(&mut piece[..part]).await.unwrap();
            assert!(piece[..part] == pattern[..part], "other bytes, {left} before the end");
            left -= part as u64;
            counts.received.fetch_add(part as u64, Ordering::Relaxed);
        }
        let size = target.split_once("size=").map_or("0", |(_, rest)| rest.split(' ').next().unwrap());
        let mut left = size.parse::<u64>().unwrap();
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {left}\r\n\r\n");
        connection.write_all(head.as_bytes()).await.unwrap();
        while left > 0 {
            let part = usize::try_from(left.min(PIECE as u64)).unwrap();
            connection.write_all(&pattern[..part]).await.unwrap();
            left -= part as u64;
            counts.sent.fetch_add(part as u64, Ordering::Relaxed);
        }
    }
}
