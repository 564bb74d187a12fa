//! Values of the user with a `Drop` that uses the session: errors of transport and store, response bodies.
//!
//! - **I28** Such a value is dropped under no lock, or the session would wait for itself.

use std::fmt;
use std::future::IntoFuture;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use sdk_runtime::{
    ServiceTransport, Session, Tokens,
    store::{MemoryStore, StoreError, StoreFuture, StoredLogin, TokenStore},
    transport::{self, ResponseBody, Transport, TransportError, TransportFuture, TransportRequest},
};
use sdk_testkit::{Backend, TokenServer};
use test_support::user;
use tokio::time::advance;

use crate::tracker::{TrackerClient, server};

/// What a value does with the session when it is dropped.
type Use = fn(&Session);

const USES: [(&str, Use); 9] = [
    ("looks at it", |session| drop(session.state())),
    ("watches it", |session| drop(session.watch())),
    ("listens to it", |session| drop(session.events())),
    ("signs out", Session::sign_out),
    ("signs in", |session| drop(session.sign_in(Tokens::new("another").refresh_token("of another")))),
    ("refreshes it", |session| poll(session.refresh())),
    ("asks for the token", |session| poll(session.access_token().into_future())),
    ("waits for its store", |session| poll(session.flush())),
    ("closes it", Session::close),
];

fn poll<F: Future>(future: F) {
    let _ = std::pin::pin!(future).poll(&mut Context::from_waker(Waker::noop()));
}

/// What all values of one test have in common.
struct Fuse {
    session: Mutex<Option<Session>>,
    is_lit: AtomicBool,
    uses: Use,
    drops: AtomicUsize,
}

/// A value of the user's.
struct Bomb(Arc<Fuse>);

impl Drop for Bomb {
    fn drop(&mut self) {
        self.0.drops.fetch_add(1, Ordering::SeqCst);
        // Not again in what it does itself.
        if self.0.is_lit.swap(false, Ordering::SeqCst) {
            let session = self.0.session.lock().unwrap().clone();
            if let Some(session) = session {
                (self.0.uses)(&session);
            }
            self.0.is_lit.store(true, Ordering::SeqCst);
        }
    }
}

impl AsRef<[u8]> for Bomb {
    fn as_ref(&self) -> &[u8] {
        br#"{"error":"invalid_grant","error_description":"no"}"#
    }
}

impl fmt::Debug for Bomb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bomb")
    }
}

impl fmt::Display for Bomb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of the user's")
    }
}

impl std::error::Error for Bomb {}

/// How refreshes go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Refreshes {
    Well,
    /// No connection can be made.
    Unsent,
    Rejected,
}

/// The transport and the store of one client.
#[derive(Clone)]
struct Parts {
    fuse: Arc<Fuse>,
    server: Arc<ServiceTransport<Backend>>,
    refreshes: Arc<Mutex<Refreshes>>,
    kept: MemoryStore,
    can_be_read: Arc<AtomicBool>,
    /// Whether nothing but an intent, or nothing at all, can be written.
    writes: Arc<Mutex<Writes>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Writes {
    Well,
    IntentsAlone,
    Badly,
}

impl Transport for Parts {
    fn send(&self, request: TransportRequest) -> TransportFuture {
        let refreshes = *self.refreshes.lock().unwrap();
        if request.url.path() != "/auth/refresh" || refreshes == Refreshes::Well {
            return self.server.send(request);
        }
        let bomb = Bomb(self.fuse.clone());
        Box::pin(async move {
            if refreshes == Refreshes::Unsent {
                return Err(TransportError::new(transport::TransportErrorKind::Connect, bomb));
            }
            let body = Full::new(Bytes::from_owner(bomb)).map_err(|never| match never {});
            let answer = http::Response::builder().status(400).header("content-type", "application/json");
            Ok(answer.body(ResponseBody::new(body)).unwrap())
        })
    }
}

impl Parts {
    fn failed(&self) -> StoreError {
        StoreError::unavailable("it cannot be reached", Bomb(self.fuse.clone()))
    }
}

impl TokenStore for Parts {
    fn load(&self) -> StoreFuture<'_, Option<StoredLogin>> {
        Box::pin(async {
            match self.can_be_read.load(Ordering::SeqCst) {
                true => self.kept.load().await,
                false => Err(self.failed()),
            }
        })
    }

    fn replace(&self, expected: u64, next: StoredLogin) -> StoreFuture<'_, bool> {
        Box::pin(async move {
            let writes = *self.writes.lock().unwrap();
            let is_intent = next.text().contains(r#""intent":true"#);
            if writes == Writes::Badly || writes == Writes::IntentsAlone && !is_intent {
                return Err(self.failed());
            }
            self.kept.replace(expected, next).await
        })
    }
}

/// A client whose transport and store fail with values of the user's, and its server.
struct Stage {
    server: TokenServer,
    parts: Parts,
    client: TrackerClient,
}

impl Stage {
    fn new(uses: Use, is_stored: bool) -> Self {
        let server = server();
        let fuse = Fuse {
            session: Mutex::new(None),
            is_lit: AtomicBool::new(false),
            uses,
            drops: AtomicUsize::new(0),
        };
        let parts = Parts {
            fuse: Arc::new(fuse),
            server: Arc::new(ServiceTransport::new(server.backend().clone())),
            refreshes: Arc::new(Mutex::new(Refreshes::Well)),
            kept: MemoryStore::new(),
            can_be_read: Arc::new(AtomicBool::new(true)),
            writes: Arc::new(Mutex::new(Writes::Well)),
        };
        let builder = TrackerClient::builder("http://localhost").transport(parts.clone());
        let builder = if is_stored { builder.store(parts.clone()) } else { builder };
        let client = builder.build().unwrap();
        *parts.fuse.session.lock().unwrap() = Some(client.session().clone());
        Self { server, parts, client }
    }

    async fn sign_in(&self) {
        self.client.login(&user("ann")).await.unwrap();
    }

    fn refreshes(&self, how: Refreshes) {
        *self.parts.refreshes.lock().unwrap() = how;
    }

    fn writes(&self, how: Writes) {
        *self.parts.writes.lock().unwrap() = how;
    }

    /// From here on the values use the session.
    fn light(&self) {
        self.parts.fuse.is_lit.store(true, Ordering::SeqCst);
    }

    fn session(&self) -> &Session {
        self.client.session()
    }

    async fn after_a_failure(self, then: fn(&Session)) {
        self.sign_in().await;
        self.refreshes(Refreshes::Unsent);
        self.fails().await;
        self.light();
        then(self.session());
    }

    async fn fails(&self) {
        let _ = self.session().refresh().await;
        tokio::task::yield_now().await;
    }
}

/// A way to make a session drop something, and whether it has a store.
type Way = fn(Stage) -> std::pin::Pin<Box<dyn Future<Output = ()>>>;

const WAYS: [(&str, bool, Way); 15] = [
    ("one failure after the other", false, |it| {
        Box::pin(async move {
            it.sign_in().await;
            it.refreshes(Refreshes::Unsent);
            it.fails().await;
            it.light();
            it.fails().await;
        })
    }),
    ("a failure, and a refresh", false, |it| {
        Box::pin(async move {
            it.sign_in().await;
            it.refreshes(Refreshes::Unsent);
            it.fails().await;
            it.refreshes(Refreshes::Well);
            it.light();
            it.fails().await;
        })
    }),
    ("a failure, and a sign-out", false, |it| Box::pin(it.after_a_failure(Session::sign_out))),
    ("a failure, and a sign-in", false, |it| {
        Box::pin(it.after_a_failure(|session| session.sign_in(Tokens::new("next")).unwrap()))
    }),
    ("a failure, and the end", false, |it| Box::pin(it.after_a_failure(Session::close))),
    ("a failure, and the rejection of the login", false, |it| {
        Box::pin(async move {
            it.sign_in().await;
            it.refreshes(Refreshes::Unsent);
            it.fails().await;
            it.server.expire_access_tokens();
            advance(Duration::from_secs(400)).await;
            it.refreshes(Refreshes::Rejected);
            it.light();
            let _ = it.client.issue(1).await;
        })
    }),
    ("a login that can be refreshed no more, and a sign-in", false, |it| {
        Box::pin(async move {
            it.sign_in().await;
            it.refreshes(Refreshes::Rejected);
            it.fails().await;
            it.light();
            it.session().sign_in(Tokens::new("next")).unwrap();
        })
    }),
    ("a login that can be refreshed no more, and its end", false, |it| {
        Box::pin(async move {
            it.sign_in().await;
            it.refreshes(Refreshes::Rejected);
            it.fails().await;
            it.server.expire_access_tokens();
            it.light();
            let _ = it.client.issue(1).await;
            it.session().sign_out();
        })
    }),
    ("a login that is over, and a sign-in", false, |it| {
        Box::pin(async move {
            it.sign_in().await;
            it.server.expire_access_tokens();
            it.refreshes(Refreshes::Rejected);
            let _ = it.client.issue(1).await;
            it.light();
            it.session().sign_in(Tokens::new("next")).unwrap();
            it.session().close();
        })
    }),
    ("a rejection for a login that ended meanwhile", false, |it| {
        Box::pin(async move {
            it.sign_in().await;
            it.refreshes(Refreshes::Rejected);
            it.light();
            let session = it.session().clone();
            let refreshing = tokio::spawn(async move { drop(session.refresh().await) });
            tokio::task::yield_now().await;
            it.session().sign_out();
            refreshing.await.unwrap();
            let _ = it.session().resume().await;
        })
    }),
    ("looks into a store that cannot be read", true, |it| {
        Box::pin(async move {
            it.parts.can_be_read.store(false, Ordering::SeqCst);
            let _ = it.client.issue(1).await;
            it.light();
            let _ = it.client.issue(1).await;
            it.parts.can_be_read.store(true, Ordering::SeqCst);
            let _ = it.client.issue(1).await;
            let _ = it.client.issue(1).await;
        })
    }),
    ("writes to a store that cannot be written", true, |it| {
        Box::pin(async move {
            it.writes(Writes::Badly);
            it.sign_in().await;
            it.light();
            for _ in 0..3 {
                advance(Duration::from_secs(60)).await;
                let _ = it.session().flush().await;
            }
        })
    }),
    ("refreshes that cannot be written down", true, |it| {
        Box::pin(async move {
            it.sign_in().await;
            it.writes(Writes::IntentsAlone);
            it.fails().await;
            it.light();
            for _ in 0..3 {
                it.fails().await;
            }
            it.session().sign_out();
            let _ = it.session().flush().await;
        })
    }),
    ("a rejection that cannot be made sure of", true, |it| {
        Box::pin(async move {
            it.sign_in().await;
            it.writes(Writes::IntentsAlone);
            it.refreshes(Refreshes::Rejected);
            it.fails().await;
            it.light();
            it.fails().await;
            it.writes(Writes::Well);
            advance(Duration::from_secs(400)).await;
            it.fails().await;
            it.session().sign_out();
        })
    }),
    ("events that no listener takes", false, |it| {
        Box::pin(async move {
            it.sign_in().await;
            let mut events = it.session().events();
            it.refreshes(Refreshes::Unsent);
            it.light();
            for _ in 0..80 {
                it.fails().await;
            }
            let told = |polled| matches!(polled, Poll::Ready(Some(_)));
            while std::future::poll_fn(|cx| Poll::Ready(told(std::pin::pin!(events.next()).poll(cx)))).await {
            }
        })
    }),
];

#[test]
fn i28_a_value_that_a_session_drops_may_use_it() {
    for (what, is_stored, way) in WAYS {
        for (how, uses) in USES {
            let (done, is_done) = mpsc::channel();
            // Elsewhere, so that a session which waits for itself fails here.
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread();
                let runtime = { runtime }.enable_all().start_paused(true).build().unwrap();
                let stage = Stage::new(uses, is_stored);
                let fuse = stage.parts.fuse.clone();
                runtime.block_on(way(stage));
                fuse.is_lit.store(false, Ordering::SeqCst);
                let session = fuse.session.lock().unwrap().take();
                drop(session);
                done.send(fuse.drops.load(Ordering::SeqCst)).unwrap();
            });
            let drops = is_done.recv_timeout(Duration::from_secs(20));
            let drops = drops.unwrap_or_else(|_| panic!("I28: {what}, and a value that {how}"));
            assert!(drops > 0, "{what}: nothing was dropped");
        }
    }
}
