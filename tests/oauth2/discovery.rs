//! The discovery document: where it is, and what of it is believed.

use sdk_runtime::oauth::ClientCredentials;
use sdk_runtime::oauth2::{AuthorizationServer, OAuthError};
use sdk_testkit::{Backend, Reply};
use serde_json::json;

use crate::world::{Browser, ISSUER, builder, document, documented, memory};

async fn refused(backend: &Backend, issuer: &str) -> String {
    match AuthorizationServer::discover_over(issuer, memory(backend)).await {
        Err(OAuthError::Unsupported(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn each_of_both_places_is_asked() {
    let openid = documented(document(&[]));
    let found = AuthorizationServer::discover_over(ISSUER, memory(&openid)).await.unwrap();
    assert_eq!(found.issuer(), ISSUER);
    let oauth = Backend::new().reply(
        "GET",
        "/.well-known/oauth-authorization-server/tenant",
        Reply::json(&document(&[])),
    );
    oauth.reply("GET", "/tenant/.well-known/openid-configuration", Reply::empty().status(404));
    let found = AuthorizationServer::discover_over("https://id.test/tenant/", memory(&oauth)).await.unwrap();
    assert_eq!(found.issuer(), ISSUER);
    let neither = Backend::new().fallback(|_| async { Reply::empty().status(404) });
    assert!(
        refused(&neither, ISSUER).await.contains("has no discovery document at https://id.test/tenant/.well")
    );
}

/// A document that names another issuer would let that one's answers count (RFC 8414, 3.3).
#[tokio::test]
async fn a_document_of_another_issuer_is_refused() {
    let mut other = document(&[]);
    other["issuer"] = json!("https://id.test/other");
    let why = refused(&documented(other), ISSUER).await;
    assert_eq!(why, r#"calls itself "https://id.test/other", and was asked as "https://id.test/tenant""#);
}

#[tokio::test]
async fn i22_no_endpoint_gets_secrets_in_the_clear() {
    for endpoint in [
        "token_endpoint",
        "authorization_endpoint",
        "device_authorization_endpoint",
        "revocation_endpoint",
        "pushed_authorization_request_endpoint",
    ] {
        let mut clear = document(&[]);
        clear[endpoint] = json!("http://id.test/x");
        let why = refused(&documented(clear), ISSUER).await;
        assert!(why.contains("would get secrets in the clear at \"http://id.test/x\""), "{endpoint}: {why}");
    }
    assert!(refused(&Backend::new(), "http://id.test").await.contains("in the clear"));
    assert!(refused(&Backend::new(), "id.test").await.contains("has the address \"id.test\", which is none"));
    let by_hand = AuthorizationServer::new(ISSUER, "http://id.test/token");
    assert!(by_hand.is_err() && AuthorizationServer::new(ISSUER, "http://localhost:1/token").is_ok());
    let by_hand = AuthorizationServer::new(ISSUER, "https://id.test/token").unwrap();
    assert!(by_hand.revocation_endpoint("http://id.test/revoke").is_err());
}

/// Otherwise another server would be asked with this one's name.
#[tokio::test]
async fn a_redirect_is_not_followed() {
    let moved = Backend::new().fallback(|_| async { Reply::redirect("https://other.test/document") });
    let error = AuthorizationServer::discover_over(ISSUER, memory(&moved)).await.unwrap_err();
    assert!(matches!(error, OAuthError::Request(_)), "{error:?}");
    assert_eq!(moved.requests().len(), 1);
}

/// A user of a program reads it, who knows none of the names of this crate.
#[tokio::test]
async fn a_request_that_fails_is_named_in_plain_words() {
    let down = Backend::new().fallback(|_| async { Reply::empty().status(503) });
    let error = AuthorizationServer::discover_over(ISSUER, memory(&down)).await.unwrap_err();
    let address = "https://id.test/tenant/.well-known/openid-configuration";
    let told =
        format!("the request for the discovery document to {address} failed: its answer has the status");
    assert_eq!(error.to_string(), format!("{told} 503 Service Unavailable"));
    let OAuthError::Request(request) = &error else { panic!("{error:?}") };
    assert_eq!((request.address(), request.error().code()), (address, "status.5xx"));

    let page =
        Backend::new().fallback(|_| async { Reply::text("<html>").header("content-type", "text/html") });
    let error = AuthorizationServer::discover_over(ISSUER, memory(&page)).await.unwrap_err();
    let told = "failed: its answer with the status 200 OK cannot be read: expected value at line 1 column 1";
    assert!(error.to_string().ends_with(told), "{error}");
    let backend = documented(document(&["pushed_authorization_request_endpoint"]));
    let cases = [("POST", "/device", "a code for another device"), ("POST", "/token", "tokens")];
    for (method, path, what) in cases {
        backend.reply(method, path, Reply::empty().status(503));
        let oauth = builder(&backend, ClientCredentials::public("cli")).await.build().unwrap();
        let outcome = match what {
            "tokens" => oauth.sign_in(&Browser::agreeing()).await,
            _ => oauth.sign_in_by_device(&Browser::agreeing()).await,
        };
        let told =
            format!("the request for {what} to https://id.test{path} failed: its answer has the status");
        assert_eq!(outcome.unwrap_err().to_string(), format!("{told} 503 Service Unavailable"));
    }
    backend.reply("POST", "/token", Reply::json(&json!({ "access_token": "a1" })));
    backend.reply("POST", "/revoke", Reply::empty().status(503));
    let oauth = builder(&backend, ClientCredentials::public("cli")).await.build().unwrap();
    oauth.sign_in(&Browser::agreeing()).await.unwrap();
    let told = "the request for the revocation to https://id.test/revoke failed: its answer has the status";
    let error = oauth.sign_out().await.unwrap_err();
    assert_eq!(error.to_string(), format!("{told} 503 Service Unavailable"));
    oauth.sign_in(&Browser::agreeing()).await.unwrap();
    backend.reply("POST", "/revoke", Reply::json(&json!({ "error": "invalid_client" })).status(401));
    let error = oauth.sign_out().await.unwrap_err();
    assert_eq!(error.to_string(), "the authorization server refuses: invalid_client");
}
