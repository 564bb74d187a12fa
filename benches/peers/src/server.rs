//! The server: a process of its own, which answers each request with the same bytes, or with as many as the
//! path says. It does as little as possible, so that the client is what limits a measurement.

use std::convert::Infallible;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// 480 bytes of JSON with ten fields.
pub const ANSWER: &str = concat!(
    r#"{"id":1296269,"number":1347,"title":"Found a bug in the parser of dates","state":"open","#,
    r#""locked":false,"author":"octocat","comments":42,"labels":["bug","parser","good first issue"],"#,
    r#""created_at":"2026-04-22T13:33:48Z","#,
    r#""body":"The parser accepts 2026-02-30, which is no date. A date is checked by its month and by "#,
    r#"its year. Steps: call it with that text, and print the result. Expected: an error with the "#,
    r#"position of the day. Seen: a date in March, which the text does not contain"}"#
);

const HEAD: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ndate: Mon, 30 Nov 2026 12:00:00 GMT\r\n";
const BASE: &str = "/api/v1";
const BLOB: &str = "/api/v1/blob/";
/// How much of an answer of many bytes is written at once.
static PIECE: [u8; 65_536] = [b'x'; 65_536];
/// The largest answer over HTTP/2.
static LARGEST: [u8; 1 << 20] = [b'x'; 1 << 20];
/// The streams of a connection of HTTP/2.
const STREAMS: u32 = 4_096;

/// Runs the server, and prints its addresses: of HTTP/1.1, and of HTTP/2 without TLS.
pub fn serve() -> ExitCode {
    assert_eq!(ANSWER.len(), 480);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (first, second) = (listener().await, listener().await);
        let address = |it: &TcpListener| format!("http://{}{BASE}", it.local_addr().unwrap());
        println!("{} {}", address(&first), address(&second));
        tokio::join!(accept(first, answer), accept(second, answer_http2));
    });
    ExitCode::SUCCESS
}

/// Answers each connection in a task. A connection that has ended before it is accepted is none.
async fn accept<F>(listener: TcpListener, answer: fn(TcpStream) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    loop {
        match listener.accept().await {
            Ok((socket, _)) if socket.set_nodelay(true).is_ok() => drop(tokio::spawn(answer(socket))),
            Ok(_) => {}
            Err(error) => {
                eprintln!("the server cannot accept: {error}");
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    }
}

async fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

async fn answer(mut socket: TcpStream) {
    let answer = format!("{HEAD}content-length: {}\r\n\r\n{ANSWER}", ANSWER.len());
    let mut buffer = [0; 8_192];
    let mut read = 0;
    while let Ok(more @ 1..) = socket.read(&mut buffer[read..]).await {
        read += more;
        if !buffer[..read].ends_with(b"\r\n\r\n") {
            continue;
        }
        let sent = match wanted(&buffer[..read]) {
            Some(bytes) => send_blob(&mut socket, bytes).await,
            None => socket.write_all(answer.as_bytes()).await,
        };
        read = 0;
        if sent.is_err() {
            return;
        }
    }
}

/// Returns how many bytes a request of HTTP/1.1 asks for, if it names a number.
fn wanted(head: &[u8]) -> Option<usize> {
    let path = head.strip_prefix(b"GET ")?.strip_prefix(BLOB.as_bytes())?;
    std::str::from_utf8(path).ok()?.split(' ').next()?.parse().ok()
}

async fn send_blob(socket: &mut TcpStream, bytes: usize) -> std::io::Result<()> {
    socket.write_all(format!("{HEAD}content-length: {bytes}\r\n\r\n").as_bytes()).await?;
    let mut left = bytes;
    while left > 0 {
        let piece = &PIECE[..left.min(PIECE.len())];
        socket.write_all(piece).await?;
        left -= piece.len();
    }
    Ok(())
}

async fn answer_http2(socket: TcpStream) {
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder.max_concurrent_streams(STREAMS);
    let blob = Bytes::from_static(&LARGEST);
    let service = service_fn(move |request: Request<Incoming>| {
        let body = match request.uri().path().strip_prefix(BLOB).and_then(|it| it.parse::<usize>().ok()) {
            Some(bytes) => blob.slice(..bytes),
            None => Bytes::from_static(ANSWER.as_bytes()),
        };
        let answer = Response::builder().header("content-type", "application/json").body(Full::new(body));
        async { Ok::<_, Infallible>(answer.unwrap()) }
    });
    let _ = builder.serve_connection(TokioIo::new(socket), service).await;
}

/// The server in a process of its own, which ends with this.
pub struct Server {
    process: Child,
    /// Where it speaks HTTP/1.1.
    pub base: String,
    /// Where it speaks HTTP/2, without TLS.
    pub base_http2: String,
}

impl Server {
    pub fn start() -> Self {
        let this = std::env::current_exe().unwrap();
        let mut process = Command::new(this).arg("serve").stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let (base, base_http2) = line.trim().split_once(' ').unwrap();
        Self { process, base: base.to_owned(), base_http2: base_http2.to_owned() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
