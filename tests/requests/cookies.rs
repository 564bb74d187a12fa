//! A login that is nothing but cookies.

use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use sdk_runtime::{
    Attach, Error, Head, Refusal, Result, TokenResponse, Tokens, api_client, error::ExpiredReason,
};
use sdk_testkit::{Reply, TokenServer};
use serde::Deserialize;
use test_support::{Credentials, user};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::wire::memory;

#[derive(Deserialize)]
struct Login {
    user: String,
}

impl TokenResponse for Login {
    fn tokens(&self, _: &Head) -> std::result::Result<Tokens, Refusal> {
        Ok(Tokens::cookies().subject(self.user.as_str()))
    }
}

#[api_client(timeout = none)]
trait Site {
    #[post("/auth/login")]
    #[session(start)]
    async fn login(&self, #[json] credentials: &Credentials) -> Result<Login>;

    #[post("/auth/refresh")]
    #[session(refresh)]
    async fn refresh(&self) -> Result<Login>;

    #[post("/auth/logout")]
    #[session(end)]
    async fn logout(&self) -> Result<()>;

    #[get("/me")]
    async fn me(&self) -> Result<String>;

    #[get("/slow")]
    async fn slow(&self) -> Result<String>;

    #[get("/hello", auth = optional)]
    async fn hello(&self) -> Result<()>;

    #[get("/public", auth = none)]
    async fn public(&self) -> Result<()>;
}

/// Every answer of `/me` takes a while, so that many can be under way before the first is there.
fn server() -> TokenServer {
    let server = TokenServer::builder().cookies(true).build();
    let authority = server.authority();
    server.backend().route("GET", "/me", move |request| {
        let reply =
            authority.authorize(&request).map_or_else(|refusal| refusal, |user| Reply::text(user.name()));
        async move { reply.delay(Duration::from_millis(10)) }
    });
    server.backend().reply("GET", "/public", Reply::empty()).reply("GET", "/hello", Reply::empty());
    server
}

fn client(server: &TokenServer) -> SiteClient {
    let builder = SiteClient::builder("http://localhost").attach(Attach::cookies());
    builder.transport(memory(server.backend())).build().unwrap()
}

/// The cookies of the newest request, in the order of their names.
fn cookies(server: &TokenServer) -> Vec<String> {
    let request = server.backend().last().unwrap();
    let mut lines = request.headers().get_all("cookie").iter();
    let line = lines.next().map(|line| line.to_str().unwrap().to_owned()).unwrap_or_default();
    assert!(lines.next().is_none(), "one line, as RFC 6265 has it");
    let mut cookies: Vec<_> =
        line.split("; ").filter(|cookie| !cookie.is_empty()).map(str::to_owned).collect();
    cookies.sort();
    cookies
}

#[tokio::test(start_paused = true)]
async fn the_cookies_of_a_login_sign_its_requests() {
    let server = server();
    let client = client(&server);
    assert!(matches!(client.me().await, Err(Error::NotSignedIn(_))));
    assert_eq!(client.login(&user("ann")).await.unwrap().user, "ann");
    assert_eq!(client.me().await.unwrap(), "ann");
    assert_eq!(cookies(&server), ["access=access-00000001"], "the refresh token has a path of its own");
    assert_eq!(server.backend().last().unwrap().header("authorization"), None);
    client.public().await.unwrap();
    assert_eq!(cookies(&server), [""; 0], "never signed");

    client.logout().await.unwrap();
    assert_eq!(cookies(&server), ["access=access-00000001", "refresh=refresh-00000001"]);
    assert!(matches!(client.me().await, Err(Error::NotSignedIn(_))));
    let _ = client.hello().await;
    assert_eq!(cookies(&server), [""; 0], "nothing is left of the login");
}

#[tokio::test(start_paused = true)]
async fn a_hundred_callers_share_one_refresh() {
    let server = server();
    let client = client(&server);
    client.login(&user("ann")).await.unwrap();
    server.expire_access_tokens();
    let hold = server.hold_refreshes();
    let mut calls = JoinSet::new();
    for _ in 0..100 {
        calls.spawn(client.me().into_future());
    }
    server.wait_for(|counts| counts.rejected_calls == 100 && counts.refreshes == 1).await;
    hold.release();
    for me in calls.join_all().await {
        assert_eq!(me.unwrap(), "ann");
    }
    let counts = server.counts();
    assert_eq!((counts.refreshes, counts.rotations, counts.reused), (1, 1, 0));
    assert_eq!((counts.rejected_calls, counts.served_calls), (100, 100));
    assert_eq!(cookies(&server), ["access=access-00000002"]);

    // The rotated refresh cookie was kept too.
    server.expire_access_tokens();
    client.me().await.unwrap();
    assert_eq!((server.counts().rotations, server.counts().reused), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn a_login_that_the_server_ended_is_over() {
    let server = server();
    let client = client(&server);
    client.login(&user("ann")).await.unwrap();
    server.revoke_all();
    let Error::SessionExpired(expired) = client.me().await.unwrap_err() else { panic!("not expired") };
    assert_eq!(expired.reason(), ExpiredReason::RefreshRejected);
    assert!(expired.requires_sign_in());
    client.login(&user("ann")).await.unwrap();
    assert_eq!(client.me().await.unwrap(), "ann");
}

/// Adds the route `/slow`, which sets the cookies of `username` again, but only when it is told to.
fn add_slow(server: &TokenServer, access: String) -> Arc<Notify> {
    let answer = Arc::new(Notify::new());
    let told = answer.clone();
    server.backend().route("GET", "/slow", move |_| {
        let (told, cookie) = (told.clone(), format!("access={access}; Path=/; HttpOnly"));
        async move {
            told.notified().await;
            Reply::text("late").header("set-cookie", cookie)
        }
    });
    answer
}

#[tokio::test(start_paused = true)]
async fn a_late_cookie_of_a_former_user_does_not_sign_the_next_ones_requests() {
    let server = server();
    let client = client(&server);
    client.login(&user("ann")).await.unwrap();
    let answer = add_slow(&server, server.issue("ann").access_token);
    let slow = tokio::spawn(client.slow().into_future());
    server.backend().received(2).await;

    client.login(&user("bob")).await.unwrap();
    answer.notify_one();
    // The cookie of the former user's call stays with the former user.
    let _ = slow.await.unwrap();
    assert_eq!(client.me().await.unwrap(), "bob");
    assert_eq!(server.counts().refreshes, 0);
}

#[tokio::test(start_paused = true)]
async fn a_late_cookie_does_not_undo_a_sign_out() {
    let server = server();
    let client = client(&server);
    client.login(&user("ann")).await.unwrap();
    let answer = add_slow(&server, server.issue("ann").access_token);
    let slow = tokio::spawn(client.slow().into_future());
    server.backend().received(2).await;

    client.logout().await.unwrap();
    answer.notify_one();
    let _ = slow.await.unwrap();
    let _ = client.hello().await;
    assert_eq!(cookies(&server), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_that_fails_leaves_the_login_and_its_cookies_alone() {
    let server = server();
    let client = client(&server);
    client.login(&user("ann")).await.unwrap();
    let wrong = Credentials { username: "bob", password: "wrong" };
    assert_eq!(client.login(&wrong).await.map(drop).unwrap_err().status().unwrap().as_u16(), 401);
    assert_eq!(cookies(&server), [""; 0], "a sign-in brings no cookies of the login before it");
    assert_eq!(client.me().await.unwrap(), "ann");
}

#[tokio::test(start_paused = true)]
async fn a_cookie_from_before_the_login_belongs_to_it() {
    let server = server();
    server.backend().reply("GET", "/hello", Reply::empty().header("set-cookie", "csrf=1; Path=/"));
    let client = client(&server);
    client.hello().await.unwrap();
    client.login(&user("ann")).await.unwrap();
    assert_eq!(cookies(&server), ["csrf=1"]);
    client.me().await.unwrap();
    assert_eq!(cookies(&server), ["access=access-00000001", "csrf=1"]);
}
