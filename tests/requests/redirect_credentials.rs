//! Redirects to another server: it gets no credential, and its answers do not change the session.

use http::HeaderValue;
use sdk_runtime::{Attach, Error, Head, Refusal, Result, TokenResponse, Tokens, api_client};
use sdk_testkit::{Backend, Reply};
use serde::Deserialize;

use crate::wire::{Origins, accepting, raw};

#[derive(Deserialize)]
struct Refreshed {}

impl TokenResponse for Refreshed {
    fn tokens(&self, _: &Head) -> std::result::Result<Tokens, Refusal> {
        Ok(Tokens::new("refreshed"))
    }
}

#[api_client(timeout = none)]
trait Signed {
    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self) -> Result<Refreshed>;

    #[post("/login")]
    #[session(start)]
    async fn login(&self, #[json] password: &str) -> Result<Refreshed>;

    #[post("/logout")]
    #[session(end)]
    async fn logout(&self) -> Result<()>;

    #[get("/from")]
    async fn get(&self) -> Result<String>;

    #[put("/from", headers("x-static" = "s", "accept-language" = "de"))]
    async fn put(&self, #[header] x_argument: &str, #[json] body: u8) -> Result<()>;

    #[get("/from", auth = none)]
    async fn unsigned(&self, #[header] authorization: &str, #[header] cookie: &str) -> Result<String>;
}

#[api_client]
trait Plain {
    #[get("/x")]
    async fn get(&self) -> Result<String>;

    #[get("/x", auth = none)]
    async fn unsigned(&self, #[header] authorization: &str) -> Result<String>;
}

const OWN: &str = "https://own.test";

/// The own server at [`OWN`] that redirects `/from` to `location`, which may be the other server's.
fn two_servers(attach: Attach, location: &str) -> (Backend, Backend, SignedClient) {
    let (own, other) = (accepting(), Backend::new().fallback(|_| async { Reply::text("other") }));
    for method in ["GET", "PUT"] {
        let redirect = Reply::redirect(location).status(307).header("set-cookie", "crumb=1; Path=/");
        own.reply(method, "/from", redirect);
    }
    own.reply("POST", "/refresh", Reply::json(&serde_json::json!({})));
    let origins = Origins::default()
        .with(OWN, &own)
        .with("https://other.test", &other)
        .with("https://sub.own.test", &other)
        .with("https://own.test:8443", &other);
    let client = SignedClient::builder(OWN).attach(attach).transport(origins).build().unwrap();
    client.session().sign_in(Tokens::new("s3cret").refresh_token("r")).unwrap();
    (own, other, client)
}

#[tokio::test]
async fn i22_nothing_that_could_be_a_credential_crosses_an_origin() {
    for attach in [Attach::bearer(), Attach::header("x-key", "Key"), Attach::raw("accept-language-token")] {
        for elsewhere in [
            "https://other.test/to",
            "//other.test/to",
            "https://sub.own.test/to",
            "https://own.test:8443/to",
        ] {
            let (own, other, client) = two_servers(attach.clone(), elsewhere);
            assert_eq!(client.get().await.unwrap(), "other", "{elsewhere}");
            assert_eq!(raw(&other.last().unwrap()), "GET /to\n\n", "{elsewhere}");
            client.put("a", 1).header("x-call", "c").header("cookie", "mine=1").await.unwrap();
            let expected = "PUT /to\naccept-language: de\ncontent-type: application/json\n\n1";
            assert_eq!(raw(&other.last().unwrap()), expected, "{elsewhere}");
            client.unsigned("Basic s3cret", "s=3").await.unwrap();
            assert_eq!(raw(&other.last().unwrap()), "GET /to\n\n", "{elsewhere}");
            assert!(own.requests().iter().all(|request| raw(request).contains("s3cret")));
        }
    }
}

/// By its name it could go to any server.
#[tokio::test]
async fn i22_a_header_that_is_marked_sensitive_stays_with_the_origins_of_the_client() {
    let secret = || {
        let mut value = HeaderValue::from_static("s3cret");
        value.set_sensitive(true);
        value
    };
    for name in ["accept", "user-agent", "range"] {
        for location in ["https://own.test/to", "https://other.test/to"] {
            let (own, other, plain) = two_servers(Attach::bearer(), location);
            let origins = Origins::default().with(OWN, &own).with("https://other.test", &other);
            let builder = SignedClient::builder(OWN).header(name, secret()).transport(origins);
            let wide = builder.build().unwrap();
            for call in [wide.unsigned("a", "c=1"), plain.unsigned("a", "c=1").header(name, secret())] {
                let before = own.requests().len();
                call.await.unwrap();
                let here = own.requests().split_off(before);
                let all = here.iter().all(|request| request.header(name) == Some("s3cret"));
                assert!(all, "{name} {location}");
            }
            let away = other.requests();
            assert_eq!(away.len(), if location.starts_with(OWN) { 0 } else { 2 });
            assert!(away.iter().all(|request| !raw(request).contains("s3cret")), "I22: {name}: {away:?}");
        }
    }
}

#[tokio::test]
async fn everything_goes_along_within_the_origin() {
    for here in ["/to", "https://own.test:443/to", "https://OWN.test/to"] {
        let (own, _, client) = two_servers(Attach::bearer(), here);
        client.put("a", 1).header("x-call", "c").header("cookie", "mine=1").await.unwrap();
        let expected = "PUT /to\naccept-language: de\nauthorization: Bearer s3cret\ncontent-type: \
            application/json\n\
             cookie: mine=1; crumb=1\nx-argument: a\nx-call: c\nx-static: s\n\n1";
        assert_eq!(raw(&own.last().unwrap()), expected, "{here}");
    }
}

#[tokio::test]
async fn what_was_left_behind_does_not_come_back() {
    let (own, other, client) = two_servers(Attach::bearer(), "https://other.test/to");
    other.reply("PUT", "/to", Reply::redirect("https://own.test/back").status(307));
    client.put("a", 1).header("x-call", "c").await.unwrap();
    let back = own.last().unwrap();
    assert_eq!(back.path(), "/back");
    let left = ["authorization", "cookie", "x-argument", "x-call", "x-static"];
    assert!(
        left.iter().all(|name| back.header(name).is_none()),
        "another origin must not choose what ours is asked"
    );
}

#[tokio::test]
async fn a_401_of_another_server_starts_no_refresh() {
    let (own, other, client) = two_servers(Attach::bearer(), "https://other.test/to");
    let challenge =
        Reply::text("who are you").status(401).header("www-authenticate", "Bearer error=\"invalid_token\"");
    other.reply("GET", "/to", challenge);
    let Error::Status(answer) = client.get().await.unwrap_err() else { panic!("not the answer") };
    assert_eq!((answer.status().as_u16(), answer.text().as_str()), (401, "who are you"));
    assert_eq!(own.count("POST", "/refresh"), 0);
    assert_eq!(own.requests().len(), 1, "no replay");

    // The same answer from the own origin does.
    own.route("GET", "/from", |request| async move {
        if request.bearer() == Some("refreshed") { Reply::text("own") } else { Reply::empty().status(401) }
    });
    assert_eq!(client.get().await.unwrap(), "own");
    assert_eq!(own.count("POST", "/refresh"), 1);
}

/// Cookies know neither ports nor subdomains (RFC 6265, 8.5), so their own rules do not keep these out.
#[tokio::test]
async fn a_cookie_of_another_server_is_not_stored() {
    for elsewhere in ["https://other.test/to", "https://sub.own.test/to", "https://own.test:8443/to"] {
        let (own, other, client) = two_servers(Attach::bearer(), elsewhere);
        let reply = Reply::text("").append_header("set-cookie", "planted=1; Path=/");
        other.reply("GET", "/to", reply.append_header("set-cookie", "planted=2; Domain=own.test; Path=/"));
        client.get().await.unwrap();
        client.get().await.unwrap();
        let last = own.last().unwrap();
        assert_eq!(last.header("cookie"), Some("crumb=1"), "{elsewhere}: the own server's alone");
        assert!(other.requests().iter().all(|request| request.header("cookie").is_none()));
    }
}

#[tokio::test]
async fn i22_a_credential_does_not_travel_in_the_clear() {
    for (base, may) in [
        ("http://api.test", false),
        ("http://192.168.0.1", false),
        ("http://localhost.evil.test", false),
        ("http://127.0.0.1.evil.test", false),
        ("http://0.0.0.0", false),
        ("https://api.test", true),
        ("http://localhost:3000", true),
        ("http://127.0.0.1", true),
        ("http://127.9.9.9", true),
        ("http://[::1]", true),
    ] {
        let backend = accepting();
        let declared = SignedClient::builder(base).transport(crate::wire::memory(&backend)).build();
        assert_eq!(
            declared.map(drop).map_err(|error| error.code()),
            if may { Ok(()) } else { Err("build.insecure") }
        );
        // A client that does not know at first that it will have a login.
        let client = PlainClient::builder(base).transport(crate::wire::memory(&backend)).build().unwrap();
        client.session().sign_in(Tokens::new("s3cret")).unwrap();
        let outcome = client.get().await;
        assert_eq!(outcome.is_ok(), may, "{base}: {outcome:?}");
        assert_eq!(backend.requests().len(), usize::from(may), "{base}");
        if let Err(error) = outcome {
            let Error::InvalidRequest(invalid) = &error else { panic!("{error:?}") };
            assert!(invalid.argument() == base && invalid.reason().contains("https"), "{invalid}");
            assert!(!format!("{error} {error:?}").contains("s3cret"));
            client.unsigned("mine").await.unwrap();
            assert_eq!(backend.requests().len(), 1, "{base}");
        }
    }
}
