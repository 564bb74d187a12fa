//! A backend behind a real loopback socket. Knows how to speak HTTP/1.1, and nothing of routes.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

use crate::backend::{Backend, Shared};

/// A [`Backend`] that listens on a loopback socket. Dropping it closes the socket and ends all of its tasks.
///
/// It speaks HTTP/1.1 with keep-alive, and owns a handle of its backend.
///
/// ```
/// use sdk_testkit::{Backend, Reply};
/// use tokio::io::{AsyncReadExt, AsyncWriteExt};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// let server = Backend::new().reply("GET", "/", Reply::text("hello")).serve().await?;
///
/// let mut stream = tokio::net::TcpStream::connect(server.address()).await?;
/// stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await?;
/// let mut answer = String::new();
/// stream.read_to_string(&mut answer).await?;
/// assert!(answer.ends_with("hello"));
/// assert_eq!(server.connections(), 1);
/// # Ok(())
/// # }
/// ```
#[must_use = "the server ends when this is dropped"]
pub struct Server {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    task: JoinHandle<()>,
    /// Dropping it ends the task.
    stop: oneshot::Sender<()>,
    backend: Backend,
}

impl Backend {
    /// Serves this backend over HTTP/1.1 on a free port of the loopback interface, until the [`Server`] is
    /// dropped.
    ///
    /// With a paused clock no real socket should be awaited: tokio would jump to the next timer instead of
    /// waiting.
    ///
    /// # Errors
    ///
    /// When no socket can be bound.
    pub async fn serve(&self) -> io::Result<Server> {
        Server::start(self.clone()).await
    }
}

impl Server {
    async fn start(backend: Backend) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let connections = Arc::new(AtomicUsize::new(0));
        let (stop, stopped) = oneshot::channel();
        let task =
            tokio::spawn(accept(listener, Arc::clone(backend.shared()), Arc::clone(&connections), stopped));
        Ok(Self { address, connections, task, stop, backend })
    }

    /// `http://127.0.0.1:PORT`, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The backend it serves.
    pub fn backend(&self) -> &Backend {
        &self.backend
    }

    /// How many TCP connections were accepted so far, those already closed included.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// Ends the server and returns when the socket is closed and every task of it is gone.
    pub async fn shutdown(self) {
        drop(self.stop);
        // The only error is that the runtime ended the task first, which is as good.
        let _ = self.task.await;
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Server({}, {} connections)", self.url(), self.connections())
    }
}

/// Long enough for a file to be closed, short enough for a test not to notice.
const AFTER_FAILED_ACCEPT: Duration = Duration::from_millis(10);

/// Owns all connections, and ends them when `stopped` says that its sender is gone.
async fn accept(
    listener: TcpListener,
    shared: Arc<Shared>,
    accepted: Arc<AtomicUsize>,
    mut stopped: oneshot::Receiver<()>,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            _ = &mut stopped => break,
            Some(_) = connections.join_next() => {}
            result = listener.accept() => match result {
                Ok((stream, _)) => {
                    accepted.fetch_add(1, Ordering::Relaxed);
                    connections.spawn(connection(stream, Arc::clone(&shared)));
                }
                // The peer is already gone, or files have run out: no one reads a report, and the next
                // connection may succeed.
                Err(_) => tokio::time::sleep(AFTER_FAILED_ACCEPT).await,
            },
        }
    }
    drop(listener);
    connections.shutdown().await;
}

async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    // Without it, small answers may wait for the peer's acknowledgement; a socket that refuses still works.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { shared.answer(request).await }
    });
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    if Pin::new(&mut connection).await.is_err() {
        // A scripted fault, or a peer that broke off: closing with a reset is what a crashed server looks
        // like.
        let _ = connection.into_parts().io.into_inner().set_zero_linger();
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;
    use crate::Reply;
    use crate::patience::in_time;

    /// Sends on an open connection and reads one answer with a `Content-Length`.
    async fn exchange(stream: &mut TcpStream, request: &str) -> io::Result<String> {
        in_time(answered(stream, request), || format!("an answer to {request}")).await
    }

    async fn answered(stream: &mut TcpStream, request: &str) -> io::Result<String> {
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        loop {
            let mut buffer = [0; 1024];
            match stream.read(&mut buffer).await? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                n => answer.extend_from_slice(&buffer[..n]),
            }
            let text = String::from_utf8(answer.clone()).unwrap();
            let Some((head, body)) = text.split_once("\r\n\r\n") else {
                continue;
            };
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() == length.unwrap_or("0").parse::<usize>().unwrap() {
                return Ok(text);
            }
        }
    }

    #[tokio::test]
    async fn requests_arrive_raw_and_connections_are_kept() {
        let backend = Backend::new().route("POST", "/i/{id}", |request| async move {
            Reply::text(format!("{} {}", request.param("id"), request.text()))
        });
        let server = backend.serve().await.unwrap();
        assert_eq!(server.url(), format!("http://{}", server.address()));
        assert_eq!(format!("{server:?}"), format!("Server({}, 0 connections)", server.url()));
        let mut stream = TcpStream::connect(server.address()).await.unwrap();
        for id in ["%2E%2e", "a%2Fb"] {
            let head = format!("POST /i/{id}?q=%2f HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody");
            let answer = exchange(&mut stream, &head).await.unwrap();
            assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        }
        let seen: Vec<_> = backend.requests().iter().map(|r| r.target().to_owned()).collect();
        assert_eq!(seen, ["/i/%2E%2e?q=%2f", "/i/a%2Fb?q=%2f"]);
        assert_eq!(server.backend().last().unwrap().host(), Some("x"));
        assert_eq!(server.connections(), 1);

        backend.reply("HEAD", "/", Reply::text("four"));
        let mut second = TcpStream::connect(server.address()).await.unwrap();
        let head = b"HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        second.write_all(head).await.unwrap();
        let mut answer = String::new();
        let end = second.read_to_string(&mut answer);
        in_time(end, || "the end of a connection that is to be closed".to_owned()).await.unwrap();
        assert!(answer.contains("content-length: 4\r\n") && answer.ends_with("\r\n\r\n"), "{answer}");
        assert_eq!(server.connections(), 2);
    }

    #[tokio::test]
    async fn a_reset_closes_the_connection_without_an_answer() {
        let backend = Backend::new().reply("GET", "/", Reply::reset());
        let server = backend.serve().await.unwrap();
        let mut stream = TcpStream::connect(server.address()).await.unwrap();
        let error = exchange(&mut stream, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
        assert_eq!(backend.count("GET", "/"), 1);
    }

    #[tokio::test]
    async fn a_client_that_hangs_up_ends_the_handler() {
        let (dropped, mut is_dropped) = tokio::sync::mpsc::unbounded_channel::<()>();
        let backend = Backend::new().route("GET", "/", move |_| {
            let dropped = dropped.clone();
            async move {
                let _until_the_end = dropped;
                std::future::pending().await
            }
        });
        let server = backend.serve().await.unwrap();
        let mut stream = TcpStream::connect(server.address()).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        backend.received(1).await;
        drop(stream);
        // The route holds one sender for ever; replacing it leaves the one of the request under way.
        backend.reply("GET", "/", Reply::empty());
        let end = in_time(is_dropped.recv(), || "the end of the handler".to_owned());
        assert!(end.await.is_none());
    }

    #[tokio::test]
    async fn the_end_of_the_server_closes_everything() {
        let backend = Backend::new().reply("GET", "/", Reply::hang());
        let metrics = tokio::runtime::Handle::current().metrics();
        for by_drop in [false, true] {
            let server = backend.serve().await.unwrap();
            let address = server.address();
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
            backend.received(1 + usize::from(by_drop)).await;
            match by_drop {
                true => drop(server),
                false => {
                    in_time(server.shutdown(), || "the end of the server".to_owned()).await;
                    assert_eq!(metrics.num_alive_tasks(), 0, "all have ended when it returns");
                }
            }
            // A closed connection reads as an end or as a reset; an open one would never return.
            let mut byte = [0; 1];
            let read = in_time(stream.read(&mut byte), || "the end of the connection".to_owned()).await;
            assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
            assert!(TcpStream::connect(address).await.is_err());
        }
        let end = async {
            while metrics.num_alive_tasks() > 0 {
                tokio::task::yield_now().await;
            }
        };
        in_time(end, || format!("the end of {} tasks", metrics.num_alive_tasks())).await;
    }

    #[tokio::test]
    async fn a_panic_behind_the_socket_fails_the_test_too() {
        let backend = Backend::new().route("GET", "/", |_| async { panic!("behind the socket") });
        let server = backend.serve().await.unwrap();
        let mut stream = TcpStream::connect(server.address()).await.unwrap();
        let answer = exchange(&mut stream, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 500"), "{answer}");
        drop(backend);
        let dropped = catch_unwind(AssertUnwindSafe(|| drop(server)));
        assert!(dropped.unwrap_err().downcast::<String>().unwrap().ends_with("behind the socket"));
    }
}
