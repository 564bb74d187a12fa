//! Lost answers to refreshes: the refresh is sent once more, and its result is reported as such.

use std::future::IntoFuture;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sdk_runtime::{
    Error, Head, Refusal, ServiceTransport, TokenResponse, Tokens, api_client,
    error::{ExpiredReason, UnavailableCause},
};
use sdk_testkit::{Reply, TokenServer};
use serde::{Deserialize, Deserializer};
use test_support::{RefreshRequest, user};
use tokio::time::advance;

use crate::tracker::{client, expired_client, server, with_issues};

#[tokio::test(start_paused = true)]
async fn what_the_server_never_saw_is_sent_once_more() {
    let server = server();
    let client = expired_client(&server).await;
    server.next_refresh(Reply::reset());
    client.issue(1).await.unwrap();
    let counts = server.counts();
    assert_eq!((counts.refreshes, counts.rotations, counts.reused), (2, 1, 0), "I14");
}

#[tokio::test(start_paused = true)]
async fn a_rotation_whose_answer_was_lost_is_told_as_one() {
    for reply in
        [Reply::reset(), Reply::hang(), Reply::text("oops").status(502), Reply::html("<p>hm</p>").status(500)]
    {
        let server = server();
        let client = expired_client(&server).await;
        server.next_refresh_rotates_then(reply.clone());
        let Err(Error::SessionExpired(expired)) = client.issue(1).await else { panic!("{reply:?}") };
        assert_eq!(expired.reason(), ExpiredReason::LostRotation, "{reply:?}");
        assert!(expired.requires_sign_in());
        assert!(expired.to_string().contains("lost"), "{expired}");
        assert_eq!(server.counts().refreshes, 2, "I14: {reply:?}");
        client.login(&user("ann")).await.unwrap();
        client.issue(1).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_tolerates_a_second_send_loses_no_login() {
    let builder = TokenServer::builder().access_lifetime(Duration::from_secs(3600)).rotating(false);
    let server = with_issues(builder.build());
    let client = expired_client(&server).await;
    server.next_refresh_rotates_then(Reply::reset());
    client.issue(1).await.unwrap();
    assert_eq!(server.counts().refreshes, 2);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_in_doubt_is_sent_twice_and_not_a_third_time() {
    let server = server();
    let client = expired_client(&server).await;
    for _ in 0..2 {
        server.next_refresh(Reply::reset());
    }
    let Err(Error::RefreshUnavailable(told)) = client.issue(1).await else { panic!("refreshed") };
    assert_eq!(server.counts().refreshes, 2, "I14");
    let Err(Error::RefreshUnavailable(again)) = client.issue(1).await else { panic!("refreshed") };
    assert!(again.retry_after() <= told.retry_after());
    assert_eq!(server.counts().refreshes, 2, "I7");

    // What is refused after that may have been spent by either of them.
    server.revoke_all();
    advance(told.retry_after()).await;
    let Err(Error::SessionExpired(expired)) = client.issue(1).await else { panic!("not refused") };
    assert_eq!(expired.reason(), ExpiredReason::LostRotation, "I14");
}

#[tokio::test(start_paused = true)]
async fn with_every_answer_to_the_second_send_the_first_may_have_counted() {
    for second in
        [Reply::html("<p>blocked</p>").status(403), Reply::empty().status(429), Reply::empty().status(404)]
    {
        let server = server();
        let client = expired_client(&server).await;
        server.next_refresh_rotates_then(Reply::reset());
        server.next_refresh(second.clone());
        let Err(Error::RefreshUnavailable(told)) = client.issue(1).await else { panic!("{second:?}") };
        advance(told.retry_after()).await;
        let Err(Error::SessionExpired(expired)) = client.issue(1).await else { panic!("{second:?}") };
        assert_eq!(expired.reason(), ExpiredReason::LostRotation, "I14: {second:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_rejection_after_a_successful_refresh_is_no_lost_rotation() {
    let server = server();
    let client = expired_client(&server).await;
    server.next_refresh(Reply::reset());
    client.issue(1).await.unwrap();
    server.revoke_all();
    let Err(Error::SessionExpired(expired)) = client.issue(1).await else { panic!("not refused") };
    assert_eq!(expired.reason(), ExpiredReason::RefreshRejected);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_once_more_for_a_login_that_is_over() {
    let server = server();
    let client = expired_client(&server).await;
    server.next_refresh(Reply::reset());
    let call = tokio::spawn(client.issue(1).into_future());
    server.wait_for(|counts| counts.refreshes == 1).await;
    client.session().sign_out();
    assert!(matches!(call.await.unwrap(), Err(Error::NotSignedIn(_))));
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(server.counts().refreshes, 1, "I10");
}

#[tokio::test(start_paused = true)]
async fn a_waiter_may_leave_between_the_sends() {
    let server = server();
    let client = client(&server);
    client.login(&user("ann")).await.unwrap();
    server.expire_access_tokens();
    server.next_refresh(Reply::reset());
    let call = client.issue(1).timeout(Duration::from_millis(100));
    assert!(matches!(call.await, Err(Error::Timeout(_))), "the pause is a quarter of a second at least");
    server.wait_for(|counts| counts.rotations == 1).await;
    client.issue(2).await.unwrap();
    assert_eq!(server.counts().refreshes, 2, "I8: the run went on");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_asks_for_time_at_the_second_send_gets_it() {
    let server = server();
    let client = expired_client(&server).await;
    server.next_refresh(Reply::reset());
    server.next_refresh(Reply::empty().status(429).header("retry-after", "100"));
    let Err(Error::RefreshUnavailable(told)) = client.issue(1).await else { panic!("refreshed") };
    assert_eq!(told.retry_after(), Duration::from_secs(100));
}

/// An answer with tokens that panics when it is read.
struct Trap(Tokens);

impl<'de> Deserialize<'de> for Trap {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let tokens = LoginResponse::deserialize(deserializer)?;
        Ok(Self(Tokens::new(tokens.access_token).refresh_token(tokens.refresh_token)))
    }
}

#[derive(Deserialize)]
struct LoginResponse {
    access_token: String,
    refresh_token: String,
}

static IS_SET: AtomicBool = AtomicBool::new(false);

impl TokenResponse for Trap {
    fn tokens(&self, _: &Head) -> Result<Tokens, Refusal> {
        assert!(!IS_SET.swap(false, Ordering::SeqCst), "a bug in how tokens are read");
        Ok(self.0.clone())
    }
}

#[api_client]
trait Trapped {
    #[post("/auth/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] refresh: RefreshRequest) -> sdk_runtime::Result<Trap>;

    #[get("/issues/{id}")]
    async fn issue(&self, id: u64) -> sdk_runtime::Result<crate::tracker::Issue>;
}

#[tokio::test(start_paused = true)]
async fn a_panic_over_the_answer_leaves_a_doubt() {
    let server = server();
    let transport = ServiceTransport::new(server.backend().clone());
    let client = TrappedClient::builder("http://localhost").transport(transport).build().unwrap();
    let issued = server.issue("ann");
    let tokens = Tokens::new(issued.access_token).refresh_token(issued.refresh_token.unwrap());
    client.session().sign_in(tokens).unwrap();
    server.expire_access_tokens();
    IS_SET.store(true, Ordering::SeqCst);
    let Err(Error::RefreshUnavailable(told)) = client.issue(1).await else { panic!("refreshed") };
    assert!(matches!(told.cause(), UnavailableCause::Aborted));
    advance(told.retry_after()).await;
    let Err(Error::SessionExpired(expired)) = client.issue(1).await else { panic!("not refused") };
    assert_eq!(expired.reason(), ExpiredReason::LostRotation, "the server had rotated");
}
