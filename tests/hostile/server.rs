//! A server that follows a plan, byte by byte, and counts. Of HTTP it only knows the end of a request.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::sleep;

use crate::frames::{self, ACK, HEADERS, PING, PREFACE, SETTINGS, frame};
use crate::plan::{Plan, Reads, Step};
use crate::socket::{Secure, Socket};

/// What servers run on, so that the tasks of a client can be counted on its own runtime.
static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap());

/// The path of the requests that come in frames, in which no header is read.
pub(crate) const FRAMED: &str = "/framed";

/// A head longer than this is none of the client's.
const LONGEST_HEAD: usize = 64 << 10;

/// A request as it was read.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) path: String,
    pub(crate) head: String,
}

/// What has happened so far.
#[derive(Default)]
struct Log {
    plan: Plan,
    accepted: usize,
    requests: Vec<Seen>,
    /// The bytes that the system has taken for the clients.
    pushed: u64,
    /// The bytes that came from the clients.
    taken: u64,
}

#[derive(Clone)]
struct Shared {
    log: Arc<Mutex<Log>>,
    open: watch::Sender<usize>,
    /// Whether no client should be left.
    over: watch::Sender<bool>,
}

impl Shared {
    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A server on the loopback interface; takes no more connections when it is dropped.
pub(crate) struct Server {
    address: SocketAddr,
    shared: Shared,
    accepts: AbortHandle,
}

impl Server {
    /// A server that answers everything with 404.
    pub(crate) async fn start() -> Self {
        let shared =
            Shared { log: Arc::default(), open: watch::Sender::new(0), over: watch::Sender::new(false) };
        let taking = shared.clone();
        let (address, accepts) = RUNTIME
            .spawn(async move {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                let address = listener.local_addr().unwrap();
                (address, tokio::spawn(accept(listener, taking)).abort_handle())
            })
            .await
            .unwrap();
        Self { address, shared, accepts }
    }

    pub(crate) fn does(&self, plan: Plan) {
        self.shared.log().plan = plan;
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn requests(&self) -> Vec<Seen> {
        self.shared.log().requests.clone()
    }

    /// How many requests to `path` were read.
    pub(crate) fn sent(&self, path: &str) -> usize {
        self.shared.log().requests.iter().filter(|seen| seen.path == path).count()
    }

    /// The bytes that were sent, and on how many connections.
    pub(crate) fn pushed(&self) -> (u64, u64) {
        let log = self.shared.log();
        (log.pushed, log.accepted as u64)
    }

    /// The bytes that came.
    pub(crate) fn taken(&self) -> u64 {
        self.shared.log().taken
    }

    /// Returns when the clients have closed every connection.
    pub(crate) async fn is_left(&self) {
        self.shared.over.send_replace(true);
        let mut open = self.shared.open.subscribe();
        let _ = open.wait_for(|open| *open == 0).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepts.abort();
    }
}

async fn accept(listener: TcpListener, shared: Shared) {
    loop {
        let (socket, _) = listener.accept().await.unwrap();
        let _ = socket.set_nodelay(true);
        shared.open.send_modify(|open| *open += 1);
        let shared = shared.clone();
        tokio::spawn(async move {
            let open = shared.open.clone();
            // The client may close whenever it likes.
            let _ = converse(socket, shared).await;
            open.send_modify(|open| *open -= 1);
        });
    }
}

async fn converse(socket: TcpStream, shared: Shared) -> io::Result<()> {
    let (greeting, secure) = {
        let mut log = shared.log();
        log.accepted += 1;
        (log.plan.greeting(log.accepted - 1), log.plan.secured())
    };
    // What it says before all else it says in the clear.
    let before = secure.filter(|_| greeting.is_none());
    let socket = Socket::begin(socket, before).await?;
    let mut connection = Connection { socket, shared, read: Vec::new() };
    match greeting {
        Some(steps) => connection.carry_out(steps).await.map(drop),
        None if secure == Some(Secure::Http2) => connection.converse_by_frames().await,
        None => connection.converse().await,
    }
}

struct Connection {
    socket: Socket,
    shared: Shared,
    read: Vec<u8>,
}

impl Connection {
    async fn converse(&mut self) -> io::Result<()> {
        loop {
            let Some(head) = self.head().await? else { return Ok(()) };
            let path =
                head.split(' ').nth(1).unwrap_or_default().split('?').next().unwrap_or_default().to_owned();
            let reads = self.shared.log().plan.reads_of(&path);
            if reads == Reads::Whole {
                self.body(&head).await?;
            }
            let steps = self.next(path, head);
            if self.carry_out(steps).await? {
                return Ok(());
            }
        }
    }

    /// The same over HTTP/2: its requests are those of one path.
    async fn converse_by_frames(&mut self) -> io::Result<()> {
        while self.read.len() < PREFACE {
            if !self.more().await? {
                return Ok(());
            }
        }
        self.read.drain(..PREFACE);
        self.send(&frame(SETTINGS, 0, 0, [])).await?;
        loop {
            let Some((kind, flags, stream, payload, end)) = frames::first(&self.read) else {
                if !self.more().await? {
                    return Ok(());
                }
                continue;
            };
            let payload = payload.to_vec();
            self.read.drain(..end);
            match kind {
                SETTINGS | PING if flags & ACK == 0 => {
                    let echoed = if kind == PING { payload } else { Vec::new() };
                    self.send(&frame(kind, ACK, 0, echoed)).await?;
                }
                HEADERS => {
                    let mut steps = self.next(FRAMED.to_owned(), String::new());
                    for step in &mut steps {
                        if let Step::Send(bytes) | Step::Endless(bytes, _) = step {
                            *bytes = frames::addressed(bytes, stream).into();
                        }
                    }
                    if self.carry_out(steps).await? {
                        return Ok(());
                    }
                }
                _ => {}
            }
        }
    }

    /// Takes note of a request, and gives what it is answered with.
    fn next(&self, path: String, head: String) -> Vec<Step> {
        let mut log = self.shared.log();
        let steps = log.plan.next(&path);
        log.requests.push(Seen { path, head });
        steps.unwrap_or_else(|| {
            vec![Step::Send(Bytes::from_static(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"))]
        })
    }

    /// Does what `steps` say. `true`: that was the end of the connection.
    async fn carry_out(&mut self, steps: Vec<Step>) -> io::Result<bool> {
        for step in steps {
            match step {
                Step::Send(bytes) => self.send(&bytes).await?,
                Step::Endless(bytes, pause) => loop {
                    self.send(&bytes).await?;
                    sleep(Duration::from_millis(pause)).await;
                },
                Step::EndlessDrip(bytes) => loop {
                    self.drip(&bytes).await?;
                },
                Step::Silence => {
                    // A close stands behind what was sent before, and is seen when that is read.
                    let _ = self.shared.over.subscribe().wait_for(|over| *over).await;
                    self.wait_for_close().await;
                    return Ok(true);
                }
                Step::Reads => {
                    self.wait_for_close().await;
                    return Ok(true);
                }
                Step::Fin => {
                    self.socket.close().await?;
                    self.wait_for_close().await;
                    return Ok(true);
                }
                Step::Truncate => {
                    self.socket.cut().await?;
                    self.wait_for_close().await;
                    return Ok(true);
                }
                Step::Rst => {
                    self.socket.reset()?;
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    async fn send(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let sent = self.socket.write(bytes).await?;
            self.shared.log().pushed += sent as u64;
            bytes = &bytes[sent..];
        }
        Ok(())
    }

    async fn drip(&mut self, bytes: &[u8]) -> io::Result<()> {
        for byte in bytes {
            self.send(std::slice::from_ref(byte)).await?;
            sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    async fn wait_for_close(&mut self) {
        while self.more().await.is_ok_and(|more| more) {
            self.read.clear();
        }
    }

    /// Reads some more. `false`: the client has closed.
    async fn more(&mut self) -> io::Result<bool> {
        self.read.reserve(16 << 10);
        let taken = self.socket.read(&mut self.read).await?;
        self.shared.log().taken += taken as u64;
        Ok(taken > 0)
    }

    /// The next head; `None` where the client has closed instead.
    async fn head(&mut self) -> io::Result<Option<String>> {
        loop {
            if let Some(end) = find(&self.read, b"\r\n\r\n") {
                let rest = self.read.split_off(end + 4);
                let head = std::mem::replace(&mut self.read, rest);
                return Ok(Some(String::from_utf8_lossy(&head).into_owned()));
            }
            if self.read.len() > LONGEST_HEAD || !self.more().await? {
                return Ok(None);
            }
        }
    }

    /// Reads the body that belongs to `head`.
    async fn body(&mut self, head: &str) -> io::Result<()> {
        let field = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        let chunked = field("transfer-encoding:") == Some("chunked");
        let length = field("content-length:").and_then(|length| length.parse().ok()).unwrap_or(0);
        loop {
            let end = match chunked {
                true if self.read.starts_with(b"0\r\n\r\n") => Some(5),
                true => find(&self.read, b"\r\n0\r\n\r\n").map(|at| at + 7),
                false => (self.read.len() >= length).then_some(length),
            };
            if let Some(end) = end {
                self.read.drain(..end);
                return Ok(());
            }
            if !self.more().await? {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
