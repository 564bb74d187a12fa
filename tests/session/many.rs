//! Many logins of one server that acts for its users.

use std::collections::HashMap;
use std::future::IntoFuture;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sdk_runtime::{Error, Session, client::SessionPool};
use sdk_testkit::{Reply, TokenServer};
use test_support::user;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::shelf::{Shelf, Writes};
use crate::tracker::{TrackerClient, builder, server};

/// A shelf for each user, the same for every caller.
#[derive(Clone, Default)]
struct Shelves(Arc<Mutex<HashMap<&'static str, Shelf>>>);

impl Shelves {
    fn of(&self, user: &'static str) -> Shelf {
        self.0.lock().unwrap().entry(user).or_insert_with(Shelf::new).clone()
    }
}

fn sessions(server: &TokenServer) -> (Shelves, SessionPool<&'static str, TrackerClient>) {
    let shelves = Shelves::default();
    let own = shelves.clone();
    (shelves, builder(server).build_pool(move |user: &&'static str| own.of(user)).unwrap())
}

const USERS: [&str; 20] = [
    "ann", "bob", "cid", "dan", "eve", "fay", "gus", "hal", "ida", "jim", "kay", "leo", "mia", "ned", "oda",
    "pat", "quy", "ray", "sue", "tom",
];

#[tokio::test(start_paused = true)]
async fn i12_each_key_has_a_login_of_its_own_and_one_refresh() {
    let server = server();
    let (_, sessions) = sessions(&server);
    for name in USERS {
        sessions.get(&name).login(&user(name)).await.unwrap();
    }
    server.expire_access_tokens();
    let mut calls = JoinSet::new();
    for id in 0..50 {
        for name in USERS {
            let call = sessions.get(&name).issue(id).into_future();
            calls.spawn(async move { (name, call.await.unwrap().owner) });
        }
    }
    while let Some(done) = calls.join_next().await {
        let (name, owner) = done.unwrap();
        assert_eq!(name, owner, "I12");
    }
    let counts = server.counts();
    assert_eq!((counts.logins, counts.refreshes, sessions.len()), (20, 20, 20), "I1");
}

#[tokio::test(start_paused = true)]
async fn no_more_sessions_than_the_limit_stay_and_a_returning_user_is_signed_in() {
    let server = server();
    let (_, sessions) = sessions(&server);
    let sessions = sessions.limit(8);
    for round in 0..3 {
        for name in USERS {
            let client = sessions.get(&name);
            if round == 0 {
                client.login(&user(name)).await.unwrap();
            }
            assert_eq!(client.issue(1).await.unwrap().owner, name);
            assert!(sessions.len() <= 8, "{}", sessions.len());
        }
        server.expire_access_tokens();
    }
    let counts = server.counts();
    assert_eq!((counts.logins, counts.reused), (20, 0));
    assert_eq!(tokio::runtime::Handle::current().metrics().num_alive_tasks(), 0, "no session has a task");
}

#[tokio::test(start_paused = true)]
async fn those_go_that_were_not_asked_for_the_longest() {
    let server = server();
    let (shelves, sessions) = sessions(&server);
    let sessions = sessions.limit(4);
    for name in &USERS[..4] {
        sessions.get(name).login(&user(name)).await.unwrap();
    }
    sessions.get(&"ann").issue(1).await.unwrap();
    sessions.get(&"eve").login(&user("eve")).await.unwrap();
    let loads = |name| shelves.of(name).loads();
    let before = (loads("ann"), loads("bob"));
    sessions.get(&"ann").issue(1).await.unwrap();
    sessions.get(&"bob").issue(1).await.unwrap();
    assert_eq!((loads("ann"), loads("bob")), (before.0, before.1 + 1));
}

#[tokio::test(start_paused = true)]
async fn no_session_is_evicted_that_a_caller_holds() {
    let server = server();
    let (_, sessions) = sessions(&server);
    let sessions = sessions.limit(2);
    let clients: Vec<TrackerClient> = USERS[..5].iter().map(|name| sessions.get(name)).collect();
    let handles: Vec<Session> =
        USERS[5..10].iter().map(|name| sessions.get(name).session().clone()).collect();
    let calls: Vec<_> = USERS[10..15].iter().map(|name| sessions.get(name).issue(1)).collect();
    assert_eq!(sessions.len(), 15);
    for (name, client) in USERS.iter().zip(&clients) {
        client.login(&user(name)).await.unwrap();
        assert_eq!(sessions.get(name).issue(1).await.unwrap().owner, *name, "the same login");
    }
    drop((clients, handles, calls));
    let _ = sessions.get(&"tom");
    assert!(sessions.len() <= 2, "{}", sessions.len());
}

#[tokio::test(start_paused = true)]
async fn i9_no_session_is_evicted_whose_tokens_are_not_stored() {
    let server = server();
    let (shelves, sessions) = sessions(&server);
    let sessions = sessions.limit(1);
    sessions.get(&"ann").login(&user("ann")).await.unwrap();
    server.expire_access_tokens();
    let hold = server.hold_refreshes();
    let call = tokio::spawn(sessions.get(&"ann").issue(1).into_future());
    server.wait_for(|counts| counts.refreshes == 1).await;
    shelves.of("ann").writes(Writes::Badly);
    hold.release();
    call.await.unwrap().unwrap();

    for name in &USERS[1..19] {
        let _ = sessions.get(name);
    }
    assert_eq!(sessions.get(&"ann").issue(2).await.unwrap().owner, "ann");
    shelves.of("ann").writes(Writes::Well);
    sessions.get(&"ann").session().flush().await.unwrap();
    tokio::task::yield_now().await;
    let _ = sessions.get(&"tom");
    assert_eq!(sessions.len(), 1, "now that they are written");
    assert_eq!(sessions.get(&"ann").issue(3).await.unwrap().owner, "ann", "I9");
    let counts = server.counts();
    assert_eq!((counts.logins, counts.refreshes, counts.reused), (1, 1, 0), "I9");
}

#[tokio::test(start_paused = true)]
async fn no_session_is_evicted_during_a_refresh_without_waiters() {
    let server = server();
    let (_, sessions) = sessions(&server);
    let sessions = sessions.limit(1);
    sessions.get(&"ann").login(&user("ann")).await.unwrap();
    server.expire_access_tokens();
    let hold = server.hold_refreshes();
    let call = sessions.get(&"ann").issue(1).timeout(Duration::from_secs(1));
    assert!(matches!(call.await, Err(Error::Timeout(_))));
    let _ = (sessions.get(&"bob"), sessions.get(&"cid"));
    hold.release();
    assert_eq!(sessions.get(&"ann").issue(2).await.unwrap().owner, "ann");
    assert_eq!(server.counts().refreshes, 1, "I1");
}

#[tokio::test(start_paused = true)]
async fn none_goes_that_leaves_its_server_alone_for_a_while() {
    let server = server();
    let (_, sessions) = sessions(&server);
    let sessions = sessions.limit(1);
    sessions.get(&"ann").login(&user("ann")).await.unwrap();
    server.expire_access_tokens();
    server.next_refresh(Reply::empty().status(429).header("retry-after", "60"));
    assert!(matches!(sessions.get(&"ann").issue(1).await, Err(Error::RefreshUnavailable(_))));
    let _ = (sessions.get(&"bob"), sessions.get(&"cid"));
    assert!(matches!(sessions.get(&"ann").issue(1).await, Err(Error::RefreshUnavailable(_))));
    assert_eq!(server.counts().refreshes, 1, "I7");
}

#[tokio::test(start_paused = true)]
async fn all_end_together_and_what_is_under_way_is_written_down() {
    let server = server();
    let (shelves, sessions) = sessions(&server);
    for name in USERS {
        sessions.get(&name).login(&user(name)).await.unwrap();
    }
    server.expire_access_tokens();
    server.refresh_latency(Duration::from_secs(2));
    let mut calls = JoinSet::new();
    for name in USERS {
        calls.spawn(sessions.get(&name).issue(1).into_future());
    }
    server.wait_for(|counts| counts.refreshes == 20).await;
    let begin = Instant::now();
    sessions.shutdown().await.unwrap();
    assert_eq!(begin.elapsed(), Duration::from_secs(2), "side by side");
    assert!(calls.join_all().await.iter().all(|call| matches!(call, Err(Error::Closed(_)))));
    assert!(matches!(sessions.get(&"ann").issue(1).await, Err(Error::Closed(_))));
    assert!(sessions.is_empty());

    let again = builder(&server).build_pool(move |user: &&'static str| shelves.of(user)).unwrap();
    for name in USERS {
        assert_eq!(again.get(&name).issue(1).await.unwrap().owner, name, "I9");
    }
    assert_eq!(server.counts().reused, 0);
}

#[test]
fn a_login_for_each_key_is_no_login_of_one() {
    let server = server();
    let own = |_: &u64| Shelf::new();
    let bearer = builder(&server).bearer("fixed").build_pool(own).unwrap_err();
    let store = builder(&server).store(Shelf::new()).build_pool(own).unwrap_err();
    for error in [bearer, store] {
        assert!(error.to_string().contains("`.build_pool(…)`"), "{error}");
    }
}
