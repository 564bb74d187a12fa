//! The page of the program at the end of a sign-in by a browser. It shows what the token endpoint answers.

use std::io;
use std::sync::{Arc, Mutex};

use sdk_runtime::Url;
use sdk_runtime::oauth::ClientCredentials;
use sdk_runtime::oauth2::{ClientAuth, Interaction, OAuthClient, OAuthError};
use sdk_testkit::{Backend, Reply};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;

use crate::world::{Browser, builder, document, documented, issuing};

async fn oauth() -> (OAuthClient, Backend) {
    let backend = documented(document(&["pushed_authorization_request_endpoint"]));
    issuing(&backend);
    let builder = builder(&backend, ClientCredentials::new("web", "hunter2")).await;
    (builder.auth(ClientAuth::Post).build().unwrap(), backend)
}

/// A browser that sends the answer over each of some connections, and gives them to the test.
struct Connections {
    count: usize,
    sent: mpsc::UnboundedSender<TcpStream>,
    /// The address that the browser came back to.
    address: Mutex<Option<String>>,
}

impl Connections {
    fn new(count: usize) -> (Self, mpsc::UnboundedReceiver<TcpStream>) {
        let (sent, received) = mpsc::unbounded_channel();
        (Self { count, sent, address: Mutex::default() }, received)
    }
}

impl Interaction for Connections {
    async fn open(&self, url: &Url) -> io::Result<()> {
        let value = |name: &str| url.query_pairs().find(|(found, _)| found == name).unwrap().1.into_owned();
        let back = Url::parse(&value("redirect_uri")).unwrap();
        let address = format!("127.0.0.1:{}", back.port().unwrap());
        let target = format!("/callback?code=c1&state={}&iss=https%3A%2F%2Fid.test%2Ftenant", value("state"));
        for _ in 0..self.count {
            let mut stream = TcpStream::connect(&address).await?;
            stream.write_all(format!("GET {target} HTTP/1.1\r\nhost: localhost\r\n\r\n").as_bytes()).await?;
            self.sent.send(stream).unwrap();
        }
        *self.address.lock().unwrap() = Some(address);
        Ok(())
    }
}

/// Lets the token endpoint tell when it is asked, and answer when it is told to.
fn gated(backend: &Backend) -> (Arc<Notify>, Arc<Notify>) {
    let (asked, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (tells, waits) = (asked.clone(), go.clone());
    backend.route("POST", "/token", move |_| {
        let (tells, waits) = (tells.clone(), waits.clone());
        async move {
            tells.notify_one();
            waits.notified().await;
            Reply::json(&json!({ "access_token": "a1", "token_type": "Bearer", "refresh_token": "r1" }))
        }
    });
    (asked, go)
}

fn page(mut stream: TcpStream) -> JoinHandle<String> {
    tokio::spawn(async move {
        let mut page = String::new();
        stream.read_to_string(&mut page).await.unwrap();
        page
    })
}

#[tokio::test]
async fn a_code_that_the_token_endpoint_refuses_is_told_on_the_page() {
    let (oauth, backend) = oauth().await;
    let told = "<b>old</b>\u{1b}[2J \u{202e}c1";
    let refusal = json!({ "error": "invalid_grant", "error_description": told, "error_uri": "x:\u{7}" });
    backend.reply("POST", "/token", Reply::json(&refusal).status(400));
    let browser = Browser::agreeing();
    match oauth.sign_in(&browser).await {
        Err(OAuthError::Refused(refusal)) => {
            assert_eq!(refusal.error, "invalid_grant");
            assert_eq!(refusal.description.as_deref(), Some("<b>old</b> [2J  c1"), "no terminal obeys it");
            assert_eq!(refusal.uri.as_deref(), Some("x: "));
        }
        other => panic!("{other:?}"),
    }
    let page = browser.first_page().await;
    assert!(page.starts_with("HTTP/1.1 400") && page.contains("You are not signed in"), "{page}");
    assert!(page.contains("refuses: invalid_grant: &lt;b&gt;old&lt;/b&gt; [2J"), "{page}");
    assert!(!page.contains("hunter2") && !page.contains("You are signed in"), "I27: {page}");
    assert!(!oauth.session().state().is_signed_in());
}

#[tokio::test]
async fn tokens_that_cannot_be_used_are_told_on_the_page() {
    let backend = documented(document(&["pushed_authorization_request_endpoint"]));
    issuing(&backend);
    let oauth = builder(&backend, ClientCredentials::public("cli")).await.dpop().build().unwrap();
    let browser = Browser::agreeing();
    assert!(matches!(oauth.sign_in(&browser).await, Err(OAuthError::Unsupported(_))));
    let page = browser.first_page().await;
    assert!(page.contains("You are not signed in") && page.contains("bound to no key"), "{page}");
}

#[tokio::test]
async fn a_page_that_is_loaded_again_shows_the_same_outcome() {
    let (oauth, backend) = oauth().await;
    let (asked, go) = gated(&backend);
    let (browser, mut sent) = Connections::new(2);
    let user = async {
        asked.notified().await;
        let pages = [sent.recv().await.unwrap(), sent.recv().await.unwrap()].map(page);
        let address = browser.address.lock().unwrap().clone().unwrap();
        let unused = TcpStream::connect(&address).await.unwrap();
        let mut other = TcpStream::connect(&address).await.unwrap();
        other.write_all(b"GET /favicon.ico HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
        assert!(page(other).await.unwrap().starts_with("HTTP/1.1 404"), "it goes on serving meanwhile");
        assert!(pages.iter().all(|page| !page.is_finished()), "no outcome is shown before there is one");
        go.notify_one();
        for page in pages {
            let page = page.await.unwrap();
            assert!(page.starts_with("HTTP/1.1 200") && page.contains("You are signed in"), "{page}");
        }
        assert_eq!(page(unused).await.unwrap(), "", "a connection without a request is closed");
    };
    let (outcome, ()) = tokio::join!(oauth.sign_in(&browser), user);
    outcome.unwrap();
    assert_eq!(backend.count("POST", "/token"), 1, "a code is sent once");
}

#[tokio::test]
async fn a_browser_that_goes_away_stops_no_sign_in() {
    let (oauth, backend) = oauth().await;
    let (asked, go) = gated(&backend);
    let (browser, mut sent) = Connections::new(1);
    let user = async {
        asked.notified().await;
        drop(sent.recv().await.unwrap());
        go.notify_one();
    };
    let (outcome, ()) = tokio::join!(oauth.sign_in(&browser), user);
    outcome.unwrap();
    assert!(oauth.session().state().is_signed_in());
}

/// A code is not sent twice, and the user is told.
#[tokio::test]
async fn a_token_endpoint_that_does_not_answer_ends_the_sign_in() {
    let (oauth, backend) = oauth().await;
    let (asked, _never) = gated(&backend);
    let browser = Browser::agreeing();
    let clock = async {
        asked.notified().await;
        // From here on, only the timeout of the request is waited for.
        tokio::time::pause();
    };
    let (outcome, ()) = tokio::join!(oauth.sign_in(&browser), clock);
    tokio::time::resume();
    match outcome {
        Err(OAuthError::Request(request)) => {
            let told = "the request for tokens to https://id.test/token failed: timed out after 30s";
            assert!(request.to_string().starts_with(told), "{request}");
        }
        other => panic!("{other:?}"),
    }
    let page = browser.first_page().await;
    assert!(page.starts_with("HTTP/1.1 400") && page.contains("You are not signed in"), "{page}");
    assert_eq!(backend.count("POST", "/token"), 1);
}
