//! Tokens that a refresh obtains for a login that was signed out meanwhile: they are dropped here, and
//! revoked at the server.

use std::future::IntoFuture;
use std::time::Duration;

use sdk_runtime::{Error, Head, Refusal, Result, ServiceTransport, TokenResponse, Tokens, api_client};
use sdk_testkit::{Backend, Reply};
use serde::Deserialize;
use test_support::user;
use tokio::time::sleep;

use crate::shelf::Shelf;
use crate::tracker::{TrackerClient, client, expired_client, server};

/// What was signed out at the server, by refresh token.
fn signed_out(client: &sdk_testkit::TokenServer) -> Vec<String> {
    let logouts = client.backend().requests().into_iter().filter(|request| request.path() == "/auth/logout");
    let token =
        |request: sdk_testkit::Request| request.json::<serde_json::Value>().unwrap()["refresh_token"].clone();
    logouts.map(|request| token(request).as_str().unwrap().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn i10_what_a_refresh_obtains_after_the_sign_out_is_revoked() {
    let server = server();
    let client = expired_client(&server).await;
    server.refresh_latency(Duration::from_secs(1));
    let call = tokio::spawn(client.issue(1).into_future());
    server.wait_for(|counts| counts.rotations == 1).await;
    client.logout().await.unwrap();
    assert!(matches!(call.await.unwrap(), Err(Error::NotSignedIn(_))));
    assert_eq!(signed_out(&server).len(), 1, "a sign-out does not wait for the refresh");
    sleep(Duration::from_secs(2)).await;
    let revoked = signed_out(&server);
    assert_eq!(revoked.len(), 2, "I10");
    assert_ne!(revoked[0], revoked[1], "the old one, and the one that came after");
    assert!(!client.session().state().is_signed_in());
    let last = server.backend().last().unwrap();
    assert_eq!(last.path(), "/auth/logout");
    assert!(last.bearer().is_some(), "signed with what it revokes");
    assert!(server.authority().authorize(&last).is_err(), "and that opens nothing any more");
}

#[tokio::test(start_paused = true)]
async fn what_is_kept_for_others_is_cleared_too() {
    let (server, shelf) = (server(), Shelf::new());
    let client = shelf.client(&server);
    client.login(&user("ann")).await.unwrap();
    server.expire_access_tokens();
    server.refresh_latency(Duration::from_secs(1));
    let call = tokio::spawn(client.issue(1).into_future());
    server.wait_for(|counts| counts.rotations == 1).await;
    client.logout().await.unwrap();
    call.await.unwrap().unwrap_err();
    sleep(Duration::from_secs(2)).await;
    assert_eq!(signed_out(&server).len(), 2, "I10");
    assert_eq!(shelf.text().await, r#"{"format":1,"login":null}"#, "I10");
}

/// The server has rotated the refresh token, and nothing else in its answer can sign.
#[tokio::test(start_paused = true)]
async fn i10_a_refresh_token_next_to_an_unusable_access_token_is_revoked_too() {
    for is_stored in [false, true] {
        let (server, shelf) = (server(), Shelf::new());
        let client = if is_stored { shelf.client(&server) } else { client(&server) };
        client.login(&user("ann")).await.unwrap();
        server.expire_access_tokens();
        server.refresh_latency(Duration::from_secs(1));
        let answer =
            serde_json::json!({ "access_token": "\n", "refresh_token": "rotated", "expires_in": 3600 });
        server.next_refresh(Reply::json(&answer));
        let call = tokio::spawn(client.issue(1).into_future());
        server.wait_for(|counts| counts.refreshes == 1).await;
        client.logout().await.unwrap();
        call.await.unwrap().unwrap_err();
        sleep(Duration::from_secs(60)).await;
        assert_eq!(signed_out(&server).last().unwrap(), "rotated", "I10: {is_stored}");
        let left = if is_stored { r#"{"format":1,"login":null}"# } else { "" };
        assert_eq!(shelf.text().await, left, "I10: {is_stored}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_second_sign_out_is_sent_if_the_refresh_failed_or_no_caller_signed_out() {
    let refused = |reply: Reply| async move {
        let server = server();
        let client = expired_client(&server).await;
        server.refresh_latency(Duration::from_secs(1));
        server.next_refresh(reply);
        let call = tokio::spawn(client.issue(1).into_future());
        server.wait_for(|counts| counts.refreshes == 1).await;
        client.logout().await.unwrap();
        call.await.unwrap().unwrap_err();
        sleep(Duration::from_secs(60)).await;
        server.counts().logouts
    };
    for reply in [Reply::empty().status(401), Reply::empty().status(503), Reply::reset(), Reply::html("<p>")]
    {
        assert_eq!(refused(reply.clone()).await, 1, "{reply:?}");
    }

    let end = |act: fn(&TrackerClient)| async move {
        let server = server();
        let client = expired_client(&server).await;
        server.refresh_latency(Duration::from_secs(1));
        let call = tokio::spawn(client.issue(1).into_future());
        server.wait_for(|counts| counts.rotations == 1).await;
        act(&client);
        call.await.unwrap().unwrap_err();
        sleep(Duration::from_secs(60)).await;
        server.counts().logouts
    };
    assert_eq!(end(|client| client.session().sign_out()).await, 0, "that tells the server nothing");
    assert_eq!(end(|client| client.session().close()).await, 0, "that is no sign-out");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_left_in_memory_of_what_was_to_be_revoked() {
    let server = server();
    let client = expired_client(&server).await;
    server.refresh_latency(Duration::from_secs(1));
    server.next_refresh(Reply::empty().status(401));
    let call = tokio::spawn(client.issue(1).into_future());
    server.wait_for(|counts| counts.refreshes == 1).await;
    client.logout().await.unwrap();
    call.await.unwrap().unwrap_err();
    let mut states = client.session().watch();
    drop(client);
    sleep(Duration::from_secs(60)).await;
    states.current();
    assert!(states.next().await.is_none(), "the session is gone");
}

#[derive(Deserialize)]
struct Both {
    access: String,
}

impl TokenResponse for Both {
    fn tokens(&self, _: &Head) -> std::result::Result<Tokens, Refusal> {
        Ok(Tokens::new(self.access.as_str()))
    }
}

/// A login of a token and a cookie. It and the two below differ in what signs the sign-out.
#[api_client(timeout = none)]
trait Mixed {
    #[post("/login")]
    #[session(start)]
    async fn login(&self) -> Result<Both>;
    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self) -> Result<Both>;
    #[post("/logout")]
    #[session(end)]
    async fn logout(&self) -> Result<()>;
    #[get("/x")]
    async fn x(&self) -> Result<()>;
}

#[api_client(timeout = none)]
trait ByCookie {
    #[post("/login")]
    #[session(start)]
    async fn login(&self) -> Result<Both>;
    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self) -> Result<Both>;
    #[post("/logout", auth = cookies)]
    #[session(end)]
    async fn logout(&self) -> Result<()>;
    #[get("/x")]
    async fn x(&self) -> Result<()>;
}

#[api_client(timeout = none)]
trait Unsigned {
    #[post("/login")]
    #[session(start)]
    async fn login(&self) -> Result<Both>;
    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self) -> Result<Both>;
    #[post("/logout", auth = none)]
    #[session(end)]
    async fn logout(&self) -> Result<()>;
    #[get("/x")]
    async fn x(&self) -> Result<()>;
}

/// A server that refuses each token, and sets a cookie with each.
fn mixed() -> Backend {
    let issue = |name: &str| {
        let reply = Reply::json(&serde_json::json!({ "access": name }));
        reply.append_header("set-cookie", format!("sid={name}; Path=/"))
    };
    Backend::new()
        .reply("POST", "/login", issue("first"))
        .reply("POST", "/refresh", issue("second").delay(Duration::from_secs(1)))
        .reply("POST", "/logout", Reply::empty())
        .reply("GET", "/x", Reply::empty().status(401))
}

/// What each sign-out had on it.
fn signed(backend: &Backend) -> Vec<(Option<String>, Option<String>)> {
    let requests = backend.requests().into_iter().filter(|request| request.path() == "/logout");
    let header = |request: &sdk_testkit::Request, name| request.header(name).map(str::to_owned);
    requests.map(|request| (header(&request, "authorization"), header(&request, "cookie"))).collect()
}

/// As the declaration says for the first one: with the header and the cookies, with these alone, or with
/// neither.
#[tokio::test(start_paused = true)]
async fn i10_what_is_revoked_late_is_signed_as_the_sign_out_was() {
    macro_rules! ended {
        ($client:ident) => {{
            let backend = mixed();
            let transport = ServiceTransport::new(backend.clone());
            let client = $client::builder("http://localhost").transport(transport).build().unwrap();
            client.login().await.unwrap();
            let call = tokio::spawn(client.x().into_future());
            backend.received(3).await;
            client.logout().await.unwrap();
            assert!(matches!(call.await.unwrap(), Err(Error::NotSignedIn(_))));
            assert_eq!(signed(&backend).len(), 1, "the refresh is under way");
            sleep(Duration::from_secs(2)).await;
            signed(&backend)
        }};
    }
    let with = |header: bool, cookie: bool| {
        ["first", "second"]
            .map(|name| (header.then(|| format!("Bearer {name}")), cookie.then(|| format!("sid={name}"))))
    };
    assert_eq!(ended!(MixedClient), with(true, true), "I10");
    assert_eq!(ended!(ByCookieClient), with(false, true), "I10");
    assert_eq!(ended!(UnsignedClient), with(false, false), "I10");
}
