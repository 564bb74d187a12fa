//! Limits on what could go on without end, and the requests of an application to its session.

use std::time::Duration;

use sdk_runtime::{Error, ServiceTransport, error::ExpiredReason};
use sdk_testkit::Reply;
use test_support::user;
use tokio::time::advance;

use crate::tracker::{AdminClient, TrackerClient, client, expired_client, server};

/// How a call ended.
async fn end_of(client: &TrackerClient) -> (Option<ExpiredReason>, bool) {
    match client.fussy().await {
        Ok(()) => (None, false),
        Err(error @ Error::SessionExpired(_)) => {
            let Error::SessionExpired(expired) = &error else { unreachable!() };
            (Some(expired.reason()), error.requires_sign_in())
        }
        Err(error) => panic!("{error:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_rejects_every_token_is_not_refreshed_for_again_and_again() {
    let server = server();
    let client = client(&server);
    client.login(&user("ann")).await.unwrap();
    server.backend().reply("GET", "/fussy", Reply::empty().status(401));

    assert_eq!(end_of(&client).await, (Some(ExpiredReason::ReplayRejected), false));
    assert_eq!(server.counts().refreshes, 1);
    for _ in 0..10 {
        assert_eq!(end_of(&client).await, (Some(ExpiredReason::EndpointRejects), false), "I18");
    }
    client.issue(1).await.unwrap();
    assert_eq!(server.counts().refreshes, 1, "no other call notices");

    advance(Duration::from_secs(60)).await;
    assert_eq!(end_of(&client).await.0, Some(ExpiredReason::ReplayRejected), "it is believed once a minute");
    assert_eq!(server.counts().refreshes, 2);

    // A token that was refreshed for another reason may be another matter.
    server.expire_access_tokens();
    client.issue(1).await.unwrap();
    assert_eq!(server.counts().refreshes, 3);
    assert_eq!(end_of(&client).await.0, Some(ExpiredReason::ReplayRejected));

    // A success ends the hold: the next refusal is about the token again.
    server.backend().reply("GET", "/fussy", Reply::empty());
    assert_eq!(end_of(&client).await, (None, false));
    server.backend().reply("GET", "/fussy", Reply::empty().status(401));
    let before = server.counts().refreshes;
    assert_eq!(end_of(&client).await.0, Some(ExpiredReason::ReplayRejected));
    assert_eq!(server.counts().refreshes, before + 1);
}

#[tokio::test(start_paused = true)]
async fn tokens_that_no_server_accepts_are_not_refreshed_without_end() {
    let server = server();
    let client = client(&server);
    client.login(&user("ann")).await.unwrap();
    server.backend().fallback(|_| async { Reply::empty().status(401) });
    for method in ["GET", "PUT"] {
        server.backend().reply(method, "/issues/{id}", Reply::empty().status(401));
    }
    let mut blocked = 0;
    for second in 0..600 {
        let error = match second % 2 {
            0 => client.issue(1).await.unwrap_err(),
            _ => client.rename(1, "x").await.unwrap_err(),
        };
        let Error::SessionExpired(expired) = &error else { panic!("{error:?}") };
        assert!(!expired.requires_sign_in(), "I16: {error:?}");
        blocked += u32::from(expired.reason() == ExpiredReason::EndpointRejects);
        advance(Duration::from_secs(1)).await;
    }
    assert!(blocked >= 588, "I18: {blocked}");
    assert!(server.counts().refreshes <= 12, "I18: {}", server.counts().refreshes);
    assert!(client.session().state().is_signed_in(), "I16");
}

#[tokio::test(start_paused = true)]
async fn a_refresh_can_be_asked_for_and_is_shared() {
    let server = server();
    let client = client(&server);
    assert!(matches!(client.session().refresh().await, Err(Error::NotSignedIn(_))));
    client.login(&user("ann")).await.unwrap();
    server.refresh_latency(Duration::from_millis(50));
    let session = client.session();
    let (one, two) = tokio::join!(session.refresh(), session.refresh());
    one.unwrap();
    two.unwrap();
    assert_eq!(server.counts().refreshes, 1, "I1");

    server.next_refresh(Reply::empty().status(429));
    assert!(matches!(session.refresh().await, Err(Error::RefreshUnavailable(_))));
    client.issue(1).await.unwrap();
    session.refresh().await.unwrap();
    assert_eq!(server.counts().refreshes, 3, "a cool-down is for those who did not ask");

    let admin = AdminClient::builder("http://localhost").bearer("fixed");
    let admin = admin.transport(ServiceTransport::new(server.backend().clone())).build().unwrap();
    let error = admin.session().refresh().await.unwrap_err();
    assert!(error.to_string().contains("#[session(refresh)]"), "{error}");
    session.close();
    assert!(matches!(session.refresh().await, Err(Error::Closed(_))));
}

#[tokio::test(start_paused = true)]
async fn the_token_is_available_to_code_outside_the_client() {
    let server = server();
    let client = expired_client(&server).await;
    let old = client.session().access_token().await.unwrap();
    client.issue(1).await.unwrap();
    let token = client.session().access_token().await.unwrap();
    assert_ne!(token.expose(), old.expose());
    let last = server.backend().last().unwrap();
    assert_eq!(last.bearer(), Some(token.expose()));
    client.session().sign_out();
    assert!(matches!(client.session().access_token().await, Err(Error::NotSignedIn(_))));
}
