//! A login in a store: it survives a restart, it is never older than the credential in use, and a failing
//! store loses nothing.

use std::future::IntoFuture;
use std::time::Duration;

use sdk_runtime::{
    Error, SessionState, Tokens,
    error::{ExpiredReason, StoreErrorKind, UnavailableCause},
    session::SessionEvent,
};
use sdk_testkit::Reply;
use test_support::user;
use tokio::task::JoinSet;
use tokio::time::{Instant, advance, sleep, timeout};

use crate::shelf::{Shelf, Writes};
use crate::tracker::{client, server};

#[tokio::test(start_paused = true)]
async fn a_signed_in_user_is_signed_in_after_a_restart() {
    let (server, shelf) = (server(), Shelf::new());
    let first = shelf.client(&server);
    first.login(&user("ann")).await.unwrap();
    drop(first);

    let again = shelf.client(&server);
    assert!(matches!(again.session().state(), SessionState::Unloaded), "no call has looked yet");
    assert_eq!(again.issue(7).await.expect("I13").owner, "ann");
    assert!(again.session().state().is_signed_in());

    server.expire_access_tokens();
    assert_eq!(again.issue(7).await.unwrap().owner, "ann");
    drop(again);
    assert_eq!(shelf.client(&server).issue(7).await.unwrap().owner, "ann", "with what the refresh has left");
    let counts = server.counts();
    assert_eq!((counts.logins, counts.refreshes, counts.reused), (1, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_store_is_looked_into_once_however_many_ask() {
    let (server, shelf) = (server(), Shelf::new());
    shelf.client(&server).login(&user("ann")).await.unwrap();
    let (again, before) = (shelf.client(&server), shelf.loads());
    let mut calls = JoinSet::new();
    for id in 0..1000 {
        calls.spawn(again.issue(id).into_future());
    }
    while let Some(done) = calls.join_next().await {
        done.unwrap().unwrap();
    }
    assert_eq!(shelf.loads() - before, 1);
    again.public().await.unwrap();
    assert_eq!(shelf.loads() - before, 1);
}

#[tokio::test(start_paused = true)]
async fn an_empty_store_is_signed_out() {
    let (server, shelf) = (server(), Shelf::new());
    let client = shelf.client(&server);
    assert!(matches!(client.issue(1).await, Err(Error::NotSignedIn(_))));
    assert!(matches!(client.session().state(), SessionState::SignedOut));
    assert!(
        matches!(client.session().resume().await, Err(Error::NotSignedIn(_))),
        "there is nothing to resume with"
    );
    client.public().await.unwrap();
    assert_eq!(server.counts().refreshes, 0);
}

#[tokio::test(start_paused = true)]
async fn i13_no_call_signs_with_tokens_that_a_restart_would_lose() {
    let (server, shelf) = (server(), Shelf::new());
    let client = shelf.client(&server);
    client.login(&user("ann")).await.unwrap();
    server.expire_access_tokens();

    let call = tokio::spawn(client.issue(1).into_future());
    server.wait_for(|counts| counts.rejected_calls == 1).await;
    let hold = server.hold_refreshes();
    server.wait_for(|counts| counts.refreshes == 1).await;
    // That it may be spent is written down by now; what it gives is not yet.
    shelf.writes(Writes::Never);
    let written = shelf.tried();
    hold.release();
    server.wait_for(|counts| counts.rotations == 1).await;
    shelf.wait_for_writes(written + 1).await;
    assert_eq!(server.counts().served_calls, 0, "I13");
    shelf.writes(Writes::Well);
    call.await.unwrap().unwrap();
    assert_eq!(server.counts().served_calls, 1);
}

#[tokio::test(start_paused = true)]
async fn i31_a_refresh_token_that_is_left_out_stays_in_the_store() {
    let (server, shelf) = (server(), Shelf::new());
    let client = shelf.client(&server);
    client.login(&user("ann")).await.unwrap();
    server.expire_access_tokens();
    let access = server.issue("ann").access_token;
    server.next_refresh(Reply::json(&serde_json::json!({ "access_token": access })));
    client.issue(1).await.unwrap();
    drop(client);
    server.expire_access_tokens();
    assert_eq!(shelf.client(&server).issue(2).await.unwrap().owner, "ann");
}

#[tokio::test(start_paused = true)]
async fn i14_what_may_have_been_spent_is_known_after_a_restart() {
    let (server, shelf) = (server(), Shelf::new());
    let client = shelf.client(&server);
    client.login(&user("ann")).await.unwrap();
    server.expire_access_tokens();
    for _ in 0..2 {
        server.next_refresh(Reply::reset());
    }
    assert!(matches!(client.issue(1).await, Err(Error::RefreshUnavailable(_))));
    drop(client);
    server.revoke_all();
    let Err(Error::SessionExpired(expired)) = shelf.client(&server).issue(1).await else {
        panic!("not refused")
    };
    assert_eq!(expired.reason(), ExpiredReason::LostRotation);
}

#[tokio::test(start_paused = true)]
async fn i9_a_store_that_fails_stops_no_call_and_is_reported() {
    for badly in [Writes::Badly, Writes::Panicking] {
        let (server, shelf) = (server(), Shelf::new());
        let client = shelf.client(&server);
        client.login(&user("ann")).await.unwrap();
        let mut events = client.session().events();
        server.expire_access_tokens();

        let hold = server.hold_refreshes();
        let call = tokio::spawn(client.issue(1).into_future());
        server.wait_for(|counts| counts.refreshes == 1).await;
        shelf.writes(badly);
        hold.release();
        call.await.unwrap().unwrap();
        assert!(matches!(events.next().await, Some(SessionEvent::StoreDegraded(_))), "I9");
        assert!(matches!(events.next().await, Some(SessionEvent::Refreshed(_))));
        assert!(client.session().flush().await.is_err());

        // Nothing is refreshed if the intent cannot be written, but the current token works.
        client.issue(2).await.unwrap();
        shelf.writes(Writes::Well);
        client.session().flush().await.unwrap();
        assert!(matches!(events.next().await, Some(SessionEvent::StoreRecovered)));
        drop(client);
        assert_eq!(shelf.client(&server).issue(3).await.unwrap().owner, "ann");
        assert_eq!(server.counts().reused, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_holds_a_call_up_for_a_while_only() {
    let (server, shelf) = (server(), Shelf::new());
    let client = shelf.client(&server);
    shelf.writes(Writes::Never);
    let begin = Instant::now();
    client.login(&user("ann")).await.unwrap();
    assert_eq!(begin.elapsed(), Duration::from_secs(5), "it is signed in, and that is told as not kept");
    let begin = Instant::now();
    client.login(&user("ann")).timeout(Duration::from_secs(1)).await.unwrap();
    assert_eq!(begin.elapsed(), Duration::from_secs(1), "a call takes no longer than it may");

    server.expire_access_tokens();
    let Err(Error::RefreshUnavailable(told)) = client.issue(1).await else { panic!("refreshed") };
    let UnavailableCause::Store(error) = told.cause() else { panic!("{told:?}") };
    assert_eq!(error.kind(), StoreErrorKind::Timeout);
    assert_eq!(server.counts().refreshes, 0, "I14: nothing is spent without an intent in the store");
    shelf.writes(Writes::Well);
    advance(told.retry_after()).await;
    assert_eq!(client.issue(1).await.unwrap().owner, "ann");
}

#[tokio::test(start_paused = true)]
async fn i24_what_is_not_ours_is_left_as_it_is() {
    for text in ["", "my diary", r#"{"format":99,"login":{}}"#, r#"{"format":1,"login":{"id":1}}"#] {
        let (server, shelf) = (server(), Shelf::new());
        shelf.put(text).await;
        let client = shelf.client(&server);
        let Err(error) = client.issue(1).await else { panic!("signed in by {text:?}") };
        assert!(error.to_string().contains("remove it"), "the way out: {error}");

        // A user who signs in all the same can work, and is told that the login is not stored.
        let mut events = client.session().events();
        client.login(&user("ann")).await.unwrap();
        assert_eq!(shelf.text().await, text);
        assert_eq!(client.issue(1).await.unwrap().owner, "ann");
        assert!(matches!(events.next().await, Some(SessionEvent::SignedIn(_))));
        let Some(SessionEvent::StoreDegraded(error)) = events.next().await else { panic!("not told") };
        assert_eq!(error.kind(), StoreErrorKind::Foreign);
        assert_eq!(shelf.text().await, text);
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_cannot_be_read_is_asked_again_and_ends_no_login() {
    let (server, shelf) = (server(), Shelf::new());
    shelf.client(&server).login(&user("ann")).await.unwrap();
    let client = shelf.client(&server);
    shelf.can_be_read(false);
    assert!(!client.issue(1).await.unwrap_err().requires_sign_in());
    assert!(matches!(client.session().state(), SessionState::Unloaded));
    shelf.can_be_read(true);
    assert_eq!(client.issue(1).await.unwrap().owner, "ann");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_left_of_a_login_that_was_ended() {
    let (server, shelf) = (server(), Shelf::new());
    for declared in [true, false] {
        let client = shelf.client(&server);
        client.login(&user("ann")).await.unwrap();
        assert!(shelf.text().await.contains("\"refresh\""));
        if declared {
            client.logout().await.unwrap();
        } else {
            client.session().sign_out();
            client.session().flush().await.unwrap();
        }
        assert_eq!(shelf.text().await, r#"{"format":1,"login":null}"#);
        assert!(matches!(shelf.client(&server).issue(1).await, Err(Error::NotSignedIn(_))));
    }
    assert_eq!(server.counts().logouts, 1);
}

#[tokio::test(start_paused = true)]
async fn a_sign_out_before_any_call_ends_the_stored_login() {
    let (server, shelf) = (server(), Shelf::new());
    shelf.client(&server).login(&user("ann")).await.unwrap();
    let client = shelf.client(&server);
    client.logout().await.unwrap();
    assert_eq!(server.counts().logouts, 1, "the server is told with the token that the store had");
    assert_eq!(shelf.text().await, r#"{"format":1,"login":null}"#);

    shelf.client(&server).login(&user("ann")).await.unwrap();
    let client = shelf.client(&server);
    client.session().sign_out();
    client.session().flush().await.unwrap();
    assert_eq!(shelf.text().await, r#"{"format":1,"login":null}"#);
}

#[tokio::test(start_paused = true)]
async fn a_login_that_the_server_has_ended_leaves_the_store_clean() {
    let (server, shelf) = (server(), Shelf::new());
    let client = shelf.client(&server);
    client.login(&user("ann")).await.unwrap();
    server.revoke_all();
    let Err(Error::SessionExpired(expired)) = client.issue(1).await else { panic!("not expired") };
    assert_eq!(expired.reason(), ExpiredReason::RefreshRejected);
    client.session().flush().await.unwrap();
    assert_eq!(shelf.text().await, r#"{"format":1,"login":null}"#);

    client.login(&user("ann")).await.unwrap();
    assert_eq!(shelf.client(&server).issue(1).await.unwrap().owner, "ann");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_cannot_be_made_sure_of_is_not_asked_for_again() {
    let (server, shelf) = (server(), Shelf::new());
    let client = shelf.client(&server);
    client.login(&user("ann")).await.unwrap();
    server.revoke_all();
    let hold = server.hold_refreshes();
    let call = tokio::spawn(client.issue(1).into_future());
    server.wait_for(|counts| counts.refreshes == 1).await;
    shelf.can_be_read(false);
    shelf.writes(Writes::Badly);
    hold.release();
    let Err(Error::RefreshUnavailable(told)) = call.await.unwrap() else { panic!("I15") };
    assert!(matches!(told.cause(), UnavailableCause::Store(_)));

    shelf.can_be_read(true);
    shelf.writes(Writes::Well);
    advance(told.retry_after()).await;
    assert!(matches!(client.issue(1).await, Err(Error::SessionExpired(_))));
    assert_eq!(server.counts().refreshes, 1, "I14: the server has said what it has to say");
    client.session().flush().await.unwrap();
    assert_eq!(shelf.text().await, r#"{"format":1,"login":null}"#);
}

#[tokio::test(start_paused = true)]
async fn the_last_word_counts_however_fast_logins_follow_each_other() {
    let (server, shelf) = (server(), Shelf::new());
    let client = shelf.client(&server);
    let session = client.session();
    shelf.writes(Writes::Never);
    for name in ["ann", "bob", "eve"] {
        let issued = server.issue(name);
        session.sign_in(Tokens::new(issued.access_token.as_str())).unwrap();
        tokio::task::yield_now().await;
    }
    session.sign_out();
    let last = server.issue("fay");
    session.sign_in(Tokens::new(last.access_token.as_str()).subject("fay")).unwrap();
    shelf.writes(Writes::Well);
    session.flush().await.unwrap();
    assert!(shelf.text().await.contains(r#""subject":"fay""#));
    assert_eq!(shelf.client(&server).issue(1).await.unwrap().owner, "fay");
}

#[tokio::test(start_paused = true)]
async fn a_session_without_a_store_has_nothing_to_write() {
    let server = server();
    let client = client(&server);
    client.login(&user("ann")).await.unwrap();
    timeout(Duration::from_nanos(1), client.session().flush()).await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_token_that_signs_nothing_is_kept_to_refresh_with() {
    let (server, shelf) = (server(), Shelf::new());
    let client = shelf.client(&server);
    client.login(&user("ann")).await.unwrap();
    server.expire_access_tokens();
    let issued = server.issue("ann");
    let refresh = issued.refresh_token.as_deref().unwrap();
    server.next_refresh(Reply::json(
        &serde_json::json!({ "access_token": "no\nheader", "refresh_token": refresh }),
    ));
    assert!(matches!(client.issue(1).await, Err(Error::RefreshUnavailable(_))));
    let text = shelf.text().await;
    assert!(text.contains(refresh) && !text.contains("intent") && !text.contains("lease"), "I9, I13");
    assert!(!text.contains(r#""access""#), "the one before it is not of these tokens");
    drop(client);
    // The next process refreshes with it before it sends anything.
    let again = shelf.client(&server);
    assert_eq!(again.issue(1).await.unwrap().owner, "ann");
    let counts = server.counts();
    assert_eq!((counts.refreshes, counts.rotations, counts.reused), (2, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_store_that_cannot_be_read_is_read_once_for_each_call() {
    let (server, shelf) = (server(), Shelf::new());
    shelf.can_be_read(false);
    let client = shelf.client(&server);
    for loads in 1..=3 {
        client.issue(1).await.unwrap_err();
        assert_eq!(shelf.loads(), loads);
    }
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_tells_of_the_login_first_that_it_replaces() {
    let (server, shelf) = (server(), Shelf::new());
    let client = shelf.client(&server);
    client.login(&user("ann")).await.unwrap();
    client.session().shutdown().await.unwrap();
    let client = shelf.client(&server);
    let mut events = client.session().events();
    client.login(&user("bob")).await.unwrap();
    let (first, second) = (events.next().await, events.next().await);
    let Some(SessionEvent::Loaded(ann)) = first else { panic!("{first:?}") };
    let Some(SessionEvent::SignedIn(bob)) = second else { panic!("{second:?}") };
    assert_eq!((ann.generation(), bob.generation()), (1, 2));
    assert_eq!(client.issue(1).await.unwrap().owner, "bob");
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_is_written_less_and_less_often() {
    let (server, shelf) = (server(), Shelf::new());
    let client = shelf.client(&server);
    shelf.writes(Writes::Badly);
    client.login(&user("ann")).await.unwrap();
    let before = shelf.tried();
    sleep(Duration::from_secs(3600)).await;
    let tried = shelf.tried() - before;
    // Between half a minute and a minute apart in the end.
    assert!((60..=130).contains(&tried), "{tried}");
}
