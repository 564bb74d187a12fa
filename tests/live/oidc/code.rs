//! Discovery, and the sign-in by a browser.

use sdk_runtime::oauth2::{AuthorizationServer, ClientAuth, OAuthError};
use sdk_runtime::{Error, Url};
use serde_json::json;

use crate::browser::{Browser, User};
use crate::world::{SCOPES, World, program};

/// The same address, with another value of a parameter.
fn with(url: &Url, name: &str, value: &str) -> Url {
    let mut changed = url.clone();
    let pairs = url.query_pairs().map(|(found, old)| {
        let new = if found == name { value.to_owned() } else { old.into_owned() };
        (found.into_owned(), new)
    });
    changed.query_pairs_mut().clear().extend_pairs(pairs.collect::<Vec<_>>());
    changed
}

#[tokio::test]
#[ignore = "needs node"]
async fn a_server_is_discovered_under_its_own_name_alone() {
    let world = World::new(60);
    assert_eq!(AuthorizationServer::discover(&world.url()).await.unwrap().issuer(), world.url());
    match AuthorizationServer::discover(&world.other_url()).await {
        Err(OAuthError::Unsupported(told)) => assert!(told.starts_with("calls itself"), "{told}"),
        other => panic!("{other:?}"),
    }
}

/// One of several issuers of a server: all its endpoints are below a path.
#[tokio::test]
#[ignore = "needs node"]
async fn an_issuer_may_have_a_path() {
    let world = World::with(&json!({ "path": "/tenant" }));
    let issuer = format!("{}/tenant", world.url());
    let oauth = program(&issuer, "cli").await.scopes(SCOPES).build().unwrap();
    oauth.sign_in(&Browser::agreeing("ann")).await.unwrap();
    oauth.session().refresh().await.unwrap();
    assert_eq!(world.api(&oauth).me().await.unwrap().user.as_deref(), Some("ann"));
    oauth.sign_out().await.unwrap();
    assert_eq!(world.count("POST /tenant/token/revocation 200").await, 1);
}

#[tokio::test]
#[ignore = "needs node"]
async fn a_user_signs_in_by_a_browser_and_the_request_is_pushed() {
    let world = World::new(60);
    let oauth = world.program("cli").await.scopes(SCOPES).build().unwrap();
    let api = world.api(&oauth);
    assert!(matches!(api.me().await, Err(Error::NotSignedIn(_))));
    let browser = Browser::agreeing("ann");
    oauth.sign_in(&browser).await.unwrap();
    let pages = browser.pages().await;
    assert!(pages[0].status == 200 && pages[0].text.contains("You are signed in"), "{pages:?}");
    let me = api.me().await.unwrap();
    assert_eq!((me.user.as_deref(), &*me.program), (Some("ann"), "cli"));
    assert_eq!(world.count("POST /request 201").await, 1, "pushed");
    let opened = browser.opened.lock().unwrap()[0].clone();
    let names: Vec<String> = opened.query_pairs().map(|(name, _)| name.into_owned()).collect();
    assert_eq!(names, ["client_id", "request_uri"]);
    oauth.session().refresh().await.unwrap();
    assert_eq!(api.me().await.unwrap(), me);
    assert_eq!(world.count("refresh_token").await, 1);
}

#[tokio::test]
#[ignore = "needs node"]
async fn a_request_is_not_pushed_where_the_server_does_not_say_so() {
    let world = World::with(&json!({ "pushed": false }));
    let oauth = world.program("cli").await.scopes(SCOPES).build().unwrap();
    let browser = Browser::agreeing("ann");
    oauth.sign_in(&browser).await.unwrap();
    assert!(browser.opened.lock().unwrap()[0].query().unwrap().contains("code_challenge_method=S256"));
    assert_eq!(world.api(&oauth).me().await.unwrap().user.as_deref(), Some("ann"));
}

#[tokio::test]
#[ignore = "needs node"]
async fn a_program_with_a_secret_signs_a_user_in_by_basic_and_by_post() {
    let world = World::new(60);
    for (id, auth) in [("web app:1", ClientAuth::Basic), ("post", ClientAuth::Post)] {
        let oauth = world.program(id).await.auth(auth).scopes(SCOPES).build().unwrap();
        oauth.sign_in(&Browser::agreeing("ann")).await.unwrap();
        oauth.session().refresh().await.unwrap();
        assert_eq!(world.api(&oauth).me().await.unwrap().program, id);
        oauth.sign_out().await.unwrap();
    }
    assert_eq!(world.count("POST /request 201").await, 2);
    assert_eq!(world.count("POST /token/revocation 200").await, 2);
}

/// RFC 8707.
#[tokio::test]
#[ignore = "needs node"]
async fn a_token_is_for_the_api_that_was_asked_for() {
    let world = World::new(60);
    let resource = "https://api.example/";
    let builder = world.program("cli").await.scopes([SCOPES[0], SCOPES[1], "read"]);
    let oauth = builder.resource(resource).build().unwrap();
    oauth.sign_in(&Browser::agreeing("ann")).await.unwrap();
    let api = world.api(&oauth);
    for _ in 0..2 {
        let me = api.me().await.unwrap();
        assert_eq!((&*me.scope, &*me.audience), ("read", &[resource.to_owned()][..]));
        oauth.session().refresh().await.unwrap();
    }
}

#[tokio::test]
#[ignore = "needs node"]
async fn an_answer_with_another_state_is_not_ours_and_the_sign_in_goes_on() {
    let world = World::new(60);
    let oauth = world.program("cli").await.scopes(SCOPES).build().unwrap();
    let browser =
        Browser::agreeing("ann").visiting(|url| vec![with(url, "state", "of-another"), url.clone()]);
    oauth.sign_in(&browser).await.unwrap();
    let statuses: Vec<u16> = browser.pages().await.iter().map(|page| page.status).collect();
    assert_eq!(statuses, [400, 200]);
}

/// RFC 9207.
#[tokio::test]
#[ignore = "needs node"]
async fn an_answer_of_another_issuer_ends_the_sign_in() {
    let world = World::new(60);
    let oauth = world.program("cli").await.scopes(SCOPES).build().unwrap();
    let browser = Browser::agreeing("ann").visiting(|url| vec![with(url, "iss", "https://evil.example")]);
    match oauth.sign_in(&browser).await {
        Err(OAuthError::Interaction(told)) => assert!(told.contains("evil.example"), "{told}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(world.count("authorization_code").await, 0, "the code is not sent");
    assert!(!oauth.session().state().is_signed_in());
}

#[tokio::test]
#[ignore = "needs node"]
async fn a_user_refuses() {
    let world = World::new(60);
    let oauth = world.program("cli").await.scopes(SCOPES).build().unwrap();
    let browser = Browser::of("ann", User::Refuses);
    match oauth.sign_in(&browser).await {
        Err(OAuthError::Refused(refusal)) => {
            assert_eq!(refusal.error, "access_denied");
            assert_eq!(refusal.description.as_deref(), Some("End-User aborted interaction"));
        }
        other => panic!("{other:?}"),
    }
    let pages = browser.pages().await;
    assert!(pages[0].status == 400 && pages[0].text.contains("You are not signed in"), "{pages:?}");
}

/// A code that was cut from the address of the browser is worth nothing without the verifier.
#[tokio::test]
#[ignore = "needs node"]
async fn a_code_of_another_sign_in_is_refused_by_the_server() {
    let world = World::new(60);
    let oauth = world.program("cli").await.scopes(SCOPES).build().unwrap();
    let browser = Browser::agreeing("ann").visiting(|url| vec![with(url, "code", "of-another")]);
    match oauth.sign_in(&browser).await {
        Err(OAuthError::Refused(refusal)) => assert_eq!(refusal.error, "invalid_grant"),
        other => panic!("{other:?}"),
    }
}
