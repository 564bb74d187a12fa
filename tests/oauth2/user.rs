//! A user's login: its refresh, its revocation, and how the program names itself.

use sdk_runtime::oauth::ClientCredentials;
use sdk_runtime::oauth2::{ClientAuth, OAuthError};
use sdk_runtime::{Error, SessionState};
use sdk_testkit::Reply;
use serde_json::json;

use crate::world::{Browser, api, builder, document, documented, fields, issuing, pairs};

#[tokio::test]
async fn a_login_is_refreshed_by_its_token_and_revoked_at_the_end() {
    let backend = documented(document(&["pushed_authorization_request_endpoint"]));
    issuing(&backend);
    backend.reply("POST", "/revoke", Reply::empty());
    let oauth = builder(&backend, ClientCredentials::public("cli")).await.build().unwrap();
    let api = api(&oauth, "a2");
    assert!(matches!(api.me().await, Err(Error::NotSignedIn(_))), "a user signs in first");
    oauth.sign_in(&Browser::agreeing()).await.unwrap();
    assert_eq!(api.me().await.unwrap(), "me", "after a refresh");
    let sent = backend.last().unwrap();
    let expected = [("client_id", "cli"), ("grant_type", "refresh_token"), ("refresh_token", "r1")];
    assert_eq!((fields(&sent), sent.header("authorization")), (pairs(&expected), None));

    oauth.sign_out().await.unwrap();
    assert!(matches!(oauth.session().state(), SessionState::SignedOut));
    let sent = backend.last().unwrap();
    let expected = [("client_id", "cli"), ("token", "r2"), ("token_type_hint", "refresh_token")];
    assert_eq!((sent.path(), fields(&sent)), ("/revoke", pairs(&expected)));
    assert!(matches!(api.me().await, Err(Error::NotSignedIn(_))));
}

#[tokio::test]
async fn a_server_without_revocation_is_not_asked_and_one_that_fails_keeps_no_login() {
    for failing in [false, true] {
        let without = ["pushed_authorization_request_endpoint", "revocation_endpoint"];
        let backend = documented(document(if failing { &without[..1] } else { &without }));
        issuing(&backend);
        backend.reply("POST", "/revoke", Reply::empty().status(503));
        let oauth = builder(&backend, ClientCredentials::public("cli")).await.build().unwrap();
        oauth.sign_in(&Browser::agreeing()).await.unwrap();
        assert_eq!(oauth.sign_out().await.is_err(), failing);
        assert!(!oauth.session().state().is_signed_in());
    }
}

/// RFC 6749, 2.3.1: one way at a time.
#[tokio::test]
async fn a_program_names_itself_in_one_way() {
    let secret = || ClientCredentials::new("web app", "s3:cret");
    let basic = "Basic d2ViK2FwcDpzMyUzQWNyZXQ="; // `web+app:s3%3Acret`
    for (credentials, auth, header, named) in [
        (secret(), ClientAuth::Basic, Some(basic), vec![]),
        (secret(), ClientAuth::Post, None, vec![("client_id", "web app"), ("client_secret", "s3:cret")]),
        (ClientCredentials::public("cli"), ClientAuth::Basic, None, vec![("client_id", "cli")]),
        (ClientCredentials::public("cli"), ClientAuth::Post, None, vec![("client_id", "cli")]),
    ] {
        let backend = documented(document(&["pushed_authorization_request_endpoint"]));
        issuing(&backend);
        backend.reply("POST", "/revoke", Reply::empty());
        let oauth = builder(&backend, credentials).await.auth(auth).build().unwrap();
        oauth.sign_in(&Browser::agreeing()).await.unwrap();
        oauth.session().refresh().await.unwrap();
        oauth.sign_out().await.unwrap();
        for request in backend.requests().iter().filter(|request| request.method() == "POST") {
            assert_eq!(request.header("authorization"), header, "{}", request.path());
            let is_name = |(name, _): &(String, String)| name.starts_with("client_");
            let found: Vec<_> = fields(request).into_iter().filter(is_name).collect();
            assert_eq!(found, pairs(&named), "{}", request.path());
        }
    }
}

/// I27: nothing shows what was sent.
#[tokio::test]
async fn i27_no_secret_is_shown() {
    let backend = documented(document(&["pushed_authorization_request_endpoint"]));
    let refusal = json!({ "error": "invalid_client", "error_description": "who?" });
    backend.reply("POST", "/token", Reply::json(&refusal).status(401));
    let builder = builder(&backend, ClientCredentials::new("web", "hunter2")).await.auth(ClientAuth::Post);
    let shown = format!("{builder:?}");
    let oauth = builder.build().unwrap();
    let error = oauth.sign_in(&Browser::agreeing()).await.unwrap_err();
    assert_eq!(error.to_string(), "the authorization server refuses: invalid_client: who?");
    let shown = format!("{shown} {oauth:?} {error:?} {error}");
    assert!(!shown.contains("hunter2") && !shown.contains("c1"), "I27: {shown}");
}

/// I27: the answer may hold tokens, so nothing of it is kept.
#[tokio::test]
async fn i27_an_answer_that_cannot_be_decoded_is_not_quoted() {
    let backend = documented(document(&["pushed_authorization_request_endpoint"]));
    let issued = json!({ "access_token": "t0p-s3cret", "refresh_token": 7, "token_type": "Bearer" });
    backend.reply("POST", "/token", Reply::json(&issued));
    let oauth = builder(&backend, ClientCredentials::public("cli")).await.build().unwrap();
    let browser = Browser::agreeing();
    let error = oauth.sign_in(&browser).await.unwrap_err();
    let OAuthError::Request(request) = &error else { panic!("{error:?}") };
    let Error::Decode(decode) = request.error() else { panic!("{error:?}") };
    let excerpt = String::from_utf8_lossy(decode.excerpt());
    let shown = format!("{error} {error:?} {} {excerpt} {}", decode.detail(), browser.first_page().await);
    assert!(!shown.contains("s3cret"), "I27: {shown}");
}

/// I12: a call of one user does not go on as another.
#[tokio::test]
async fn i12_the_subject_of_the_id_token_is_the_user() {
    let backend = documented(document(&["pushed_authorization_request_endpoint"]));
    let token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm4ifQ.x"; // {"sub":"ann"}
    let issued =
        json!({ "access_token": "a1", "token_type": "Bearer", "id_token": token, "refresh_token": "r1" });
    backend.reply("POST", "/token", Reply::json(&issued));
    let oauth = builder(&backend, ClientCredentials::public("cli")).await.build().unwrap();
    oauth.sign_in(&Browser::agreeing()).await.unwrap();
    let other = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJib2IifQ.x"; // {"sub":"bob"}
    let issued = json!({ "access_token": "a2", "token_type": "Bearer", "id_token": other });
    backend.reply("POST", "/token", Reply::json(&issued));
    let error = api(&oauth, "a2").me().await.unwrap_err();
    assert!(matches!(error, Error::IdentityChanged(_)), "I12: {error:?}");
}
