//! The sign-in by a code on another device (RFC 8628).

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sdk_runtime::Url;
use sdk_runtime::oauth::ClientCredentials;
use sdk_runtime::oauth2::{Interaction, OAuthClient, OAuthError, UserCode};
use sdk_testkit::{Backend, Reply};
use serde_json::{Value, json};

use crate::world::{builder, document, documented, fields, pairs};

/// A screen that keeps what it shows.
#[derive(Default)]
struct Screen(Mutex<Vec<UserCode>>);

impl Interaction for Screen {
    async fn open(&self, url: &Url) -> io::Result<()> {
        panic!("{url} is for another device")
    }

    async fn show_code(&self, code: &UserCode) -> io::Result<()> {
        self.0.lock().unwrap().push(code.clone());
        Ok(())
    }
}

/// A server that answers the questions one after the other, and the times of the questions.
async fn asked(
    answers: Vec<(u16, Value)>,
    interval: Option<u64>,
) -> (OAuthClient, Backend, Arc<Mutex<Vec<u64>>>) {
    let backend = documented(document(&[]));
    let mut code = json!({
        "device_code": "d1", "user_code": "WDJB-MJHT", "verification_uri": "https://id.test/activate",
        "verification_uri_complete": "https://id.test/activate?user_code=WDJB-MJHT", "expires_in": 120,
    });
    if let Some(interval) = interval {
        code["interval"] = json!(interval);
    }
    backend.reply("POST", "/device", Reply::json(&code));
    let (times, begin) = (Arc::new(Mutex::new(Vec::new())), tokio::time::Instant::now());
    let (answers, at) = (Mutex::new(answers.into_iter()), times.clone());
    backend.route("POST", "/token", move |_| {
        at.lock().unwrap().push(begin.elapsed().as_secs());
        let (status, answer) = answers.lock().unwrap().next().unwrap();
        std::future::ready(Reply::json(&answer).status(status))
    });
    let oauth = builder(&backend, ClientCredentials::public("tv")).await.scopes(["play"]).build().unwrap();
    (oauth, backend, times)
}

fn refusal(error: &str) -> (u16, Value) {
    (400, json!({ "error": error }))
}

#[tokio::test(start_paused = true)]
async fn it_asks_at_the_pace_of_the_server_until_the_user_has_signed_in() {
    let answers = vec![
        refusal("authorization_pending"),
        refusal("slow_down"),
        refusal("authorization_pending"),
        (503, json!({})),
        (200, json!({ "access_token": "a1", "token_type": "Bearer" })),
    ];
    for (interval, expected) in [(None, [5, 10, 20, 30, 50]), (Some(2), [2, 4, 11, 18, 32])] {
        let (oauth, backend, times) = asked(answers.clone(), interval).await;
        let screen = Screen::default();
        oauth.sign_in_by_device(&screen).await.unwrap();
        assert_eq!(*times.lock().unwrap(), expected, "{interval:?}");
        assert!(oauth.session().state().is_signed_in());
        let code = screen.0.lock().unwrap()[0].clone();
        assert_eq!((code.code.as_str(), code.url.as_str()), ("WDJB-MJHT", "https://id.test/activate"));
        assert_eq!(code.expires_in, Duration::from_secs(120));
        let sent: Vec<_> =
            backend.requests().iter().filter(|it| it.path() == "/device").map(fields).collect();
        assert_eq!(sent, [pairs(&[("client_id", "tv"), ("scope", "play")])]);
        let expected = [
            ("client_id", "tv"),
            ("device_code", "d1"),
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ];
        assert_eq!(fields(&backend.last().unwrap()), pairs(&expected));
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_ends_it_and_so_does_the_end_of_the_code() {
    for error in ["access_denied", "expired_token", "invalid_grant"] {
        let (oauth, ..) = asked(vec![refusal("authorization_pending"), refusal(error)], None).await;
        match oauth.sign_in_by_device(&Screen::default()).await {
            Err(OAuthError::Refused(refusal)) => assert_eq!(refusal.error, error),
            other => panic!("{other:?}"),
        }
    }
    let (oauth, _, times) = asked(vec![refusal("authorization_pending"); 100], None).await;
    match oauth.sign_in_by_device(&Screen::default()).await {
        Err(OAuthError::Interaction(why)) => assert_eq!(why, "was not completed before its code expired"),
        other => panic!("{other:?}"),
    }
    assert_eq!(times.lock().unwrap().len(), 23, "each 5 s of the 120");
}

/// GitHub answers each refusal with 200.
#[tokio::test(start_paused = true)]
async fn a_refusal_may_have_a_successful_status() {
    let refused = |error: &str| (200, json!({ "error": error, "error_uri": "https://id.test/docs" }));
    let issued = json!({ "access_token": "a1", "token_type": "bearer", "scope": "" });
    let answers = vec![refused("authorization_pending"), refused("slow_down"), (200, issued)];
    let (oauth, _, times) = asked(answers, None).await;
    oauth.sign_in_by_device(&Screen::default()).await.unwrap();
    assert_eq!(*times.lock().unwrap(), [5, 10, 20]);

    let (oauth, backend, _) = asked(vec![refused("access_denied")], None).await;
    let refusal = |outcome| match outcome {
        Err(OAuthError::Refused(refusal)) => refusal.error,
        other => panic!("{other:?}"),
    };
    assert_eq!(refusal(oauth.sign_in_by_device(&Screen::default()).await), "access_denied");
    backend.reply("POST", "/device", Reply::json(&json!({ "error": "device_flow_disabled" })));
    assert_eq!(refusal(oauth.sign_in_by_device(&Screen::default()).await), "device_flow_disabled");
}

/// A terminal obeys control characters, and `open` starts what an address names.
#[tokio::test]
async fn an_answer_that_deceives_a_terminal_is_refused_and_shown_nowhere() {
    let shown = "names a code that cannot be shown, because it has control characters";
    let clear = "would get secrets in the clear at";
    let cases = [
        ("user_code", "AB\u{1b}[2J", shown),
        ("user_code", "AB\u{9b}2J", shown),
        ("user_code", "AB\u{202e}DC", shown),
        ("user_code", "AB\rCD", shown),
        ("verification_uri", "http://id.test/activate", clear),
        ("verification_uri", "file:///bin/sh", clear),
        ("verification_uri_complete", "javascript:alert(1)", clear),
        ("verification_uri", "\u{1b}[2J", "has the address \"\\u{1b}[2J\", which is none"),
        ("verification_uri_complete", "https://\u{7}id.test", "has the address"),
    ];
    for (name, value, why) in cases {
        let backend = documented(document(&[]));
        let mut code = json!({
            "device_code": "d1", "user_code": "WDJB", "verification_uri": "https://id.test/go",
            "expires_in": 60,
        });
        code[name] = json!(value);
        backend.reply("POST", "/device", Reply::json(&code));
        let oauth = builder(&backend, ClientCredentials::public("tv")).await.build().unwrap();
        let screen = Screen::default();
        match oauth.sign_in_by_device(&screen).await {
            Err(error @ OAuthError::Unsupported(_)) => {
                let told = error.to_string();
                assert!(told.contains(why) && !told.contains(char::is_control), "{name} {value:?}: {told:?}");
            }
            other => panic!("{name} {value:?}: {other:?}"),
        }
        assert!(screen.0.lock().unwrap().is_empty(), "{name} {value:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_address_is_shown_in_ascii_and_a_refusal_without_control_characters() {
    let backend = documented(document(&[]));
    let code = json!({
        "device_code": "d1", "user_code": "ÄB-ЖД",
        "verification_uri": "https://id.test/\u{1b}[2J\u{202e}?a\u{9b}\n#\u{7}",
        "verification_uri_complete": "https://id.test/\t?user_code=\u{1b}]0;x\u{7}", "expires_in": 60,
    });
    backend.reply("POST", "/device", Reply::json(&code));
    let refusal = json!({
        "error": "access\u{1b}denied", "error_description": "no\u{9b}2J\r\u{2066}",
        "error_uri": "https://id.test/\n",
    });
    backend.reply("POST", "/token", Reply::json(&refusal).status(400));
    let oauth = builder(&backend, ClientCredentials::public("tv")).await.build().unwrap();
    let screen = Screen::default();
    let error = oauth.sign_in_by_device(&screen).await.unwrap_err();
    let code = screen.0.lock().unwrap()[0].clone();
    let all = format!("{}{}", code.url, code.complete.unwrap());
    assert!(all.is_ascii() && !all.contains(char::is_control), "{all:?}");
    assert_eq!(code.code, "ÄB-ЖД", "letters of each script stay");
    let OAuthError::Refused(refusal) = error else { panic!("{error:?}") };
    assert_eq!(
        [&refusal.error, refusal.description.as_ref().unwrap(), refusal.uri.as_ref().unwrap()],
        ["access denied", "no 2J  ", "https://id.test/ "]
    );
}
