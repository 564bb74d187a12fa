//! Streams of events that connect again, and the login that they belong to.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use sdk_runtime::stream::ServerEvents;
use sdk_runtime::{Error, ServiceTransport, SessionState, Tokens, api_client};
use sdk_testkit::{Reply, TokenServer};
use test_support::{Credentials, LoginResponse, RefreshRequest, user};

#[api_client]
trait Feed {
    #[post("/auth/login")]
    #[session(start)]
    async fn login(&self, #[json] credentials: &Credentials) -> sdk_runtime::Result<LoginResponse>;

    #[post("/auth/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: RefreshRequest) -> sdk_runtime::Result<LoginResponse>;

    #[get("/feed", reconnect = 3)]
    async fn events(&self) -> sdk_runtime::Result<ServerEvents>;

    #[get("/feed", auth = optional, reconnect = 3)]
    async fn public(&self) -> sdk_runtime::Result<ServerEvents>;
}

/// A server with a feed of one event on each connection: its number, and the user who reads it.
fn server() -> TokenServer {
    let server = TokenServer::builder().access_lifetime(Duration::from_secs(3600)).build();
    let (authority, next) = (server.authority(), Arc::new(AtomicUsize::new(1)));
    server.backend().route("GET", "/feed", move |request| {
        let reply = match (authority.authorize(&request), request.header("authorization")) {
            (Err(refusal), Some(_)) => refusal,
            (user, _) => {
                let number = next.fetch_add(1, Ordering::SeqCst);
                let name = user.as_ref().map_or("all", |user| user.name());
                let text = format!("id: {number}\nretry: 1000\ndata: {name}\n\n");
                Reply::text(text).header("content-type", "text/event-stream")
            }
        };
        async move { reply }
    });
    server
}

async fn signed_in(server: &TokenServer) -> FeedClient {
    let transport = ServiceTransport::new(server.backend().clone());
    let client = FeedClient::builder("http://localhost").transport(transport).build().unwrap();
    client.login(&user("ann")).await.unwrap();
    client
}

/// The event that comes next, as `number of user`.
async fn next(events: &mut ServerEvents) -> Result<String, Error> {
    let event = events.next().await.expect("the stream goes on")?;
    Ok(format!("{} of {}", event.id(), event.data()))
}

/// How often the feed was asked for.
fn asked(server: &TokenServer) -> usize {
    server.backend().count("GET", "/feed")
}

#[tokio::test(start_paused = true)]
async fn a_token_that_expires_between_two_connections_is_refreshed_once() {
    let server = server();
    let client = signed_in(&server).await;
    let (mut one, mut other) = (client.events().await.unwrap(), client.events().await.unwrap());
    assert_eq!(next(&mut one).await.unwrap(), "1 of ann");
    assert_eq!(next(&mut other).await.unwrap(), "2 of ann");
    server.expire_access_tokens();
    let both = tokio::join!(next(&mut one), next(&mut other));
    assert!(both.0.unwrap().ends_with("of ann") && both.1.unwrap().ends_with("of ann"));
    assert_eq!(server.counts().refreshes, 1, "I8");

    // Each stream goes on after its own event.
    server.expire_access_tokens();
    assert_eq!(next(&mut one).await.unwrap(), "5 of ann");
    assert_eq!(server.counts().refreshes, 2);
    let last = server.backend().last().unwrap();
    assert!(["3", "4"].contains(&last.header("last-event-id").unwrap()), "{last:?}");
}

/// I12: a stream is never continued with the token of another user.
#[tokio::test(start_paused = true)]
async fn i12_a_stream_ends_when_another_user_has_signed_in() {
    let server = server();
    let client = signed_in(&server).await;
    let mut events = client.events().await.unwrap();
    assert_eq!(next(&mut events).await.unwrap(), "1 of ann");
    let bob = server.issue("bob");
    let tokens = Tokens::new(bob.access_token).refresh_token(bob.refresh_token.unwrap());
    client.session().sign_in(tokens).unwrap();
    match next(&mut events).await {
        Err(Error::IdentityChanged(changed)) => assert!(!changed.was_sent(), "I12"),
        other => panic!("I12: {other:?}"),
    }
    assert!(events.next().await.is_none());
    assert_eq!(asked(&server), 1, "I12: nothing was sent as bob");
    assert_eq!(next(&mut client.events().await.unwrap()).await.unwrap(), "2 of bob");
}

/// I12: not even if the other user signs in while the connection waits for a refresh.
#[tokio::test(start_paused = true)]
async fn i12_a_stream_that_waits_for_a_refresh_is_not_sent_for_another_user() {
    let server = server();
    let client = signed_in(&server).await;
    let mut events = client.events().await.unwrap();
    assert_eq!(next(&mut events).await.unwrap(), "1 of ann");
    server.expire_access_tokens();
    let hold = server.hold_refreshes();
    let waiting = tokio::spawn(async move { next(&mut events).await });
    server.wait_for(|counts| counts.refreshes == 1).await;
    client.login(&user("bob")).await.unwrap();
    assert!(matches!(waiting.await.unwrap(), Err(Error::IdentityChanged(_))), "I12");
    hold.release();
    assert_eq!(asked(&server), 2, "I12: the rejected one was the last");
}

#[tokio::test(start_paused = true)]
async fn a_stream_ends_with_its_login() {
    let server = server();
    let client = signed_in(&server).await;
    let mut events = client.events().await.unwrap();
    assert_eq!(next(&mut events).await.unwrap(), "1 of ann");
    client.session().sign_out();
    let error = next(&mut events).await.unwrap_err();
    assert!(matches!(error, Error::NotSignedIn(_) | Error::IdentityChanged(_)), "{error:?}");
    assert!(events.next().await.is_none());
    assert_eq!(asked(&server), 1);

    client.login(&user("ann")).await.unwrap();
    let mut events = client.events().await.unwrap();
    assert_eq!(next(&mut events).await.unwrap(), "2 of ann");
    server.revoke("ann");
    assert!(matches!(next(&mut events).await, Err(Error::SessionExpired(_))));
    assert!(events.next().await.is_none());
    assert!(matches!(client.session().state(), SessionState::Expired { .. }));
}

#[tokio::test(start_paused = true)]
async fn a_stream_ends_when_its_session_is_closed() {
    for is_signed in [true, false] {
        let server = server();
        let client = signed_in(&server).await;
        if !is_signed {
            client.session().sign_out();
        }
        let mut events = client.public().await.unwrap();
        assert!(next(&mut events).await.is_ok());
        client.session().close();
        assert!(matches!(next(&mut events).await, Err(Error::Closed(_))), "{is_signed}");
        assert!(events.next().await.is_none());
        assert_eq!(asked(&server), 1);
    }
}

/// A stream that has begun without a login goes on without one.
#[tokio::test(start_paused = true)]
async fn i12_a_stream_without_a_login_does_not_get_one() {
    let server = server();
    let client = signed_in(&server).await;
    client.session().sign_out();
    let mut events = client.public().await.unwrap();
    assert_eq!(next(&mut events).await.unwrap(), "1 of all");
    client.login(&user("ann")).await.unwrap();
    assert_eq!(next(&mut events).await.unwrap(), "2 of all", "I12");
    assert_eq!(server.backend().last().unwrap().header("authorization"), None, "I12");
}

/// A server of tokens that is down for a moment does not end the stream.
#[tokio::test(start_paused = true)]
async fn a_stream_outlasts_a_refresh_that_fails_for_now() {
    let server = server();
    let client = signed_in(&server).await;
    let mut events = client.events().await.unwrap();
    assert_eq!(next(&mut events).await.unwrap(), "1 of ann");
    server.expire_access_tokens();
    server.next_refresh(Reply::empty().status(503));
    assert_eq!(next(&mut events).await.unwrap(), "2 of ann");
    assert_eq!(server.counts().refreshes, 2);
}
