//! A client used on several runtimes: its work belongs to the runtime that it was given.

use std::future::IntoFuture;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use bytes::Bytes;
use sdk_runtime::{
    ByteStream, Error, Pages, Result, SessionState, Tokens, api_client,
    store::{MemoryStore, TokenStore},
};
use sdk_testkit::{Reply, Server, TokenServer};
use test_support::user;
use tokio::runtime::{Builder, Runtime};

use crate::shelf::Shelf;
use crate::tracker::{TrackerClient, client, server, with_issues};

/// A runtime that goes on, a server on it, and its socket.
struct Stage {
    runtime: Runtime,
    server: TokenServer,
    socket: Server,
}

impl Stage {
    fn new() -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let server = with_issues(TokenServer::builder().access_lifetime(Duration::from_secs(3600)).build());
        let socket = runtime.block_on(server.serve()).unwrap();
        Self { runtime, server, socket }
    }

    /// A client of the server, whose refreshes run on the runtime that goes on.
    fn client(&self, store: impl TokenStore) -> TrackerClient {
        let builder = TrackerClient::builder(self.socket.url()).store(store);
        builder.spawn_on(self.runtime.handle().clone()).build().unwrap()
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Awaits `future` on a thread that has no runtime.
fn block_on<F: Future>(future: F) -> F::Output {
    assert!(tokio::runtime::Handle::try_current().is_err(), "there is none here");
    let (mut future, waker) = (pin!(future), Waker::from(Arc::new(Unpark(thread::current()))));
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        thread::park();
    }
}

fn runtime(turn: u64) -> Runtime {
    let mut builder = match turn % 2 {
        0 => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    builder.worker_threads(1).enable_all().build().unwrap()
}

static STAGE: LazyLock<Stage> = LazyLock::new(|| thread::spawn(Stage::new).join().unwrap());
static CLIENT: LazyLock<TrackerClient> = LazyLock::new(|| {
    let client = STAGE.client(MemoryStore::new());
    let tokens = STAGE.server.issue("ann");
    client
        .session()
        .sign_in(Tokens::new(tokens.access_token).refresh_token(tokens.refresh_token.unwrap()))
        .unwrap();
    client
});

/// What each test does that shares the client, on a runtime of its own that ends with it.
async fn uses_the_shared_client() {
    for turn in 0..5 {
        for id in 0..5 {
            assert_eq!(CLIENT.issue(id).await.unwrap().owner, "ann");
        }
        // The next test joins it, or this one joins that of another whose runtime ends.
        match turn % 2 {
            0 => CLIENT.session().refresh().await.unwrap(),
            _ => {
                let session = CLIENT.session().clone();
                tokio::spawn(async move { session.refresh().await });
                tokio::task::yield_now().await;
            }
        }
    }
}

macro_rules! share_a_static_client {
    ($($name:ident)*) => {
        mod shared {
            $(#[tokio::test] async fn $name() { super::uses_the_shared_client().await; })*
        }
    };
}

share_a_static_client! {
    t01 t02 t03 t04 t05 t06 t07 t08 t09 t10 t11 t12 t13 t14 t15 t16 t17 t18 t19 t20
}

#[test]
fn a_thread_without_a_runtime_signs_in_calls_refreshes_and_signs_out() {
    let (stage, shelf) = (Stage::new(), Shelf::new());
    let client = stage.client(shelf.clone());
    let session = client.session();
    block_on(client.login(&user("ann")).into_future()).unwrap();
    assert!(block_on(shelf.text()).contains("access-"), "it is written down");
    for id in 0..5 {
        assert_eq!(block_on(client.issue(id).into_future()).unwrap().owner, "ann");
        stage.server.expire_access_tokens();
    }
    block_on(session.refresh()).unwrap();
    block_on(session.access_token()).unwrap();
    session.sign_out();
    block_on(session.flush()).unwrap();
    assert!(!block_on(shelf.text()).contains("access-"), "the end is written down");

    // No caller awaits anything: it is written all the same.
    let tokens = stage.server.issue("bob");
    session.sign_in(Tokens::new(tokens.access_token).refresh_token(tokens.refresh_token.unwrap())).unwrap();
    while !block_on(shelf.text()).contains("access-") {
        thread::sleep(Duration::from_millis(1));
    }
    session.sign_out();
    while block_on(shelf.text()).contains("access-") {
        thread::sleep(Duration::from_millis(1));
    }
    block_on(session.shutdown()).unwrap();
    let counts = stage.server.counts();
    assert_eq!((counts.refreshes, counts.reused), (5, 0));
}

#[test]
fn a_thread_without_a_runtime_has_timers() {
    let stage = Stage::new();
    let client = stage.client(Shelf::new());
    block_on(client.login(&user("ann")).into_future()).unwrap();
    let hold = stage.server.hold_refreshes();
    stage.server.expire_access_tokens();
    let late = block_on(client.issue(1).timeout(Duration::from_millis(50)).into_future());
    assert!(matches!(late, Err(Error::Timeout(_))));
    // A call that is dropped gives its connection back.
    let mut call = Box::pin(client.issue(2).into_future());
    assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    drop(call);
    hold.release();
    client.session().sign_out();
    block_on(client.session().shutdown()).unwrap();
}

#[api_client]
trait Files {
    #[get("/long")]
    async fn long(&self) -> Result<ByteStream>;

    #[get("/list", paginate = link)]
    fn list(&self) -> Pages<Vec<u8>>;

    #[get("/busy", retry = 2)]
    async fn busy(&self) -> Result<String>;
}

#[test]
fn a_thread_without_a_runtime_reads_streams_and_repeats() {
    let stage = Stage::new();
    let pieces: Vec<_> = (0..20).map(|it| Bytes::from(format!("piece {it} ").repeat(1000))).collect();
    let length: usize = pieces.iter().map(Bytes::len).sum();
    let whole = pieces.concat();
    stage.server.backend().route("GET", "/long", move |_| {
        let whole = whole.clone();
        async move { Reply::bytes(whole) }
    });
    let tried = AtomicUsize::new(0);
    stage.server.backend().route("GET", "/busy", move |_| {
        let reply = match tried.fetch_add(1, Ordering::SeqCst) {
            0 => Reply::empty().status(503),
            _ => Reply::text("at last"),
        };
        async move { reply }
    });
    let client = stage.client(MemoryStore::new());
    block_on(client.login(&user("ann")).into_future()).unwrap();
    let builder = FilesClient::builder(stage.socket.url()).session(client.session());
    let files = builder.build().unwrap();
    let mut stream = block_on(files.long().into_future()).unwrap();
    let mut read = 0;
    while let Some(piece) = block_on(stream.next()) {
        read += piece.unwrap().len();
    }
    assert_eq!(read, length);
    assert_eq!(block_on(files.busy().into_future()).unwrap(), "at last");
    let unread = block_on(files.long().into_future()).unwrap();
    drop(unread);
    assert_eq!(block_on(files.busy().into_future()).unwrap(), "at last");
}

#[test]
fn a_thread_without_a_runtime_uses_a_pool_and_reads_pages() {
    let stage = Stage::new();
    stage.server.backend().route("GET", "/list", |request| {
        let is_last = request.query() == Some("page=2");
        let reply = if is_last { Reply::json(&[3]) } else { Reply::json(&[1, 2]) };
        let link = if is_last { "" } else { "</list?page=2>; rel=\"next\"" };
        async move { reply.header("link", link) }
    });
    let builder = TrackerClient::builder(stage.socket.url()).spawn_on(stage.runtime.handle().clone());
    let pool = builder.build_pool(|_: &u32| MemoryStore::new()).unwrap();
    for key in 0..3 {
        block_on(pool.get(&key).login(&user("ann")).into_future()).unwrap();
        stage.server.expire_access_tokens();
        assert_eq!(block_on(pool.get(&key).issue(1).into_future()).unwrap().owner, "ann");
    }
    let builder = FilesClient::builder(stage.socket.url()).session(pool.get(&2).session());
    let mut pages = builder.build().unwrap().list();
    let mut items = Vec::new();
    while let Some(page) = block_on(pages.next()) {
        items.extend(page.unwrap());
    }
    assert_eq!(items, [1, 2, 3]);
    block_on(pool.shutdown()).unwrap();
}

#[test]
fn a_runtime_for_each_call_leaves_connections_and_refreshes_whole() {
    let (stage, shelf) = (Stage::new(), Shelf::new());
    let client = stage.client(shelf.clone());
    runtime(0).block_on(client.login(&user("ann")).into_future()).unwrap();
    for turn in 0..20 {
        assert_eq!(runtime(turn).block_on(client.issue(turn).into_future()).unwrap().owner, "ann");
        if turn % 4 == 0 {
            stage.server.expire_access_tokens();
        }
        if turn % 4 == 2 {
            // It ends while the refresh is under way, whose answer is there for the next.
            let hold = stage.server.hold_refreshes();
            let before = stage.server.counts().refreshes;
            let begun = runtime(turn);
            let session = client.session().clone();
            begun.block_on(async {
                tokio::spawn(async move { session.refresh().await });
                stage.server.wait_for(|counts| counts.refreshes == before + 1).await;
            });
            drop(begun);
            hold.release();
        }
    }
    stage.runtime.block_on(client.session().flush()).unwrap();
    let counts = stage.server.counts();
    assert_eq!((counts.refreshes, counts.rotations, counts.reused), (10, 10, 0));
    // The sign-in and each refresh have one of their own.
    let connections = stage.socket.connections() - 1 - counts.refreshes;
    assert!(connections <= 4, "none ended with the runtime of the call that made it: {connections}");
}

/// Where no runtime was named and none is there, no caller waits for ever.
#[test]
fn without_a_runtime_a_refresh_fails_and_no_caller_hangs() {
    let server = server();
    let shelf = Shelf::new();
    let client = shelf.client(&server);
    runtime(0).block_on(client.login(&user("ann")).into_future()).unwrap();
    assert!(matches!(block_on(client.session().refresh()), Err(Error::RefreshUnavailable(_))));
    assert_eq!(server.counts().refreshes, 0, "nothing was spent");
    assert!(client.session().state().is_signed_in());
    client.session().sign_out();
    assert!(matches!(client.session().state(), SessionState::SignedOut));
    assert!(block_on(client.session().flush()).is_err(), "no task writes");
    runtime(0).block_on(client.session().flush()).unwrap();
    assert!(!block_on(shelf.text()).contains("access-"));
}

/// Over a transport that needs no runtime, so that the request could be sent.
#[test]
fn without_a_runtime_no_call_is_sent_and_its_error_names_the_ways_out() {
    let server = server();
    let client = client(&server);
    runtime(0).block_on(client.login(&user("ann")).into_future()).unwrap();
    let before = server.backend().requests().len();
    let error = block_on(client.issue(1).into_future()).unwrap_err();
    assert_eq!(error.code(), "invalid_request");
    for way in ["`.spawn_on(…)`", "`.wait()`", "`blocking`"] {
        assert!(error.to_string().contains(way), "{error}");
    }
    assert_eq!(server.backend().requests().len(), before);
    assert!(block_on(client.logout().into_future()).is_err(), "a sign-out neither");
    assert_eq!(server.backend().requests().len(), before);
    assert!(client.session().state().is_signed_in());
}

#[test]
fn the_runtime_of_a_shared_session_is_the_session_s() {
    let stage = Stage::new();
    let client = stage.client(MemoryStore::new());
    let other = TrackerClient::builder(stage.socket.url()).session(client.session());
    let error = other.spawn_on(stage.runtime.handle().clone()).build().unwrap_err();
    assert!(error.to_string().contains("`.spawn_on(…)`"), "{error}");
}
