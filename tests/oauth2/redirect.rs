//! Where the browser comes back to.

use sdk_runtime::oauth::ClientCredentials;
use sdk_runtime::oauth2::{OAuthClient, OAuthError};
use tokio::net::TcpListener;

use crate::world::{Browser, builder, document, documented, issuing};

async fn at(redirect: &str) -> Result<OAuthClient, OAuthError> {
    let backend = documented(document(&["pushed_authorization_request_endpoint"]));
    issuing(&backend);
    builder(&backend, ClientCredentials::public("cli")).await.redirect_uri(redirect).build()
}

/// A browser that comes back to `path`.
fn browser(path: &'static str) -> Browser {
    Browser::new(move |sent| {
        let answer = format!("?code=c1&state={}&iss=https%3A%2F%2Fid.test%2Ftenant", sent["state"]);
        // The default path is not the one that is registered.
        let mut targets = vec![format!("/callback{answer}"), format!("{path}{answer}")];
        targets.dedup();
        targets
    })
}

fn sent(browser: &Browser) -> String {
    let page = browser.opened.lock().unwrap()[0].clone();
    page.query_pairs().find(|(name, _)| name == "redirect_uri").unwrap().1.into_owned()
}

/// Signs in at a port that is free, and returns what was sent. Another program may take the port just before.
async fn signed_in_at(host: &str, path: &'static str) -> String {
    for _ in 0..50 {
        let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let registered = format!("http://{host}:{free}{path}");
        let browser = browser(if path.is_empty() { "/" } else { path });
        match at(&registered).await.unwrap().sign_in(&browser).await {
            Err(OAuthError::Interaction(why)) if why.starts_with("cannot listen") => {}
            outcome => {
                outcome.unwrap();
                assert_eq!(sent(&browser), registered, "servers compare it as text");
                return registered;
            }
        }
    }
    panic!("no port stays free")
}

#[tokio::test]
async fn it_is_sent_as_it_is_registered() {
    assert!(signed_in_at("localhost", "/login").await.ends_with("/login"));
    assert!(!signed_in_at("127.0.0.1", "").await.ends_with('/'));
    let browser = browser("/a/b");
    at("http://127.0.0.1/a/b").await.unwrap().sign_in(&browser).await.unwrap();
    let port =
        sent(&browser).strip_prefix("http://127.0.0.1:").unwrap().strip_suffix("/a/b").unwrap().parse();
    assert!(port.is_ok_and(|port: u16| port != 0), "a free port: {}", sent(&browser));
}

#[tokio::test]
async fn a_port_that_another_program_has_is_an_error() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let oauth = at(&format!("http://127.0.0.1:{}/login", taken.local_addr().unwrap().port())).await.unwrap();
    let browser = browser("/login");
    let error = oauth.sign_in(&browser).await.unwrap_err();
    let told = format!("the sign-in cannot listen at {}: ", taken.local_addr().unwrap());
    assert!(error.to_string().starts_with(&told), "{error}");
    assert!(browser.opened.lock().unwrap().is_empty(), "no page is opened whose answer would be another's");
}

/// I22: a code never leaves this machine in the clear.
#[tokio::test]
async fn i22_it_is_on_this_machine() {
    for elsewhere in [
        "http://192.168.0.1:8400/login",
        "http://0.0.0.0:8400/login",
        "http://127.0.0.1.evil.test/login",
        "http://localhost.evil.test/login",
        "https://127.0.0.1/login",
        "http://user@127.0.0.1/login",
        "http://127.0.0.1/login?next=1",
        "http://127.0.0.1/login#x",
        "com.example.tracker:/login",
        "/login",
        "",
    ] {
        match at(elsewhere).await {
            Err(OAuthError::Interaction(why)) => {
                let rule = "it must be `http://` with 127.0.0.1, [::1] or localhost, and have no query";
                assert_eq!(why, format!("cannot come back to {elsewhere:?}: {rule}"));
            }
            other => panic!("{elsewhere:?}: {other:?}"),
        }
    }
}
