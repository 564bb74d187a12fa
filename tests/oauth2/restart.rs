//! A command line tool: each command is a process, which may end when the method has returned.

use sdk_runtime::oauth::ClientCredentials;
use sdk_runtime::oauth2::OAuthClient;
use sdk_runtime::store::{MemoryStore, TokenStore};
use sdk_runtime::{Error, SessionState};
use sdk_testkit::{Backend, Reply};
use serde_json::json;

use crate::world::{Browser, api, builder, document, documented, issuing};

/// The program as it is after a start.
async fn started(backend: &Backend, store: &MemoryStore) -> OAuthClient {
    let builder = builder(backend, ClientCredentials::public("cli")).await;
    builder.store(store.clone()).build().unwrap()
}

#[tokio::test]
async fn i13_a_login_is_stored_when_the_sign_in_returns_and_gone_when_the_sign_out_does() {
    for has_revocation in [true, false] {
        let without = ["pushed_authorization_request_endpoint", "revocation_endpoint"];
        let backend = documented(document(if has_revocation { &without[..1] } else { &without }));
        issuing(&backend);
        backend.reply("POST", "/revoke", Reply::empty());
        let store = MemoryStore::default();

        let text =
            async || store.load().await.unwrap().map(|login| login.text().to_owned()).unwrap_or_default();
        started(&backend, &store).await.sign_in(&Browser::agreeing()).await.unwrap();
        assert!(text().await.contains("r1"), "I13: stored before anything else runs");
        let next = started(&backend, &store).await;
        next.session().resume().await.expect("I13: the next start is signed in");
        assert_eq!(api(&next, "a1").me().await.unwrap(), "me");

        // Another start, whose first action is this one.
        started(&backend, &store).await.sign_out().await.unwrap();
        assert!(!text().await.contains("r1"), "I13: removed before anything else runs");
        assert_eq!(backend.count("POST", "/revoke"), usize::from(has_revocation));
        let next = started(&backend, &store).await;
        assert!(next.session().resume().await.is_err(), "I13: revocation: {has_revocation}");
        assert!(!matches!(next.session().state(), SessionState::SignedIn(_)));
        next.sign_out().await.expect("a user who is signed out may say so again");
    }
}

#[tokio::test]
async fn a_user_whose_login_was_ended_by_the_server_can_sign_out() {
    let backend = documented(document(&["pushed_authorization_request_endpoint"]));
    issuing(&backend);
    backend.reply("POST", "/revoke", Reply::empty().status(400));
    let store = MemoryStore::default();
    let oauth = started(&backend, &store).await;
    oauth.sign_in(&Browser::agreeing()).await.unwrap();
    backend.reply("POST", "/token", Reply::json(&json!({ "error": "invalid_grant" })).status(400));
    let error = api(&oauth, "a2").me().await.unwrap_err();
    assert!(matches!(error, Error::SessionExpired(_)), "{error:?}");
    oauth.sign_out().await.unwrap();
    assert!(matches!(oauth.session().state(), SessionState::SignedOut));
    assert_eq!(backend.count("POST", "/revoke"), 0, "there is nothing to revoke");
}
