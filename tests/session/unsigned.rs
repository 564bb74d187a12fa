//! `auth = cookies`: not signed, with the cookies of the login. Crossed with each state of a session, with
//! redirects and second origins, and with the end of a login.

use sdk_runtime::{
    Attach, Error, Head, Refusal, Result, ServiceTransport, TokenResponse, Tokens, Url, api_client,
    endpoint::Auth,
    error::{TransportError, TransportErrorKind},
    store::MemoryStore,
    transport::{Transport, TransportFuture, TransportRequest},
};
use sdk_testkit::{Backend, Reply};
use serde::Deserialize;

#[derive(Deserialize)]
struct Answer {
    access: Option<String>,
}

impl TokenResponse for Answer {
    fn tokens(&self, _: &Head) -> std::result::Result<Tokens, Refusal> {
        Ok(match &self.access {
            Some(access) => Tokens::new(access.as_str()).refresh_token("r").subject(access.as_str()),
            None => Tokens::cookies(),
        })
    }
}

#[api_client(timeout = none)]
trait Mixed {
    #[post("/login")]
    #[session(start)]
    async fn login(&self) -> Result<Answer>;
    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self) -> Result<Answer>;
    #[post("/logout", auth = cookies)]
    #[session(end)]
    async fn logout(&self) -> Result<()>;
    #[get("/csrf", auth = cookies, retry = 1)]
    async fn csrf(&self) -> Result<String>;
    #[get("/csrf", auth = cookies)]
    async fn with_own(
        &self,
        #[header] authorization: &str,
        #[header("cookie")] own: &[&str],
    ) -> Result<String>;
    #[get(auth = cookies)]
    async fn at(&self, #[url] url: &Url) -> Result<String>;
    #[get("/hello", auth = optional)]
    async fn hello(&self) -> Result<String>;
}

/// Every origin is answered by the same backend; where a request went, its `host` says.
struct Everywhere(ServiceTransport<Backend>);

impl Transport for Everywhere {
    fn send(&self, mut request: TransportRequest) -> TransportFuture {
        let host = request.url.origin().ascii_serialization();
        match host.parse() {
            Ok(host) => {
                request.headers.insert("x-origin", host);
                self.0.send(request)
            }
            Err(_) => Box::pin(async { Err(TransportError::new(TransportErrorKind::Connect, "no origin")) }),
        }
    }
}

fn server(attach: Attach, store: MemoryStore) -> (Backend, MixedClient) {
    let is_cookies = format!("{attach:?}").contains("Cookies");
    let backend = Backend::new().fallback(|_| async { Reply::text("ok") });
    let answer = match is_cookies {
        true => serde_json::json!({}),
        false => serde_json::json!({ "access": "a0" }),
    };
    let login = Reply::json(&answer).append_header("set-cookie", "sid=1; Path=/; Domain=own.com");
    backend.reply("POST", "/login", login.append_header("set-cookie", "host=1; Path=/"));
    backend.reply("POST", "/refresh", Reply::json(&answer));
    let client = MixedClient::builder("https://own.com")
        .trusted_origin("https://www.own.com")
        .attach(attach)
        .store(store)
        .transport(Everywhere(ServiceTransport::new(backend.clone())))
        .build()
        .unwrap();
    (backend, client)
}

fn last(backend: &Backend) -> (Option<String>, Option<String>) {
    let request = backend.last().unwrap();
    let header = |name| request.header(name).map(str::to_owned);
    (header("authorization"), header("cookie"))
}

fn has(cookie: &str) -> (Option<String>, Option<String>) {
    (None, Some(cookie.to_owned()))
}

fn attachments() -> [Attach; 3] {
    [Attach::bearer(), Attach::raw("authorization"), Attach::cookies()]
}

#[tokio::test]
async fn the_cookies_of_the_login_go_and_its_credential_does_not() {
    assert_eq!(MixedClient::ENDPOINTS[4].auth_rule(), Auth::Cookies);
    for attach in attachments() {
        let store = MemoryStore::new();
        let (_, client) = server(attach.clone(), store.clone());
        client.login().await.unwrap();
        // In the same process, and in one that finds the login in its store.
        let (backend, later) = server(attach, store);
        for client in [&client, &later] {
            client.csrf().await.unwrap();
        }
        assert_eq!(last(&backend), has("sid=1; host=1"));
        later.with_own("Basic x", &["own=1", "two=2"]).await.unwrap();
        assert_eq!(
            last(&backend),
            (Some("Basic x".to_owned()), Some("own=1; two=2; sid=1; host=1".to_owned()))
        );
    }
}

#[tokio::test]
async fn a_refusal_is_an_answer_and_refreshes_nothing() {
    for attach in attachments() {
        let (backend, client) = server(attach, MemoryStore::new());
        client.login().await.unwrap();
        for status in [401, 403, 419] {
            let refused =
                Reply::text("no").status(status).header("www-authenticate", "Bearer error=\"invalid_token\"");
            backend.reply("GET", "/csrf", refused);
            let Err(Error::Status(answer)) = client.csrf().await else { panic!("not the answer") };
            assert_eq!(answer.status().as_u16(), status);
        }
        assert_eq!(backend.count("POST", "/refresh"), 0);
        assert!(client.session().state().is_signed_in());
    }
}

#[tokio::test]
async fn what_holds_in_each_state_of_the_session() {
    for attach in attachments() {
        let (backend, client) = server(attach, MemoryStore::new());
        client.csrf().await.unwrap();
        assert_eq!(last(&backend), (None, None), "signed out, without a cookie");
        backend.reply("GET", "/csrf", Reply::text("ok").header("set-cookie", "csrf=1; Path=/"));
        client.csrf().await.unwrap();
        client.hello().await.unwrap();
        assert_eq!(
            last(&backend),
            has("csrf=1"),
            "signed out, its cookies are those of the signed-out state"
        );
        client.login().await.unwrap();
        client.csrf().await.unwrap();
        assert_eq!(last(&backend), has("csrf=1; sid=1; host=1"), "they belong to the login");

        client.session().sign_out();
        backend.reply("GET", "/csrf", Reply::text("ok"));
        client.csrf().await.unwrap();
        assert_eq!(last(&backend), (None, None), "nothing is left of the login");

        client.login().await.unwrap();
        backend.reply(
            "POST",
            "/refresh",
            Reply::json(&serde_json::json!({"error": "invalid_grant"})).status(400),
        );
        backend.reply("GET", "/hello", Reply::empty().status(401));
        assert!(client.hello().await.unwrap_err().requires_sign_in());
        let before = backend.requests().len();
        assert!(client.csrf().await.unwrap_err().requires_sign_in(), "expired");
        assert_eq!(backend.requests().len(), before, "I29");

        client.session().close();
        assert!(matches!(client.csrf().await, Err(Error::Closed(_))));
        assert_eq!(backend.requests().len(), before);
    }
}

#[tokio::test(start_paused = true)]
async fn i12_a_retry_does_not_go_out_with_the_cookies_of_a_login_that_is_over() {
    let (backend, client) = server(Attach::bearer(), MemoryStore::new());
    client.login().await.unwrap();
    let session = client.session().clone();
    backend.route("GET", "/csrf", move |_| {
        session.sign_in(Tokens::new("b0").subject("bob")).unwrap();
        async { Reply::empty().status(503) }
    });
    assert!(matches!(client.csrf().await, Err(Error::IdentityChanged(_))), "I12");
    assert_eq!(backend.count("GET", "/csrf"), 1, "I12");
}

#[tokio::test]
async fn i22_the_cookies_go_to_the_origins_of_the_client_alone() {
    for attach in attachments() {
        let (backend, client) = server(attach, MemoryStore::new());
        client.login().await.unwrap();
        for (url, expected) in [
            ("https://own.com/x", has("sid=1; host=1")),
            ("https://www.own.com/x", has("sid=1")),
            ("https://other.own.com/x", (None, None)),
            ("https://other.com/x", (None, None)),
            ("http://own.com/x", (None, None)),
        ] {
            let url = Url::parse(url).unwrap();
            client.at(&url).await.unwrap();
            assert_eq!(last(&backend), expected, "I22: {url}");
            backend.reply("GET", "/csrf", Reply::redirect(url.as_str()));
            if url.scheme() == "http" {
                assert!(client.csrf().await.is_err(), "no redirect leads out of TLS");
                continue;
            }
            client.csrf().await.unwrap();
            assert_eq!(last(&backend), expected, "I22: redirected to {url}");
        }
    }
}

#[tokio::test]
async fn a_sign_out_is_told_with_the_cookies_of_the_login_alone() {
    for attach in attachments() {
        let (backend, client) = server(attach, MemoryStore::new());
        client.login().await.unwrap();
        client.logout().await.unwrap();
        assert_eq!((backend.last().unwrap().path(), last(&backend)), ("/logout", has("sid=1; host=1")));
        client.hello().await.unwrap();
        assert_eq!(last(&backend), (None, None));
        assert!(matches!(client.logout().await, Err(Error::NotSignedIn(_))));
    }
}
