//! A store that fails, in each of its operations and in each way: it stops no login that works.

use std::future::IntoFuture;
use std::time::Duration;

use sdk_runtime::{Error, Tokens, error::UnavailableCause};
use sdk_testkit::{Reply, TokenServer};
use serde_json::json;
use test_support::user;
use tokio::time::{advance, sleep};

use crate::frail::Fault::{Fails, Hangs, Late, Lost, No, Panics};
use crate::frail::{Fault, Frail, told};
use crate::shelf::Shelf;
use crate::tracker::{TrackerClient, builder, server};

/// Faults with which no write of a login can have been done: load, replace, lock.
const NEVER_WRITTEN: [[Fault; 3]; 10] = [
    [No, Fails, No],
    [Fails, Fails, No],
    [Fails, No, No],
    [Hangs, Hangs, No],
    [Panics, Panics, No],
    [No, Fails, Fails],
    [No, Fails, Hangs],
    [No, Fails, Panics],
    [Fails, Fails, Fails],
    [Hangs, Hangs, Hangs],
];

/// Lets the access token end, and calls.
pub async fn call_after_expiry(server: &TokenServer, client: &TrackerClient) -> Result<String, Error> {
    server.expire_access_tokens();
    client.issue(1).await.map(|issue| issue.owner)
}

#[tokio::test(start_paused = true)]
async fn i38_a_store_that_never_had_the_login_does_not_stop_it() {
    for faults in NEVER_WRITTEN {
        for store in Frail::both() {
            let server = server();
            store.breaks(faults);
            let client = store.client(&server);
            let mut events = client.session().events();
            client.login(&user("ann")).await.unwrap();
            for expiry in 1..=3 {
                let owner = call_after_expiry(&server, &client).await;
                assert_eq!(owner.expect("I38"), "ann", "{faults:?}, expiry {expiry}");
                assert_eq!(server.counts().refreshes, expiry, "{faults:?}");
            }
            let so_far = told(&mut events).await;
            assert_eq!(
                so_far,
                ["signed in", "degraded", "refreshed", "refreshed", "refreshed"],
                "{faults:?}"
            );
            assert!(!store.has_a_login());

            store.mend();
            client.session().flush().await.unwrap();
            assert_eq!(told(&mut events).await, ["recovered"], "{faults:?}");
            assert_eq!(store.client(&server).issue(2).await.unwrap().owner, "ann", "after a restart");
            // From here on the store has it, and is asked first.
            assert_eq!(call_after_expiry(&server, &client).await.unwrap(), "ann");
            assert!(!store.text().contains("intent"));
            store.breaks(faults);
            let failing = call_after_expiry(&server, &client).await.unwrap_err();
            let is_the_store = match &failing {
                Error::RefreshUnavailable(told) => matches!(told.cause(), UnavailableCause::Store(_)),
                _ => false,
            };
            // A lock is not asked for where there is none, and a store that writes can be claimed.
            assert!(is_the_store, "{faults:?}: {failing:?}");
            let counts = server.counts();
            assert_eq!((counts.refreshes, counts.reused), (4, 0), "I14: {faults:?}");
        }
    }
}

/// What is still to be written is written by the claim of the next refresh, and not once more while that goes
/// on.
#[tokio::test(start_paused = true)]
async fn i15_what_a_claim_has_written_is_not_written_as_it_was_before() {
    for store in Frail::both() {
        let server = server();
        store.writes(Fails);
        let client = store.client(&server);
        client.login(&user("ann")).await.unwrap();
        let mut events = client.session().events();
        server.expire_access_tokens();
        let hold = server.hold_refreshes();
        store.mend();
        let call = tokio::spawn(client.issue(1).into_future());
        server.wait_for(|counts| counts.refreshes == 1).await;
        let (version, tried) = (store.version(), store.tried());
        assert!(store.text().contains(r#""intent":true"#), "I15: {}", store.text());
        assert_eq!(told(&mut events).await, ["recovered"]);
        sleep(Duration::from_secs(5)).await;
        assert_eq!((store.version(), store.tried()), (version, tried), "I15");
        hold.release();
        assert_eq!(call.await.unwrap().unwrap().owner, "ann");
        assert_eq!(store.client(&server).issue(2).await.unwrap().owner, "ann", "after a restart");
    }
}

/// A path below a file, and one with the content of another program.
#[tokio::test(start_paused = true)]
async fn i38_a_file_that_cannot_be_written_stops_no_login() {
    let directory = std::env::temp_dir().join(format!("session-store-down-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join("diary"), "dear diary").unwrap();
    for path in ["diary/login", "diary"] {
        let server = server();
        let store = sdk_runtime::FileStore::new(directory.join(path));
        let client = builder(&server).store(store).build().unwrap();
        client.login(&user("ann")).await.unwrap();
        for _ in 0..3 {
            assert_eq!(call_after_expiry(&server, &client).await.expect("I38"), "ann", "{path}");
        }
        assert_eq!(server.counts().reused, 0);
    }
    assert_eq!(std::fs::read_to_string(directory.join("diary")).unwrap(), "dear diary");
    std::fs::remove_dir_all(directory).unwrap();
}

#[tokio::test(start_paused = true)]
async fn i38_a_write_of_which_nothing_is_known_may_have_been_done() {
    let vague = [(No, Hangs), (No, Panics), (No, Lost), (No, Late(8_000)), (Fails, Hangs), (Hangs, Lost)];
    for (load, replace) in vague {
        for store in Frail::both() {
            let server = server();
            // The sign-in is written while the store can be read.
            store.writes(replace);
            let client = store.client(&server);
            client.login(&user("ann")).await.unwrap();
            sleep(Duration::from_secs(6)).await;
            store.breaks([load, replace, No]);
            let called = call_after_expiry(&server, &client).await;
            let is_unavailable = matches!(called, Err(Error::RefreshUnavailable(_)));
            assert!(is_unavailable, "I14: {load:?} {replace:?}: {called:?}");
            assert_eq!(server.counts().refreshes, 0, "I14: {load:?} {replace:?}");
            store.mend();
            advance(Duration::from_secs(61)).await;
            assert_eq!(client.issue(1).await.unwrap().owner, "ann", "{load:?} {replace:?}");
            client.session().flush().await.unwrap();
            assert_eq!(store.client(&server).issue(2).await.unwrap().owner, "ann");
            assert_eq!(server.counts().reused, 0, "I14: {load:?} {replace:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn i38_a_read_shows_that_the_store_does_not_have_it() {
    // What is read later, whether it is there, and whether the login goes on without the store.
    for (write, load, goes_on) in [
        (Hangs, No, true),
        (Panics, No, true),
        (Lost, No, false),
        (Hangs, Fails, false),
        (Hangs, Hangs, false),
    ] {
        for store in Frail::both() {
            let server = server();
            store.writes(write);
            let client = store.client(&server);
            client.login(&user("ann")).await.unwrap();
            sleep(Duration::from_secs(6)).await;
            store.breaks([load, Fails, No]);
            let called = call_after_expiry(&server, &client).await;
            assert_eq!(called.is_ok(), goes_on, "I14, I38: {write:?} then {load:?}: {called:?}");
            assert_eq!(server.counts().refreshes, usize::from(goes_on), "I14: {write:?} then {load:?}");
            store.mend();
            advance(Duration::from_secs(61)).await;
            assert_eq!(client.issue(1).await.unwrap().owner, "ann");
            client.session().flush().await.unwrap();
            assert_eq!(store.client(&server).issue(2).await.unwrap().owner, "ann");
            assert_eq!(server.counts().reused, 0, "I14");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn i14_what_the_store_has_is_not_spent_without_a_claim() {
    for faults in NEVER_WRITTEN {
        for (store, restarted) in [(Frail::new(), false), (Frail::lockable(), false), (Frail::new(), true)] {
            let server = server();
            let mut client = store.client(&server);
            client.login(&user("ann")).await.unwrap();
            if restarted {
                client = store.client(&server);
                client.issue(1).await.unwrap();
            }
            store.breaks(faults);
            if faults[1] == No && faults[0] == No {
                continue;
            }
            let called = call_after_expiry(&server, &client).await;
            assert!(matches!(called, Err(Error::RefreshUnavailable(_))), "{faults:?}: {called:?}");
            assert_eq!(server.counts().refreshes, 0, "I14: {faults:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn i38_a_new_login_does_not_depend_on_a_store_that_has_an_older_one() {
    for name in ["ann", "bob"] {
        for store in Frail::both() {
            let server = server();
            store.client(&server).login(&user("ann")).await.unwrap();
            let kept = store.kept();
            let client = store.client(&server);
            client.issue(1).await.unwrap();
            store.breaks([No, Fails, Fails]);
            client.login(&user(name)).await.unwrap();
            for _ in 0..2 {
                assert_eq!(call_after_expiry(&server, &client).await.expect("I38"), name);
            }
            assert_eq!(store.kept(), kept);
            store.mend();
            client.session().flush().await.unwrap();
            assert_eq!(store.client(&server).issue(2).await.unwrap().owner, name);
            assert_eq!(server.counts().reused, 0);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn i38_a_lock_that_is_never_free_does_not_stop_a_login_that_no_store_has() {
    use sdk_runtime::store::{StoreLock, TokenStore};

    for kept in [false, true] {
        let (server, store) = (server(), Frail::lockable());
        let client = store.client(&server);
        if !kept {
            store.writes(Fails);
        }
        client.login(&user("ann")).await.unwrap();
        let StoreLock::Held(_held) = store.try_lock().await.unwrap() else { panic!("it is free") };
        let called = call_after_expiry(&server, &client).await;
        assert_eq!(called.is_ok(), !kept, "I38, I1: {called:?}");
        assert_eq!(server.counts().refreshes, usize::from(!kept));
    }
}

#[tokio::test(start_paused = true)]
async fn sign_ins_while_the_store_is_down_cost_each_the_same() {
    for writes in [Fails, Hangs] {
        let (server, store) = (server(), Frail::new());
        let client = store.client(&server);
        client.login(&user("ann")).await.unwrap();
        store.writes(writes);
        let (session, before) = (client.session(), store.tried());
        // Quadratic in these it would take minutes.
        for round in 0..20_000 {
            session.sign_in(Tokens::new("a").refresh_token("r")).unwrap();
            session.sign_out();
            if round % 100 == 0 {
                tokio::task::yield_now().await;
            }
        }
        assert!(store.tried() - before <= 400, "{} writes", store.tried() - before);
        session.sign_in(Tokens::new("a").refresh_token("r")).unwrap();
        session.sign_out();
        store.mend();
        session.flush().await.unwrap();
        assert!(!store.has_a_login());
    }
}

#[tokio::test(start_paused = true)]
async fn i17_a_login_that_no_store_has_and_that_is_rejected_goes_on_until_its_token_ends() {
    for former in [false, true] {
        let (server, store) = (server(), Frail::new());
        if former {
            store.client(&server).login(&user("bob")).await.unwrap();
        }
        store.breaks([Fails, Fails, No]);
        let client = store.client(&server);
        client.login(&user("ann")).await.unwrap();
        server.next_refresh(Reply::json(&json!({"error": "invalid_grant"})).status(400));
        client.session().refresh().await.unwrap_err();
        store.mend();
        client.session().flush().await.unwrap();
        assert!(!store.has_a_login(), "nothing can be refreshed with it after a restart");
        assert_eq!(client.issue(1).await.expect("I17").owner, "ann");
        let ended = call_after_expiry(&server, &client).await;
        assert!(matches!(ended, Err(Error::SessionExpired(_))), "{ended:?}");
        assert_eq!(server.counts().refreshes, 1, "I14");
    }
}

#[tokio::test(start_paused = true)]
async fn i9_a_login_without_a_refresh_token_is_written_after_every_request() {
    let (server, store) = (server(), Frail::new());
    store.breaks([Fails, Fails, No]);
    let client = store.client(&server);
    let issued = server.issue("ann");
    client.session().sign_in(Tokens::new(issued.access_token.as_str())).unwrap();
    assert!(matches!(client.session().refresh().await, Err(Error::SessionExpired(_))));
    store.mend();
    client.session().flush().await.unwrap();
    assert_eq!(store.client(&server).issue(1).await.expect("I9").owner, "ann");
}

#[tokio::test(start_paused = true)]
async fn a_sign_out_leaves_nothing_of_a_store_that_never_worked() {
    for kept in ["nothing", "ann"] {
        for faults in NEVER_WRITTEN {
            for declared in [false, true] {
                let (server, store) = (server(), Frail::new());
                if kept == "ann" {
                    store.client(&server).login(&user("ann")).await.unwrap();
                }
                store.breaks(faults);
                let client = store.client(&server);
                client.login(&user("bob")).await.unwrap();
                if declared {
                    client.logout().await.unwrap();
                } else {
                    client.session().sign_out();
                }
                store.mend();
                client.session().flush().await.unwrap();
                drop(client);
                let again = store.client(&server).issue(1).await;
                assert!(matches!(again, Err(Error::NotSignedIn(_))), "{kept} {faults:?}: {again:?}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_login_that_expires_before_it_was_written_leaves_nothing_of_the_former_one() {
    for unseen in [false, true] {
        let (server, store) = (server(), Frail::new());
        store.client(&server).login(&user("ann")).await.unwrap();
        let client = store.client(&server);
        if unseen {
            store.breaks([Fails, Fails, No]);
        } else {
            client.issue(1).await.unwrap();
            store.writes(Fails);
        }
        client.login(&user("bob")).await.unwrap();
        server.next_refresh(Reply::json(&json!({"error": "invalid_grant"})).status(400));
        let over = call_after_expiry(&server, &client).await;
        assert!(matches!(over, Err(Error::SessionExpired(_))), "{over:?}");
        store.mend();
        client.session().flush().await.unwrap();
        let again = store.client(&server).issue(1).await;
        assert!(matches!(again, Err(Error::NotSignedIn(_))), "ann was replaced by bob: {again:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn i38_a_store_that_cannot_be_read_is_asked_once_for_each_refresh() {
    let (server, shelf) = (server(), Shelf::new());
    let client = shelf.client(&server);
    shelf.can_be_read(false);
    client.login(&user("ann")).await.unwrap();
    for refreshes in 1..=3 {
        let (before, hold) = (shelf.loads(), server.hold_refreshes());
        server.expire_access_tokens();
        let call = tokio::spawn(client.issue(1).into_future());
        server.wait_for(|counts| counts.refreshes == refreshes).await;
        assert_eq!(shelf.loads() - before, 1);
        hold.release();
        assert_eq!(call.await.unwrap().expect("I38").owner, "ann");
    }
}
