//! Secrets in logs: they are planted everywhere, and everything that can be printed is searched.

use std::fmt::Debug;

use sdk_runtime::transport::{Transport, TransportFuture, TransportRequest};
use sdk_runtime::{
    Attach, Body, Error, Grant, Head, Refusal, Result, ServiceTransport, TokenRequest, TokenResponse, Tokens,
    api_client, body::IntoBody,
};
use sdk_testkit::{Backend, Reply};
use serde::Deserialize;

/// In every token, body, query, header and cookie of this file.
const SECRET: &str = "hunter2";

struct Spent(String);

impl TokenRequest for Spent {
    fn from_grant(grant: &Grant) -> Option<Self> {
        Some(Self(grant.refresh_token()?.expose().to_owned()))
    }
}

impl IntoBody for Spent {
    fn into_body(self) -> Body {
        Body::new(self.0)
    }
}

#[derive(Deserialize)]
struct Refreshed {
    envelope: bool,
}

impl TokenResponse for Refreshed {
    fn tokens(&self, _: &Head) -> std::result::Result<Tokens, Refusal> {
        match self.envelope {
            true => Err(Refusal::Dead(SECRET.to_owned())),
            false => Err(Refusal::TryLater { message: SECRET.to_owned(), after: None }),
        }
    }
}

#[api_client]
trait Vault {
    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[body] spent: Spent) -> Result<Refreshed>;

    #[post("/things/{id}")]
    async fn thing(
        &self,
        id: &str,
        #[query] q: &str,
        #[header("x-key")] key: &str,
        #[body] body: String,
    ) -> Result<u32>;
}

fn assert_quiet(what: &str, value: &(impl Debug + ?Sized)) {
    for text in [format!("{value:?}"), format!("{value:#?}")] {
        assert!(!text.contains(SECRET), "I27: {what} shows a secret: {text}");
    }
}

fn assert_quiet_error(what: &str, error: &Error) {
    assert_quiet(what, error);
    let mut next: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = next {
        assert_quiet(what, error);
        assert!(!error.to_string().contains(SECRET), "I27: {what} shows a secret: {error}");
        next = error.source();
    }
}

/// A transport that prints what it is given, as the transport of a user who looks for a fault.
struct Printing(ServiceTransport<Backend>);

impl Transport for Printing {
    fn send(&self, mut request: TransportRequest) -> TransportFuture {
        // Other libraries show the headers that are not.
        for name in ["authorization", "x-auth", "cookie"] {
            assert!(request.headers.get(name).is_none_or(|value| value.is_sensitive()), "I27: {name}");
        }
        // The path is shown, on purpose, and holds one of the planted secrets.
        let url = request.url.clone();
        request.url.set_path("/");
        assert_quiet("request", &request);
        assert_quiet("its body", &request.body);
        request.url = url;
        self.0.send(request)
    }
}

async fn errors(backend: &Backend, attach: Attach) -> Vec<Error> {
    let client = VaultClient::builder("http://localhost")
        .attach(attach)
        .transport(Printing(ServiceTransport::new(backend.clone())))
        .build()
        .unwrap();
    let tokens = Tokens::new(SECRET).refresh_token(SECRET).subject(SECRET);
    assert_quiet("tokens", &tokens);
    client.session().sign_in(tokens).unwrap();
    let call = || client.thing(SECRET, SECRET, SECRET, SECRET.to_owned());
    assert_quiet("call", &call());
    assert_quiet("client", &client);
    assert_quiet("session", client.session());
    assert_quiet("state", &client.session().state());
    assert_quiet("preview without its path", &call().request().unwrap().method());
    let mut errors = Vec::new();
    errors.extend(call().await.err());
    errors.extend(call().await.err());
    assert_quiet("state", &client.session().state());
    let error = client.thing("", SECRET, SECRET, SECRET.to_owned()).await.unwrap_err();
    assert!(matches!(error, Error::InvalidRequest(_)) || matches!(error, Error::SessionExpired(_)));
    errors.push(error);
    errors.extend(call().header("x-key", format!("{SECRET}\n")).await.err());
    errors
}

#[tokio::test(start_paused = true)]
async fn i27_nothing_that_can_be_printed_shows_a_secret() {
    let json = |text: &str| Reply::bytes(text.to_owned()).header("content-type", "application/json");
    let lacking = |scheme| format!("{scheme} realm={SECRET}, error=insufficient_scope, scope={SECRET}");
    let planted = |reply: Reply| {
        reply
            .header("x-key", SECRET)
            .header("set-cookie", format!("a={SECRET}"))
            .header("location", "http://other/")
    };
    for (answer, refresh) in [
        (Reply::text(SECRET).status(500), Reply::empty()),
        (json(&format!("\"{SECRET}\"")), Reply::empty()),
        (Reply::reset(), Reply::empty()),
        (Reply::text(SECRET).status(403).header("www-authenticate", lacking("Bearer")), Reply::empty()),
        (Reply::text(SECRET).status(403).header("www-authenticate", lacking("Key")), Reply::empty()),
        (Reply::text(SECRET).status(401), json("{\"envelope\":true}")),
        (Reply::text(SECRET).status(401), json("{\"envelope\":false}")),
        (Reply::text(SECRET).status(401), json(&format!("{{\"envelope\":\"{SECRET}\"}}"))),
        (Reply::text(SECRET).status(401), Reply::text(SECRET).status(401)),
        (Reply::text(SECRET).status(401), Reply::text(SECRET).status(500)),
        (Reply::text(SECRET).status(401), Reply::reset()),
    ] {
        for attach in [Attach::bearer(), Attach::raw("x-auth"), Attach::header("x-auth", "Key")] {
            let backend = Backend::new();
            backend.reply("POST", "/things/{id}", planted(answer.clone()));
            backend.reply("POST", "/refresh", planted(refresh.clone()));
            let errors = errors(&backend, attach).await;
            assert!(errors.len() >= 3, "{errors:?}");
            for error in &errors {
                assert_quiet_error("error", error);
            }
        }
    }
}

#[test]
fn an_error_is_small_and_goes_everywhere() {
    fn goes_everywhere<T: Clone + Send + Sync + 'static>() {}
    goes_everywhere::<Error>();
    assert!(size_of::<Error>() <= 3 * size_of::<usize>());
}
