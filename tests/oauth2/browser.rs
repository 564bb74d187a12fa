//! The sign-in by a browser: PKCE, `state`, `iss`, pushed requests, and the page at the end.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sdk_runtime::oauth::ClientCredentials;
use sdk_runtime::oauth2::{OAuthClient, OAuthError};
use sdk_testkit::{Backend, Reply};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::world::{Browser, builder, document, documented, fields, issuing, pairs};

async fn oauth(without: &[&str]) -> (OAuthClient, Backend) {
    let backend = documented(document(without));
    issuing(&backend);
    let builder = builder(&backend, ClientCredentials::public("cli")).await.scopes(["openid offline_access"]);
    (builder.resource("https://api.test").build().unwrap(), backend)
}

const NO_PAR: &[&str] = &["pushed_authorization_request_endpoint"];

#[tokio::test]
async fn a_code_is_traded_with_the_verifier_that_its_request_has_hashed() {
    let (oauth, backend) = oauth(NO_PAR).await;
    let browser = Browser::agreeing();
    oauth.sign_in(&browser).await.unwrap();
    let opened = browser.opened.lock().unwrap()[0].clone();
    assert!(
        opened.as_str().starts_with("https://id.test/authorize?tenant=1&response_type=code&client_id=cli&")
    );
    let query = |name: &str| opened.query_pairs().find(|(found, _)| found == name).unwrap().1.into_owned();
    assert_eq!(
        [query("scope"), query("prompt"), query("resource"), query("code_challenge_method")],
        ["openid offline_access", "consent", "https://api.test", "S256"]
    );
    let redirect = query("redirect_uri");
    assert!(redirect.starts_with("http://127.0.0.1:") && redirect.ends_with("/callback"), "{redirect}");
    let sent = backend.last().unwrap();
    let verifier = sent.form_value("code_verifier").unwrap();
    assert_eq!(URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier)), query("code_challenge"));
    assert!(verifier.len() == 43 && query("state").len() == 43 && query("state") != verifier);
    let expected = [
        ("client_id", "cli"),
        ("code", "c1"),
        ("code_verifier", &*verifier),
        ("grant_type", "authorization_code"),
        ("redirect_uri", &*redirect),
        ("resource", "https://api.test"),
    ];
    assert_eq!(fields(&sent), pairs(&expected));
    let page = browser.first_page().await;
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("You are signed in"), "{page}");
    assert!(page.contains("cache-control: no-store") && !page.contains("c1"), "the code is not in the page");
}

/// A page of an attacker may call the listener as well.
#[tokio::test]
async fn an_answer_with_another_state_is_not_ours_and_the_sign_in_goes_on() {
    let (oauth, backend) = oauth(NO_PAR).await;
    let browser = Browser::new(|sent| {
        let state = &sent["state"];
        let iss = "iss=https%3A%2F%2Fid.test%2Ftenant";
        vec![
            format!("/callback?code=evil&state=x&{iss}"),
            format!("/callback?code=evil&{iss}"),
            format!("/callback?code=evil&state={state}&state={state}&{iss}"),
            "/favicon.ico".to_owned(),
            "/callback?error=access_denied&state=x".to_owned(),
            format!("/callback?code=c1&state={state}&{iss}"),
        ]
    });
    oauth.sign_in(&browser).await.unwrap();
    assert_eq!(backend.last().unwrap().form_value("code").as_deref(), Some("c1"));
    let statuses: Vec<String> =
        browser.pages.lock().unwrap().iter().map(|page| page[9..12].to_owned()).collect();
    assert_eq!(statuses[..5], ["400", "400", "400", "404", "400"]);
}

/// RFC 9207: the code of one server is not sent to another.
#[tokio::test]
async fn an_answer_of_another_issuer_ends_the_sign_in() {
    for (iss, why) in [
        ("&iss=https%3A%2F%2Fevil.test", "was answered by another server, \"https://evil.test\""),
        ("", "was answered without the name of the server (`iss`)"),
    ] {
        let (oauth, backend) = oauth(NO_PAR).await;
        let browser =
            Browser::new(move |sent| vec![format!("/callback?code=c1&state={}{iss}", sent["state"])]);
        match oauth.sign_in(&browser).await {
            Err(OAuthError::Interaction(told)) => assert_eq!(told, why),
            other => panic!("{other:?}"),
        }
        assert_eq!(backend.count("POST", "/token"), 0, "no code is sent");
    }
    let (oauth, _) = oauth(&[NO_PAR, &["authorization_response_iss_parameter_supported"]].concat()).await;
    let browser = Browser::new(|sent| vec![format!("/callback?code=c1&state={}", sent["state"])]);
    oauth.sign_in(&browser).await.unwrap();
}

#[tokio::test]
async fn a_refusal_is_told_and_shown_as_text() {
    let (oauth, _) = oauth(NO_PAR).await;
    oauth.session().sign_in(sdk_runtime::Tokens::new("a0")).unwrap();
    let browser = Browser::new(|sent| {
        let iss = "iss=https%3A%2F%2Fid.test%2Ftenant";
        let text = "%3Cscript%3Eno%1B%5B2J%0A";
        vec![format!("/callback?error=access_denied&error_description={text}&state={}&{iss}", sent["state"])]
    });
    match oauth.sign_in(&browser).await {
        Err(OAuthError::Refused(refusal)) => {
            assert_eq!(
                (refusal.error.as_str(), refusal.description.as_deref()),
                ("access_denied", Some("<script>no [2J ")),
                "no terminal obeys it"
            );
            assert_eq!(refusal.to_string(), "access_denied: <script>no [2J ");
        }
        other => panic!("{other:?}"),
    }
    let page = browser.first_page().await;
    assert!(page.contains("access_denied: &lt;script&gt;no") && !page.contains("<script>"), "{page}");
    assert!(oauth.session().state().is_signed_in(), "the login before it stays");
}

#[tokio::test]
async fn a_request_is_pushed_where_the_server_takes_it() {
    let (oauth, backend) = oauth(&[]).await;
    backend.reply(
        "POST",
        "/par",
        Reply::json(&json!({ "request_uri": "urn:x:1", "expires_in": 60 })).status(201),
    );
    let browser = Browser { pushed: Some(backend.clone()), ..Browser::agreeing() };
    oauth.sign_in(&browser).await.unwrap();
    let opened = browser.opened.lock().unwrap()[0].clone();
    assert_eq!(opened.as_str(), "https://id.test/authorize?tenant=1&client_id=cli&request_uri=urn%3Ax%3A1");
}

#[tokio::test]
async fn what_a_server_lacks_is_named() {
    let mut plain = document(NO_PAR);
    plain["code_challenge_methods_supported"] = json!(["plain"]);
    for (document, why) in [
        (document(&["authorization_endpoint"]), "has no authorization endpoint for a sign-in by a browser"),
        (plain, "supports no PKCE with S256"),
    ] {
        let backend = documented(document);
        let oauth = builder(&backend, ClientCredentials::public("cli")).await.build().unwrap();
        match oauth.sign_in(&Browser::agreeing()).await {
            Err(OAuthError::Unsupported(told)) => assert_eq!(told, why),
            other => panic!("{other:?}"),
        }
    }
}
