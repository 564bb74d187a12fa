//! Refreshes that fail, and logins that end: which callers are told, and which calls go on.

use std::future::IntoFuture;
use std::time::Duration;

use sdk_runtime::{
    Error, ServiceTransport, SessionState, Tokens, api_client,
    error::{ExpiredReason, UnavailableCause},
};
use sdk_testkit::{Backend, Reply};
use test_support::user;

use crate::tracker::{Admin as _, AdminClient, add_fussy, client, expired_client, server};

#[tokio::test(start_paused = true)]
async fn only_a_definitive_answer_ends_the_login() {
    // In doubt a refresh is sent once more.
    for (reply, sends, ends) in [
        (Reply::empty().status(500), 2, false),
        (Reply::empty().status(503), 2, false),
        (Reply::empty().status(503).header("retry-after", "7"), 1, false),
        (Reply::empty().status(429), 1, false),
        (Reply::empty().status(418), 1, false),
        (Reply::html("<h1>Welcome</h1>"), 1, false),
        (Reply::text("{\"token\":7}"), 1, false),
        (Reply::html("<h1>Blocked</h1>").status(403), 1, false),
        (Reply::redirect("http://localhost/login"), 1, false),
        (Reply::json(&serde_json::json!({ "error": "invalid_client" })).status(401), 1, false),
        (Reply::reset(), 2, false),
        (Reply::hang(), 2, false),
        (Reply::json(&serde_json::json!({ "error": "invalid_grant" })).status(400), 1, true),
        (Reply::empty().status(401), 1, true),
    ] {
        let server = server();
        let client = expired_client(&server).await;
        let name = format!("{reply:?}");
        (0..sends).for_each(|_| server.next_refresh(reply.clone()));
        let Err(error) = client.issue(1).await else { panic!("I14: {name} was sent again") };
        assert_eq!(server.counts().refreshes, sends, "I14: {name}");
        assert_eq!(matches!(error, Error::SessionExpired(_)), ends, "I16: {name} gave {error:?}");
        assert_eq!(matches!(error, Error::RefreshUnavailable(_)), !ends, "I16: {name} gave {error:?}");
        assert_eq!(client.session().state().is_signed_in(), !ends, "I16: {name}");
        if !ends {
            tokio::time::advance(Duration::from_secs(300)).await;
            assert_eq!(client.issue(1).await.unwrap().id, 1, "I32: {name}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_ended_login_tells_everybody_the_same_and_sends_nothing_more() {
    let server = server();
    let client = expired_client(&server).await;
    let mut states = client.session().watch();
    states.current();
    server.revoke_all();

    let (one, two) = tokio::join!(client.issue(1).into_future(), client.issue(2).into_future());
    for error in [one.unwrap_err(), two.unwrap_err()] {
        let Error::SessionExpired(expired) = error else { panic!("{error:?}") };
        assert_eq!(expired.reason(), ExpiredReason::RefreshRejected);
        assert_eq!(expired.message(), Some("invalid_grant"));
        assert!(expired.requires_sign_in());
        assert_eq!(expired.response().unwrap().status(), 401, "the caller's own answer");
        assert_eq!(expired.refresh_response().unwrap().status(), 401);
    }
    assert!(matches!(states.current(), SessionState::Expired(_)));

    let sent = server.backend().requests().len();
    assert!(client.issue(3).await.unwrap_err().requires_sign_in());
    assert_eq!(server.backend().requests().len(), sent, "I29");
    let again = tokio::time::timeout(Duration::from_secs(60), states.next()).await;
    assert!(again.is_err(), "I29: told once");

    client.login(&user("ann")).await.unwrap();
    assert_eq!(client.issue(3).await.unwrap().id, 3);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_panics_or_hangs_leaves_no_caller_waiting() {
    #[derive(serde::Deserialize)]
    struct Panics {}

    impl sdk_runtime::TokenResponse for Panics {
        fn tokens(&self, _: &sdk_runtime::Head) -> Result<Tokens, sdk_runtime::Refusal> {
            panic!("code of the user's");
        }
    }

    #[api_client]
    trait Fragile {
        #[post("/auth/refresh")]
        #[session(refresh)]
        async fn refresh(&self) -> sdk_runtime::Result<Panics>;

        #[get("/x")]
        async fn x(&self) -> sdk_runtime::Result<()>;
    }

    let backend = Backend::new();
    backend.reply("POST", "/auth/refresh", Reply::json(&serde_json::json!({})));
    backend.reply("GET", "/x", Reply::empty().status(401));
    let transport = ServiceTransport::new(backend.clone());
    let client = FragileClient::builder("http://localhost").transport(transport).build().unwrap();
    client.session().sign_in(Tokens::new("a")).unwrap();
    let (one, two) = tokio::join!(client.x().into_future(), client.x().into_future());
    for error in [one.unwrap_err(), two.unwrap_err()] {
        let Error::RefreshUnavailable(told) = error else { panic!("I6: {error:?}") };
        assert!(matches!(told.cause(), UnavailableCause::Aborted), "I6");
    }

    backend.reply("POST", "/auth/refresh", Reply::hang());
    tokio::time::advance(Duration::from_secs(60)).await;
    let call = client.x().timeout(Duration::from_secs(300));
    let Error::RefreshUnavailable(told) = call.await.unwrap_err() else { panic!("I6: no timeout") };
    assert!(matches!(told.cause(), UnavailableCause::Timeout), "I6");
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_rejects_the_new_token_too_ends_the_call_and_not_the_login() {
    let server = server();
    let client = client(&server);
    client.login(&user("ann")).await.unwrap();
    server.backend().reply("GET", "/fussy", Reply::text("never you").status(401));
    let Error::SessionExpired(expired) = client.fussy().await.unwrap_err() else { panic!("not expired") };
    assert_eq!(expired.reason(), ExpiredReason::ReplayRejected);
    assert!(!expired.requires_sign_in());
    assert_eq!(expired.response().unwrap().text(), "never you");
    assert_eq!(server.backend().count("GET", "/fussy"), 2, "I19");
    assert_eq!(server.counts().refreshes, 1);
    assert_eq!(client.issue(1).await.unwrap().id, 1);
}

#[tokio::test(start_paused = true)]
async fn a_replay_differs_in_its_credential_only() {
    let server = server();
    let client = expired_client(&server).await;
    client.rename(7, "a new name").header("x-trace", "t-1").await.unwrap();
    let requests = server.backend().requests();
    let sends: Vec<_> = requests.iter().filter(|request| request.method() == "PUT").collect();
    let [first, second] = sends[..] else { panic!("{} sends", sends.len()) };
    let without_credential = |request: &sdk_testkit::Request| {
        let mut headers = request.headers().clone();
        let credential = headers.remove("authorization");
        (credential, request.target().to_owned(), headers, request.body().clone())
    };
    let (one, two) = (without_credential(first), without_credential(second));
    assert_ne!(one.0, two.0);
    assert_eq!((one.1, one.2, one.3), (two.1, two.2, two.3), "I20");
}

#[tokio::test(start_paused = true)]
async fn a_static_credential_is_sent_and_never_refreshed() {
    let server = server();
    let token = server.issue("ann").access_token;
    let admin = AdminClient::builder("http://localhost")
        .transport(ServiceTransport::new(server.backend().clone()))
        .bearer(token)
        .build()
        .unwrap();
    assert_eq!(admin.issue(1).await.unwrap().owner, "ann");
    server.expire_access_tokens();
    for refused in 1..=2 {
        let Error::Status(answer) = admin.issue(1).await.unwrap_err() else { panic!("not the answer") };
        assert_eq!(answer.status(), 401, "the server's word, each time");
        assert_eq!(server.counts().rejected_calls, refused);
    }
    assert!(admin.session().state().is_signed_in());
    assert_eq!(server.counts().refreshes, 0);
}

#[tokio::test(start_paused = true)]
async fn without_a_refresh_token_the_original_answer_is_kept() {
    let server = server();
    let client = client(&server);
    client.session().sign_in(Tokens::new("unknown")).unwrap();
    let Error::SessionExpired(expired) = client.issue(1).await.unwrap_err() else { panic!("not expired") };
    assert_eq!(expired.reason(), ExpiredReason::NoRefreshToken);
    assert_eq!(expired.response().unwrap().status(), 401);
    assert_eq!(server.counts().refreshes, 0);
}

#[tokio::test(start_paused = true)]
async fn who_is_not_signed_in_sends_nothing_but_what_needs_no_login() {
    let server = server();
    let client = client(&server);
    let error = client.issue(1).await.unwrap_err();
    assert!(matches!(error, Error::NotSignedIn(_)) && error.requires_sign_in());
    assert!(error.to_string().contains("auth = none") && error.to_string().contains(".bearer("));
    assert_eq!(client.public().await.unwrap(), "all users");
    client.login(&user("ann")).await.unwrap();
    client.public().await.unwrap();
    assert!(server.requests_of("ann").is_empty(), "never signed");
}

#[tokio::test(start_paused = true)]
async fn the_refresh_and_the_sign_in_are_never_signed() {
    let server = server();
    let client = expired_client(&server).await;
    client.issue(1).await.unwrap();
    client.login(&user("ann")).await.unwrap();
    for request in server.backend().requests() {
        if request.path() != "/issues/1" {
            assert_eq!(request.header("authorization"), None, "I21: {request:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_closed_session_says_so_to_everybody() {
    let server = server();
    let client = expired_client(&server).await;
    let _hold = server.hold_refreshes();
    let waiting = tokio::spawn(client.issue(1).into_future());
    server.wait_for(|counts| counts.refreshes == 1).await;
    client.session().close();
    assert!(matches!(waiting.await.unwrap(), Err(Error::Closed(_))));
    assert!(matches!(client.issue(1).await, Err(Error::Closed(_))));
    assert!(matches!(client.login(&user("ann")).await.map(drop), Err(Error::Closed(_))));
    assert!(matches!(client.logout().await, Err(Error::Closed(_))));
    assert!(matches!(client.session().sign_in(Tokens::new("a")), Err(Error::Closed(_))));
    assert!(matches!(client.session().state(), SessionState::Closed));
}

#[tokio::test(start_paused = true)]
async fn a_second_way_to_refresh_is_an_error_of_the_builder() {
    let server = server();
    let client = client(&server);
    let error = crate::tracker::TrackerClient::builder("http://localhost")
        .session(client.session())
        .build()
        .unwrap_err();
    assert!(error.to_string().contains("refresh"), "{error}");
    add_fussy(&server);
}

/// A fake implements what it uses, and the rest says that it does not.
#[tokio::test]
async fn a_fake_needs_only_what_it_uses() {
    struct Fake;

    impl crate::tracker::Admin for Fake {}

    let error = Fake.issue(1).await.unwrap_err();
    assert!(
        matches!(error, Error::Unimplemented(_)) && error.to_string().starts_with("`Admin::issue`: "),
        "{error:?}"
    );
}
