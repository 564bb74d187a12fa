//! A login whose row is deleted during work: it does not come back, and replaces no other.

use std::future::IntoFuture;
use std::time::Duration;

use sdk_runtime::{Error, SessionState};
use test_support::user;
use tokio::time::sleep;

use crate::frail::Fault::{Fails, Lost, No};
use crate::frail::{Frail, told};
use crate::tracker::server;

#[tokio::test(start_paused = true)]
async fn versions_do_not_start_again_where_a_row_was_deleted() {
    let (server, store) = (server(), Frail::new());
    let client = store.client(&server);
    let mut firsts = Vec::new();
    for _ in 0..20 {
        client.login(&user("ann")).await.unwrap();
        firsts.push(store.version());
        assert!(store.version() <= 1 << 53, "I15: a database and JSON can hold it");
        client.session().refresh().await.unwrap();
        assert_eq!(store.version(), firsts.last().unwrap() + 2, "claimed, and written down");
        store.remove();
    }
    firsts.sort_unstable();
    firsts.dedup();
    assert_eq!(firsts.len(), 20, "I15");
}

#[tokio::test(start_paused = true)]
async fn a_version_from_before_goes_on() {
    let (server, store) = (server(), Frail::new());
    store.client(&server).login(&user("ann")).await.unwrap();
    let text = store.text();
    store.put(Some(sdk_runtime::store::StoredLogin::new(7, text)));
    let client = store.client(&server);
    assert_eq!(client.issue(1).await.unwrap().owner, "ann");
    client.session().refresh().await.unwrap();
    assert_eq!(store.version(), 9);
}

/// What takes the place of a row that is deleted.
const AFTER: [&str; 4] = ["nothing", "bob", "ann", "bob, twice"];

/// Another process signs in.
async fn sign_in_elsewhere(store: &Frail, server: &sdk_testkit::TokenServer, after: &str) {
    match after {
        "bob" => drop(store.client(server).login(&user("bob")).await.unwrap()),
        "ann" => drop(store.client(server).login(&user("ann")).await.unwrap()),
        "bob, twice" => {
            let client = store.client(server);
            for _ in 0..2 {
                client.login(&user("bob")).await.unwrap();
            }
        }
        _ => {}
    }
}

/// Whether the store has what `after` has put there, and nothing else.
async fn is_as_it_was_left(store: &Frail, server: &sdk_testkit::TokenServer, after: &str) {
    let again = store.client(server).issue(9).await.map(|issue| issue.owner);
    match after {
        "nothing" => {
            assert!(!store.has_a_login(), "I15");
            assert!(matches!(again, Err(Error::NotSignedIn(_))), "I15: {again:?}");
        }
        _ => assert_eq!(again.unwrap(), after[..3], "I15: {after}"),
    }
}

#[tokio::test(start_paused = true)]
async fn i15_a_login_that_was_removed_before_the_claim_is_over() {
    for after in AFTER {
        for store in Frail::both() {
            let server = server();
            let client = store.client(&server);
            client.login(&user("ann")).await.unwrap();
            server.expire_access_tokens();
            store.remove();
            sign_in_elsewhere(&store, &server, after).await;
            let called = client.issue(1).await;
            assert!(called.is_err(), "{after}: {called:?}");
            assert_eq!(server.counts().refreshes, 0, "{after}");
            is_as_it_was_left(&store, &server, after).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn i15_a_login_that_is_removed_while_it_is_refreshed_does_not_come_back() {
    for after in AFTER {
        for fails in [false, true] {
            for store in Frail::both() {
                let server = server();
                let client = store.client(&server);
                client.login(&user("ann")).await.unwrap();
                server.expire_access_tokens();
                let hold = server.hold_refreshes();
                let call = tokio::spawn(client.issue(1).into_future());
                server.wait_for(|counts| counts.refreshes == 1).await;
                store.remove();
                sign_in_elsewhere(&store, &server, after).await;
                if fails {
                    store.writes(Fails);
                    store.loads(Fails);
                }
                hold.release();
                let _ = call.await.unwrap();
                store.mend();
                sleep(Duration::from_secs(120)).await;
                is_as_it_was_left(&store, &server, after).await;
                if after == "nothing" && !fails {
                    assert!(matches!(client.session().state(), SessionState::SignedOut));
                }
                server.expire_access_tokens();
                let _ = client.issue(2).await;
                let _ = client.session().flush().await;
                if after == "nothing" {
                    is_as_it_was_left(&store, &server, after).await;
                }
                assert_eq!(server.counts().reused, 0);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn i15_a_row_that_is_deleted_during_a_sign_in_is_none_of_it() {
    for after in AFTER {
        let (server, store) = (server(), Frail::new());
        let client = store.client(&server);
        client.login(&user("cid")).await.unwrap();
        store.writes(Fails);
        client.login(&user("dan")).await.unwrap();
        store.remove();
        store.mend();
        sign_in_elsewhere(&store, &server, after).await;
        // It was never there, and a sign-in replaces every login.
        client.session().flush().await.unwrap();
        assert_eq!(store.client(&server).issue(1).await.unwrap().owner, "dan", "{after}");
    }
}

#[tokio::test(start_paused = true)]
async fn i15_a_sign_in_that_was_written_and_is_gone_is_not_written_again() {
    for (after, refreshes) in [("nothing", false), ("bob", false), ("nothing", true), ("bob", true)] {
        let (server, store) = (server(), Frail::new());
        let client = store.client(&server);
        client.login(&user("ann")).await.unwrap();
        let mut events = client.session().events();
        // A refresh whose tokens the store does not have.
        let hold = server.hold_refreshes();
        let session = client.session().clone();
        let refresh = tokio::spawn(async move { session.refresh().await });
        server.wait_for(|counts| counts.refreshes == 1).await;
        store.writes(Fails);
        hold.release();
        refresh.await.unwrap().unwrap();
        store.remove();
        store.mend();
        sign_in_elsewhere(&store, &server, after).await;
        if refreshes {
            server.expire_access_tokens();
            let _ = client.issue(1).await;
        } else {
            client.session().flush().await.unwrap_err();
        }
        sleep(Duration::from_secs(120)).await;
        is_as_it_was_left(&store, &server, after).await;
        let told = told(&mut events).await;
        assert!(refreshes || !told.contains(&"recovered"), "I9: {told:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn i15_a_sign_in_in_doubt_that_others_have_replaced_is_not_written_again() {
    let (server, store) = (server(), Frail::new());
    store.writes(Lost);
    let client = store.client(&server);
    client.login(&user("ann")).await.unwrap();
    assert!(store.has_a_login());
    store.writes(No);
    // It is there, and another process signs in on top of it before this one looks.
    store.client(&server).login(&user("bob")).await.unwrap();
    sleep(Duration::from_secs(120)).await;
    assert_eq!(store.client(&server).issue(1).await.unwrap().owner, "bob", "I15");
}
