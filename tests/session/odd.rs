//! Stores that behave oddly, machines that sleep, users who change their mind.

use std::future::IntoFuture;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sdk_runtime::{
    Error, Tokens,
    error::UnavailableCause,
    store::{MemoryStore, StoreFuture, StoredLogin, TokenStore},
};
use sdk_testkit::Reply;
use serde_json::json;
use test_support::user;
use tokio::time::{advance, sleep, timeout};

use crate::clocks::Wall;
use crate::shelf::{Shelf, Writes};
use crate::tracker::{builder, server};

type Hook = Box<dyn Fn(u64, &StoredLogin) -> Act + Send + Sync>;

enum Act {
    Do,
    DoThenWait(Arc<tokio::sync::Notify>),
    Panic,
    Lose,
}

/// A store that does what a test says.
#[derive(Clone)]
struct Odd {
    kept: MemoryStore,
    hook: Arc<Hook>,
}

impl Odd {
    fn new(kept: &MemoryStore, hook: impl Fn(u64, &StoredLogin) -> Act + Send + Sync + 'static) -> Self {
        Self { kept: kept.clone(), hook: Arc::new(Box::new(hook)) }
    }
}

impl TokenStore for Odd {
    fn load(&self) -> StoreFuture<'_, Option<StoredLogin>> {
        self.kept.load()
    }
    fn replace(&self, expected: u64, next: StoredLogin) -> StoreFuture<'_, bool> {
        Box::pin(async move {
            match (self.hook)(expected, &next) {
                Act::Do => self.kept.replace(expected, next).await,
                Act::DoThenWait(n) => {
                    let d = self.kept.replace(expected, next).await;
                    n.notified().await;
                    d
                }
                Act::Panic => panic!("the store panics"),
                Act::Lose => Ok(false),
            }
        })
    }
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_and_out_leaves_nothing_of_the_former_login() {
    let (server, shelf) = (server(), Shelf::new());
    let client = shelf.client(&server);
    client.login(&user("ann")).await.unwrap();
    let bob = server.issue("bob");
    client.session().sign_in(Tokens::new(bob.access_token.as_str())).unwrap();
    client.session().sign_out();
    client.session().flush().await.unwrap();
    let again = shelf.client(&server).issue(1).await;
    assert!(matches!(again, Err(Error::NotSignedIn(_))), "signed in as {again:?}");
}

#[tokio::test(start_paused = true)]
async fn a_login_that_ends_before_it_was_written_leaves_nothing_of_the_former_one() {
    let (server, shelf) = (server(), Shelf::new());
    let client = shelf.client(&server);
    client.login(&user("ann")).await.unwrap();
    shelf.writes(Writes::Badly);
    client.session().sign_out();
    client.session().flush().await.unwrap_err();
    client.login(&user("bob")).await.unwrap();
    client.logout().await.unwrap();
    shelf.writes(Writes::Well);
    client.session().flush().await.unwrap();
    let again = shelf.client(&server).issue(1).await;
    assert!(matches!(again, Err(Error::NotSignedIn(_))), "signed in as {again:?}");
}

#[tokio::test(start_paused = true)]
async fn i1_a_process_that_sleeps_while_the_claim_is_written_claims_again() {
    let (server, kept, wall) = (server(), MemoryStore::new(), Wall::new());
    let held = Arc::new(tokio::sync::Notify::new());
    let stop = Arc::new(AtomicBool::new(false));
    let (h, s) = (held.clone(), stop.clone());
    let odd = Odd::new(&kept, move |_, next| {
        if next.text().contains("intent") && s.swap(false, Ordering::SeqCst) {
            Act::DoThenWait(h.clone())
        } else {
            Act::Do
        }
    });
    let w = wall.clone();
    let one = builder(&server).store(odd).wall_clock(move || w.now()).build().unwrap();
    let w = wall.clone();
    let two = builder(&server).store(kept.clone()).wall_clock(move || w.now()).build().unwrap();
    one.login(&user("ann")).await.unwrap();
    two.issue(1).await.unwrap();
    server.expire_access_tokens();
    stop.store(true, Ordering::SeqCst);
    let first = tokio::spawn(one.issue(1).into_future());
    while stop.load(Ordering::SeqCst) {
        sleep(Duration::from_millis(1)).await;
    }
    // Suspended for an hour, and two is not.
    wall.forward(Duration::from_secs(3600));
    two.issue(2).await.unwrap();
    assert_eq!(server.counts().rotations, 1);
    held.notify_one();
    let first = first.await.unwrap();
    let counts = server.counts();
    assert_eq!((counts.rotations, counts.reused), (1, 0), "{first:?}");
    first.unwrap();
}

#[tokio::test(start_paused = true)]
async fn i14_a_sleep_while_the_answer_is_awaited_sends_nothing_again() {
    let (server, kept, wall) = (server(), MemoryStore::new(), Wall::new());
    let w = wall.clone();
    let one = builder(&server).store(kept.clone()).wall_clock(move || w.now()).build().unwrap();
    let w = wall.clone();
    let two = builder(&server).store(kept.clone()).wall_clock(move || w.now()).build().unwrap();
    one.login(&user("ann")).await.unwrap();
    two.issue(1).await.unwrap();
    server.expire_access_tokens();
    server.next_refresh(Reply::hang());
    let first = tokio::spawn(one.issue(1).into_future());
    server.wait_for(|c| c.refreshes == 1).await;
    wall.forward(Duration::from_secs(3600));
    two.issue(2).await.unwrap();
    assert_eq!(server.counts().rotations, 1);
    let first = first.await.unwrap();
    let counts = server.counts();
    assert_eq!((counts.refreshes, counts.rotations, counts.reused), (2, 1, 0), "{first:?}");
}

#[tokio::test(start_paused = true)]
async fn i14_a_second_send_is_not_begun_that_would_outlast_the_lease() {
    let (server, kept, wall) = (server(), MemoryStore::new(), Wall::new());
    let open = || {
        let shown = wall.clone();
        builder(&server).store(kept.clone()).wall_clock(move || shown.now()).build().unwrap()
    };
    let (one, two) = (open(), open());
    one.login(&user("ann")).await.unwrap();
    two.issue(1).await.unwrap();
    server.expire_access_tokens();
    server.next_refresh(Reply::hang());
    let first = tokio::spawn(one.issue(1).into_future());
    server.wait_for(|counts| counts.refreshes == 1).await;
    // The machine slept: the lease is over, and whether another process has followed is not looked for.
    wall.forward(Duration::from_secs(49));
    let hold = server.hold_refreshes();
    sleep(Duration::from_secs(22)).await;
    wall.forward(Duration::from_secs(12));
    let second = tokio::spawn(two.issue(2).into_future());
    sleep(Duration::from_secs(1)).await;
    assert_eq!(server.counts().refreshes, 2, "I14: the first and that of the other, and no third");
    hold.release();
    assert_eq!(second.await.unwrap().unwrap().owner, "ann");
    assert!(matches!(first.await.unwrap(), Err(Error::RefreshUnavailable(_))));
    assert_eq!(server.counts().reused, 0);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_panics_when_tokens_are_written() {
    let (server, kept) = (server(), MemoryStore::new());
    let armed = Arc::new(AtomicBool::new(false));
    let a = armed.clone();
    let odd = Odd::new(&kept, move |_, next| {
        if !next.text().contains("intent") && a.swap(false, Ordering::SeqCst) { Act::Panic } else { Act::Do }
    });
    let client = builder(&server).store(odd).build().unwrap();
    client.login(&user("ann")).await.unwrap();
    server.expire_access_tokens();
    armed.store(true, Ordering::SeqCst);
    let answer = client.issue(1).await;
    advance(Duration::from_secs(70)).await;
    let again = client.issue(1).await;
    let counts = server.counts();
    assert_eq!((counts.rotations, counts.reused), (1, 0), "{answer:?} {again:?}");
    again.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_store_that_panics_hangs_no_caller() {
    let (server, kept) = (server(), MemoryStore::new());
    let odd = Odd::new(&kept, move |_, _| Act::Panic);
    let client = builder(&server).store(odd).build().unwrap();
    let mut events = client.session().events();
    let login = timeout(Duration::from_secs(600), client.login(&user("ann")).into_future()).await;
    let flush = timeout(Duration::from_secs(600), client.session().flush()).await;
    events.next().await;
    let degraded = timeout(Duration::from_secs(600), events.next()).await;
    assert!(login.is_ok() && flush.is_ok() && degraded.is_ok(), "{} {flush:?} {degraded:?}", login.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_store_where_others_are_always_faster_is_given_up() {
    let (server, kept) = (server(), MemoryStore::new());
    let armed = Arc::new(AtomicUsize::new(0));
    let a = armed.clone();
    let odd = Odd::new(&kept, move |_, _| {
        if a.load(Ordering::SeqCst) == 0 {
            Act::Do
        } else if a.fetch_add(1, Ordering::SeqCst) > 10_000 {
            panic!("swaps for ever")
        } else {
            Act::Lose
        }
    });
    let client = builder(&server).store(odd).build().unwrap();
    client.login(&user("ann")).await.unwrap();
    server.expire_access_tokens();
    armed.store(1, Ordering::SeqCst);
    let answer = client.issue(1).await;
    assert!(armed.load(Ordering::SeqCst) < 1000, "{answer:?}");
    let Err(Error::RefreshUnavailable(told)) = answer else { panic!() };
    assert!(matches!(told.cause(), UnavailableCause::Store(_)));
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_is_not_overtaken_by_what_the_store_has() {
    let (server, shelf) = (server(), Shelf::new());
    shelf.client(&server).login(&user("ann")).await.unwrap();
    let client = shelf.client(&server);
    // In front of the login's answer.
    let authority = server.authority();
    let gate = Arc::new(tokio::sync::Notify::new());
    let g = gate.clone();
    server.backend().route("POST", "/auth/login", move |_| {
        let (issued, g) = (authority.issue("bob"), g.clone());
        async move {
            g.notified().await;
            Reply::json(&json!({"access_token": issued.access_token, "refresh_token": issued.refresh_token}))
        }
    });
    let login = tokio::spawn(client.login(&user("bob")).into_future());
    sleep(Duration::from_secs(1)).await;
    assert_eq!(client.issue(1).await.unwrap().owner, "ann");
    gate.notify_one();
    let login = login.await.unwrap();
    let login: std::result::Result<test_support::LoginResponse, Error> = login;
    let login = Box::pin(async { login });
    let login = login.await.map(drop);
    assert!(login.is_ok(), "{login:?}");
    assert_eq!(client.issue(1).await.unwrap().owner, "bob");
}

#[tokio::test(start_paused = true)]
async fn a_sign_out_that_is_given_up_is_one() {
    struct Slow(MemoryStore, Arc<AtomicBool>);
    impl TokenStore for Slow {
        fn load(&self) -> StoreFuture<'_, Option<StoredLogin>> {
            Box::pin(async move {
                if self.1.load(Ordering::SeqCst) {
                    sleep(Duration::from_secs(4)).await;
                }
                self.0.load().await
            })
        }
        fn replace(&self, expected: u64, next: StoredLogin) -> StoreFuture<'_, bool> {
            self.0.replace(expected, next)
        }
    }
    let (server, kept, slow) = (server(), MemoryStore::new(), Arc::new(AtomicBool::new(true)));
    builder(&server).store(kept.clone()).build().unwrap().login(&user("ann")).await.unwrap();
    let client = builder(&server).store(Slow(kept.clone(), slow.clone())).build().unwrap();
    let out = client.logout().timeout(Duration::from_secs(1)).await;
    assert!(out.is_err());
    slow.store(false, Ordering::SeqCst);
    sleep(Duration::from_secs(60)).await;
    let after = client.issue(1).await;
    assert!(matches!(after, Err(Error::NotSignedIn(_))), "{after:?}");
}

#[tokio::test(start_paused = true)]
async fn the_clock_is_asked_under_no_lock() {
    use std::sync::OnceLock;
    let server = server();
    let own: Arc<OnceLock<sdk_runtime::Session>> = Arc::default();
    let o = own.clone();
    let deadlocks = Arc::new(AtomicUsize::new(0));
    let d = deadlocks.clone();
    let client = builder(&server)
        .wall_clock(move || {
            if let Some(session) = o.get() {
                let session = session.clone();
                let (tx, rx) = std::sync::mpsc::channel();
                std::thread::spawn(move || {
                    session.sign_out();
                    let _ = tx.send(());
                });
                if rx.recv_timeout(Duration::from_millis(300)).is_err() {
                    d.fetch_add(1, Ordering::SeqCst);
                }
            }
            std::time::SystemTime::now()
        })
        .build()
        .unwrap();
    client.login(&user("ann")).await.unwrap();
    own.set(client.session().clone()).unwrap();
    let _ = client.session().refresh().await;
    client.session().sign_in(Tokens::new("x")).unwrap();
    assert_eq!(deadlocks.load(Ordering::SeqCst), 0, "I28");
}

#[tokio::test(start_paused = true)]
async fn a_login_whose_refresh_was_denied_is_not_evicted() {
    let server = server();
    let shelves: Arc<Mutex<std::collections::HashMap<&'static str, Shelf>>> = Arc::default();
    let own = shelves.clone();
    let sessions = builder(&server)
        .build_pool(move |user: &&'static str| {
            own.lock().unwrap().entry(*user).or_insert_with(Shelf::new).clone()
        })
        .unwrap()
        .limit(1);
    sessions.get(&"ann").login(&user("ann")).await.unwrap();
    server.next_refresh(Reply::json(&json!({"error": "invalid_grant"})).status(400));
    sessions.get(&"ann").session().refresh().await.unwrap_err();
    sessions.get(&"ann").issue(1).await.unwrap();
    tokio::task::yield_now().await;
    let _ = (sessions.get(&"bob"), sessions.get(&"cid"));
    let after = sessions.get(&"ann").issue(1).await;
    assert!(after.is_ok(), "I17: {after:?}");
}
