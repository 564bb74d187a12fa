//! Programs that act without a user: the first call fetches the token.

use std::sync::atomic::{AtomicUsize, Ordering};

use sdk_runtime::Error;
use sdk_runtime::error::UnavailableCause;
use sdk_runtime::oauth::ClientCredentials;
use sdk_runtime::oauth2::ClientAuth;
use sdk_testkit::Reply;
use serde_json::json;

use crate::world::{api, builder, document, documented, fields, issuing, pairs};

#[tokio::test]
async fn a_program_needs_no_sign_in_until_it_has_signed_out() {
    let backend = documented(document(&["revocation_endpoint"]));
    issuing(&backend);
    let builder = builder(&backend, ClientCredentials::new("worker", "s3cret")).await;
    let oauth =
        builder.scopes(["read", "write"]).audience("https://api.test").client_credentials().build().unwrap();
    let api = api(&oauth, "a2");
    let calls = (0..50).map(|_| tokio::spawn(api.me().into_future()));
    for call in calls.collect::<Vec<_>>() {
        assert_eq!(call.await.unwrap().unwrap(), "me");
    }
    assert_eq!(backend.count("POST", "/token"), 2, "one for the first token, and one after its rejection");
    let expected =
        [("audience", "https://api.test"), ("grant_type", "client_credentials"), ("scope", "read write")];
    let sent = backend.last().unwrap();
    assert_eq!(fields(&sent), pairs(&expected));
    assert!(sent.header("authorization").unwrap().starts_with("Basic "));

    oauth.sign_out().await.unwrap();
    assert!(matches!(api.me().await, Err(Error::NotSignedIn(_))));
    assert_eq!(backend.count("POST", "/token"), 2);
}

/// A secret can be corrected at the server.
#[tokio::test]
async fn a_refusal_ends_no_login_of_a_program() {
    let backend = documented(document(&[]));
    let refusal = json!({ "error": "invalid_client", "error_description": "unknown" });
    backend.reply("POST", "/token", Reply::json(&refusal).status(401));
    let oauth =
        builder(&backend, ClientCredentials::new("worker", "x")).await.client_credentials().build().unwrap();
    let error = api(&oauth, "a1").me().await.unwrap_err();
    assert_eq!(error.code(), "refresh_unavailable.try_later");
    let told = "it was refused with `invalid_client`, which is about the client or its request";
    assert!(error.to_string().contains(told), "{error}");
    let Error::RefreshUnavailable(unavailable) = error else { panic!("{error:?}") };
    let told =
        matches!(unavailable.cause(), UnavailableCause::TryLater(why) if why == "invalid_client: unknown");
    assert!(told, "{:?}", unavailable.cause());
}

#[tokio::test]
async fn a_statement_and_a_token_of_another_server_are_made_for_each_request() {
    let made = AtomicUsize::new(0);
    let backend = documented(document(&[]));
    issuing(&backend);
    let statement = move || {
        let number = made.fetch_add(1, Ordering::SeqCst) + 1;
        async move { Ok(format!("s{number}")) }
    };
    let builder_of = || async { builder(&backend, ClientCredentials::public("robot")).await };
    let oauth = builder_of().await.jwt_bearer(statement).build().unwrap();
    assert_eq!(api(&oauth, "a2").me().await.unwrap(), "me");
    let grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    let expected = [("assertion", "s2"), ("grant_type", grant)];
    assert_eq!(fields(&backend.last().unwrap()), pairs(&expected), "the statement names the program");
    let secret = ClientCredentials::new("robot", "s3cret");
    let named = builder(&backend, secret).await.auth(ClientAuth::Post);
    let oauth = named.jwt_bearer(|| async { Ok("s".to_owned()) }).build().unwrap();
    oauth.session().resume().await.unwrap();
    let expected =
        [("assertion", "s"), ("client_id", "robot"), ("client_secret", "s3cret"), ("grant_type", grant)];
    assert_eq!(fields(&backend.last().unwrap()), pairs(&expected));

    let kind = "urn:ietf:params:oauth:token-type:jwt";
    let oauth = builder_of().await.token_exchange(kind, || async { Ok("t1".to_owned()) }).build().unwrap();
    assert_eq!(api(&oauth, "a4").me().await.unwrap(), "me");
    let expected = [
        ("client_id", "robot"),
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("subject_token", "t1"),
        ("subject_token_type", kind),
    ];
    assert_eq!(fields(&backend.last().unwrap()), pairs(&expected));
}
