//! Events of a session: each once, in order, for fast and slow subscribers.

use std::future::IntoFuture;
use std::time::Duration;

use sdk_runtime::{
    SessionState,
    error::ExpiredReason,
    session::{SessionEvent, SessionEvents},
};
use sdk_testkit::Reply;
use test_support::user;
use tokio::task::JoinSet;
use tokio::time::{advance, timeout};

use crate::tracker::{builder, client, server};

/// The events that are there, by name.
async fn told(events: &mut SessionEvents) -> Vec<String> {
    let mut told = Vec::new();
    while let Ok(Some(event)) = timeout(Duration::from_nanos(1), events.next()).await {
        told.push(match event {
            SessionEvent::SignedIn(login) => format!("signed in as {:?}", login.subject()),
            SessionEvent::Refreshed(_) => "refreshed".to_owned(),
            SessionEvent::RefreshFailing(failing) => {
                format!("failing for {:?}", failing.retry_after().as_secs())
            }
            SessionEvent::Expired(expired) => format!("expired: {:?}", expired.reason()),
            other => format!("{other:?}"),
        });
    }
    told
}

#[tokio::test(start_paused = true)]
async fn each_event_is_told_once_however_many_cause_it() {
    let server = server();
    let client = client(&server);
    let mut events = client.session().events();
    client.login(&user("ann")).await.unwrap();
    assert_eq!(told(&mut events).await, ["signed in as None"]);

    let storm = async || {
        let mut calls = JoinSet::new();
        for id in 0..100 {
            calls.spawn(client.issue(id).into_future());
        }
        calls.join_all().await
    };
    server.expire_access_tokens();
    assert!(storm().await.iter().all(Result::is_ok));
    assert_eq!(told(&mut events).await, ["refreshed"]);

    server.expire_access_tokens();
    server.next_refresh(Reply::empty().status(429).header("retry-after", "30"));
    assert!(storm().await.iter().all(Result::is_err));
    assert!(storm().await.iter().all(Result::is_err), "in the cool-down");
    assert_eq!(told(&mut events).await, ["failing for 30"]);

    advance(Duration::from_secs(31)).await;
    server.revoke_all();
    assert!(storm().await.iter().all(Result::is_err));
    assert!(storm().await.iter().all(Result::is_err), "after the end");
    assert_eq!(told(&mut events).await, [format!("expired: {:?}", ExpiredReason::RefreshRejected)]);

    client.login(&user("bob")).await.unwrap();
    client.session().sign_out();
    client.session().sign_out();
    client.session().close();
    client.session().close();
    assert_eq!(told(&mut events).await, ["signed in as None", "SignedOut", "Closed"]);
    drop(client);
    assert!(events.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_slow_subscriber_delays_no_caller_and_is_told_what_it_missed() {
    let server = server();
    let client = client(&server);
    let (mut lazy, _never) = (client.session().events(), client.session().events());
    for _ in 0..100 {
        client.login(&user("ann")).await.unwrap();
    }
    client.session().sign_out();
    let all = told(&mut lazy).await;
    assert_eq!(all.len(), 65);
    assert_eq!((all[0].as_str(), all[64].as_str()), ("Missed(37)", "SignedOut"));
}

#[tokio::test]
async fn a_subscriber_that_panics_or_acts_on_the_session_harms_no_caller() {
    let server = server();
    let client = client(&server);
    let mut events = client.session().events();
    let panics = tokio::spawn(async move {
        events.next().await;
        panic!("a bug of the application's");
    });
    let (mut events, session) = (client.session().events(), client.session().clone());
    let acts = tokio::spawn(async move {
        while let Some(event) = events.next().await {
            if let SessionEvent::SignedIn(_) = event {
                session.sign_out();
                return;
            }
        }
    });
    client.login(&user("ann")).await.unwrap();
    assert!(panics.await.unwrap_err().is_panic());
    acts.await.unwrap();
    assert!(!client.session().state().is_signed_in());
    client.login(&user("ann")).await.unwrap();
    assert_eq!(client.issue(1).await.unwrap().owner, "ann");
}

#[tokio::test(start_paused = true)]
async fn events_hold_no_session() {
    let client = client(&server());
    let mut events = client.session().events();
    drop(client);
    assert!(events.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn events_and_states_end_with_the_close_while_the_client_is_there() {
    let client = builder(&server()).build().unwrap();
    let (mut events, mut states) = (client.session().events(), client.session().watch());
    assert!(matches!(states.next().await, Some(SessionState::SignedOut)));
    client.session().close();
    assert!(matches!(events.next().await, Some(SessionEvent::Closed)));
    // Those of before the close, and those after it.
    for (mut events, mut states) in [(events, states), (client.session().events(), client.session().watch())]
    {
        let soon = Duration::from_secs(1);
        assert!(timeout(soon, events.next()).await.expect("the events end").is_none());
        assert!(matches!(states.clone().next().await, Some(SessionState::Closed)));
        assert!(matches!(states.next().await, Some(SessionState::Closed)));
        assert!(timeout(soon, states.next()).await.expect("the states end").is_none());
        assert!(matches!(states.current(), SessionState::Closed), "as often as it is asked for");
    }
}
