//! Changes of the user while calls are under way: no request is sent as another user than its call began
//! with.

use std::future::IntoFuture;

use sdk_runtime::{Error, SessionState, Tokens};
use sdk_testkit::TokenServer;
use test_support::user;

use crate::tracker::{LATENCY, TrackerClient, add_slow, client, expired_client, server};

/// Tokens of `username`, as if obtained elsewhere.
fn tokens_of(server: &TokenServer, username: &str) -> Tokens {
    let issued = server.issue(username);
    Tokens::new(issued.access_token).refresh_token(issued.refresh_token.unwrap())
}

/// What the server has seen of `/issues/{id}` under `username`'s name.
fn calls_of(server: &TokenServer, username: &str) -> Vec<String> {
    let requests = server.requests_of(username);
    let paths = requests.iter().map(|request| request.path().to_owned());
    paths.filter(|path| path.starts_with("/issues") || path.starts_with("/slow")).collect()
}

fn assert_changed<T: std::fmt::Debug>(result: Result<T, Error>, was_sent: bool) {
    match result {
        Err(Error::IdentityChanged(changed)) => assert_eq!(changed.was_sent(), was_sent),
        other => panic!("not `IdentityChanged`: {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_sign_out_during_a_refresh_stays_signed_out() {
    let server = server();
    let client = expired_client(&server).await;
    let hold = server.hold_refreshes();
    let call = tokio::spawn(client.issue(1).into_future());
    server.wait_for(|counts| counts.refreshes == 1).await;

    client.session().sign_out();
    assert!(
        matches!(call.await.unwrap(), Err(Error::NotSignedIn(_))),
        "told at once, not when the run is over"
    );
    hold.release();
    server.wait_for(|counts| counts.rotations == 1).await;
    tokio::time::sleep(LATENCY).await;
    assert!(matches!(client.session().state(), SessionState::SignedOut), "I10");
    assert!(matches!(client.issue(1).await, Err(Error::NotSignedIn(_))));
}

#[tokio::test(start_paused = true)]
async fn a_declared_sign_out_tells_the_server_and_ends_the_login_with_every_answer() {
    let server = server();
    let client = client(&server);
    client.login(&user("ann")).await.unwrap();
    client.logout().await.unwrap();
    assert_eq!(server.counts().logouts, 1);
    assert!(matches!(client.session().state(), SessionState::SignedOut));
    assert!(matches!(client.logout().await, Err(Error::NotSignedIn(_))));

    client.login(&user("ann")).await.unwrap();
    server.expire_access_tokens();
    server.backend().reply("POST", "/auth/logout", sdk_testkit::Reply::empty().status(500));
    assert!(matches!(client.logout().await, Err(Error::Status(answer)) if answer.status() == 500));
    assert!(matches!(client.session().state(), SessionState::SignedOut));
    assert_eq!(server.counts().refreshes, 0, "a sign-out refreshes nothing");
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_while_a_call_waits_for_a_refresh() {
    let server = server();
    let client = expired_client(&server).await;
    let hold = server.hold_refreshes();
    let first = tokio::spawn(client.issue(1).into_future());
    server.wait_for(|counts| counts.refreshes == 1).await;
    let waiting = tokio::spawn(client.issue(2).into_future());
    tokio::task::yield_now().await;

    client.session().sign_in(tokens_of(&server, "bob")).unwrap();
    assert_changed(first.await.unwrap(), true);
    assert_changed(waiting.await.unwrap(), false);
    hold.release();
    server.wait_for(|counts| counts.rotations == 1).await;
    tokio::time::sleep(LATENCY).await;
    assert!(calls_of(&server, "bob").is_empty(), "I12");
    assert_eq!(client.issue(3).await.unwrap().owner, "bob", "I10");
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_while_a_call_is_in_flight() {
    let server = server();
    let client = client(&server);
    client.login(&user("ann")).await.unwrap();
    let refuse = add_slow(&server);
    let call = tokio::spawn(client.slow().into_future());
    server.backend().received(2).await;

    client.session().sign_in(tokens_of(&server, "bob")).unwrap();
    refuse.notify_one();
    assert_changed(call.await.unwrap(), true);
    assert!(calls_of(&server, "bob").is_empty(), "I12");
    assert_eq!(server.counts().refreshes, 0, "a refusal of ann's token is no reason to refresh bob's");
    assert_eq!(client.issue(3).await.unwrap().owner, "bob");
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_while_a_call_is_about_to_be_replayed() {
    let server = server();
    let client = expired_client(&server).await;
    let mut refreshed = client.session().watch();
    refreshed.current();
    let hold = server.hold_refreshes();
    let mut call = std::pin::pin!(client.issue(1).into_future());
    tokio::select! {
        _ = &mut call => panic!("answered without a refresh"),
        _ = server.wait_for(|counts| counts.refreshes == 1) => {}
    }
    // From here on the call is not polled, so that the refresh is over when it wakes up.
    hold.release();
    refreshed.next().await.unwrap();
    client.session().sign_in(tokens_of(&server, "bob")).unwrap();

    assert_changed(call.await, true);
    assert!(calls_of(&server, "bob").is_empty(), "I12");
}

/// The token it waited for was rejected for a quicker caller, and it waits for the next one.
#[tokio::test(start_paused = true)]
async fn a_call_that_was_sent_says_so_however_often_it_waited() {
    let server = server();
    let client = expired_client(&server).await;
    let mut refreshed = client.session().watch();
    let mut call = std::pin::pin!(client.issue(1).into_future());
    let hold = server.hold_refreshes();
    tokio::select! {
        _ = &mut call => panic!("answered without a refresh"),
        _ = server.wait_for(|counts| counts.refreshes == 1) => {}
    }
    refreshed.current();
    hold.release();
    refreshed.next().await.unwrap();
    // The call is not polled while another has the new token refused and refreshed.
    server.expire_access_tokens();
    let _hold = server.hold_refreshes();
    let quicker = tokio::spawn(client.issue(2).into_future());
    server.wait_for(|counts| counts.refreshes == 2).await;
    tokio::select! {
        _ = &mut call => panic!("answered without a refresh"),
        () = tokio::task::yield_now() => {}
    }
    client.session().sign_in(tokens_of(&server, "bob")).unwrap();
    assert_changed(call.await, true);
    assert_changed(quicker.await.unwrap(), true);
}

#[tokio::test(start_paused = true)]
async fn the_same_subject_goes_on() {
    let server = server();
    let client = client(&server);
    client.session().sign_in(tokens_of(&server, "ann").subject("ann")).unwrap();
    let refuse = add_slow(&server);
    let call = tokio::spawn(client.slow().into_future());
    server.backend().received(1).await;
    client.session().sign_in(tokens_of(&server, "ann").subject("ann")).unwrap();
    refuse.notify_one();
    call.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_superseded_by_a_sign_out_signs_no_user_in() {
    let server = server();
    let client: TrackerClient = client(&server);
    server.backend().route("POST", "/auth/login", {
        let authority = server.authority();
        move |_| {
            let issued = authority.issue("ann");
            let body = serde_json::json!({ "access_token": issued.access_token });
            async move { sdk_testkit::Reply::json(&body).delay(LATENCY) }
        }
    });
    let ann = user("ann");
    let login = tokio::spawn(client.login(&ann).into_future());
    server.backend().received(1).await;
    client.session().sign_out();
    assert_changed(login.await.unwrap().map(drop), true);
    assert!(matches!(client.session().state(), SessionState::SignedOut));
}

#[tokio::test(start_paused = true)]
async fn two_sessions_have_nothing_to_do_with_each_other() {
    let server = server();
    let (ann, bob) = (expired_client(&server).await, client(&server));
    bob.login(&user("bob")).await.unwrap();
    // A refresh listens to the end of its session.
    ann.issue(1).await.unwrap();
    ann.session().sign_out();
    assert_eq!(bob.issue(1).await.expect("I11").owner, "bob", "I11");
    ann.session().close();
    server.expire_access_tokens();
    assert_eq!(bob.issue(2).await.expect("I11").owner, "bob", "I11");
}

/// The run is started and its task has not been polled yet: the refresh token must not be spent without a
/// caller.
#[tokio::test(start_paused = true)]
async fn a_sign_out_before_the_refresh_is_sent_spends_nothing() {
    let server = server();
    let client = expired_client(&server).await;
    let mut call = std::pin::pin!(client.issue(1).into_future());
    tokio::select! {
        _ = &mut call => panic!("answered"),
        () = tokio::time::sleep(LATENCY - std::time::Duration::from_millis(1)) => {}
    }
    tokio::time::advance(std::time::Duration::from_millis(1)).await;
    std::future::poll_fn(|cx| {
        assert!(call.as_mut().poll(cx).is_pending(), "refused, and waiting for the run");
        std::task::Poll::Ready(())
    })
    .await;
    client.session().sign_out();
    assert!(matches!(call.await, Err(Error::NotSignedIn(_))));
    tokio::time::sleep(LATENCY).await;
    assert_eq!((server.counts().rejected_calls, server.counts().refreshes), (1, 0));
}
