//! `.allow_insecure(…)`: plaintext inside a network that protects the traffic, and nowhere else.

use sdk_runtime::{
    Attach, Error, Result, Tokens, Url, api_client,
    error::{BuildError, TransportErrorKind},
    store::MemoryStore,
};
use sdk_testkit::{Backend, Reply};
use test_support::{Credentials, LoginResponse, user};

use crate::network::Network;
use crate::wire::{Origins, accepting, raw};

#[api_client]
trait Signing {
    #[get("/x")]
    async fn x(&self) -> Result<String>;

    #[get]
    async fn at(&self, #[url] address: &Url) -> Result<String>;
}

#[api_client(auth = none)]
trait Public {
    #[get("/x")]
    async fn x(&self) -> Result<String>;
}

#[api_client]
trait WithLogin {
    #[post("/login")]
    #[session(start)]
    async fn login(&self, #[json] credentials: &Credentials) -> Result<LoginResponse>;

    #[get("/x")]
    async fn x(&self) -> Result<String>;
}

const BACKEND: &str = "http://backend.internal:8080";

fn failed<T>(built: std::result::Result<T, BuildError>) -> (&'static str, String) {
    built.err().map(|error| (error.code(), error.to_string())).unwrap()
}

#[tokio::test]
async fn i22_a_client_with_a_credential_is_not_built_for_an_address_in_the_clear() {
    let session = SigningClient::new("https://own.test").unwrap().session().clone();
    let signing = || SigningClient::builder(format!("{BACKEND}/v1"));
    let all = [
        failed(signing().bearer("t").build()),
        failed(signing().session(&session).build()),
        failed(signing().store(MemoryStore::new()).build()),
        failed(signing().attach(Attach::raw("x-key")).build()),
        failed(WithLoginClient::new(BACKEND)),
        failed(WithLoginClient::builder(BACKEND).build_pool(|_: &u8| MemoryStore::new())),
    ];
    let expected = "the client cannot be built: the credentials of the login would travel to \
                    `http://backend.internal:8080` in the clear: use https, or a loopback address such as \
                    `http://localhost`; if the network protects the traffic, write \
                    `.allow_insecure(\"http://backend.internal:8080\")`";
    for (code, text) in all {
        assert_eq!((code, text.as_str()), ("build.insecure", expected));
    }
    for other in ["http://backend.internal", "http://backend.internal:8081", "http://other.internal:8080"] {
        let (code, text) = failed(WithLoginClient::builder(BACKEND).allow_insecure(other).build());
        assert_eq!(code, "build.insecure");
        assert_eq!(text, format!("{expected}; `.allow_insecure(\"{other}\")` names another origin"));
    }
    for base in ["https://own.test", "http://localhost:1", "http://127.0.0.1:1", "http://[::1]"] {
        assert!(WithLoginClient::new(base).is_ok(), "{base}");
    }
    for base in ["http://own.localhost", "http://10.0.0.1", "http://0.0.0.0"] {
        assert!(WithLoginClient::new(base).is_err(), "{base}");
    }
    // Without a credential, plaintext is an API like any other.
    assert!(PublicClient::new(BACKEND).is_ok());
    assert!(SigningClient::new(BACKEND).is_ok());
}

#[test]
fn only_a_plaintext_origin_can_be_allowed() {
    for given in ["", "backend", "https://backend.internal", "http://backend.internal/v1", "http://u@b", "*"]
    {
        let (code, text) = failed(PublicClient::builder(BACKEND).allow_insecure(given).build());
        assert_eq!(code, "build.origin");
        let shown = if given.contains('@') { "…" } else { given };
        let expected = format!("the origin `{shown}` of `.allow_insecure(…)` must be `http://`");
        assert!(text.contains(&expected), "I27: {given}: {text}");
    }
}

#[tokio::test]
async fn a_login_lives_behind_an_allowed_address_without_its_secure_cookies() {
    let backend = accepting();
    let tokens = Reply::json(&serde_json::json!({ "access_token": "a" }))
        .header("set-cookie", "plain=1; Path=/")
        .append_header("set-cookie", "safe=1; Path=/; Secure");
    backend.reply("POST", "/login", tokens);
    let client = WithLoginClient::builder(BACKEND)
        .allow_insecure(BACKEND)
        .transport(Origins::default().with(BACKEND, &backend))
        .build()
        .unwrap();
    client.login(&user("ann")).await.unwrap();
    client.x().await.unwrap();
    let sent = raw(&backend.last().unwrap());
    assert_eq!(sent, "GET /x\nauthorization: Bearer a\ncookie: plain=1\n\n", "I22");
}

#[tokio::test]
async fn i22_an_allowed_origin_is_not_trusted_for_that() {
    let (own, other) = (accepting(), accepting());
    let origins = || {
        Origins::default()
            .with("https://own.test", &own)
            .with(BACKEND, &other)
            .with("http://own.test", &other)
    };
    let builder = || SigningClient::builder("https://own.test").bearer("s3cret").transport(origins());
    let address = Url::parse(&format!("{BACKEND}/x")).unwrap();
    let client = builder().allow_insecure(BACKEND).build().unwrap();
    client.at(&address).await.unwrap();
    assert_eq!(raw(&other.last().unwrap()), "GET /x\n\n", "I22");

    // Allowed and trusted: the order does not matter.
    for client in [
        builder().allow_insecure(BACKEND).trusted_origin(BACKEND).build().unwrap(),
        builder().trusted_origin(BACKEND).allow_insecure(BACKEND).build().unwrap(),
    ] {
        client.at(&address).await.unwrap();
        assert_eq!(raw(&other.last().unwrap()), "GET /x\nauthorization: Bearer s3cret\n\n");
    }
    let (code, _) = failed(builder().trusted_origin(BACKEND).build());
    assert_eq!(code, "build.origin");
}

#[tokio::test]
async fn i22_no_redirect_leads_from_https_to_an_allowed_address() {
    let (own, other) = (accepting(), accepting());
    own.reply("GET", "/x", Reply::redirect(&format!("{BACKEND}/x")).status(307));
    let client = SigningClient::builder("https://own.test")
        .bearer("t")
        .allow_insecure(BACKEND)
        .trusted_origin(BACKEND)
        .transport(Origins::default().with("https://own.test", &own).with(BACKEND, &other))
        .build()
        .unwrap();
    let Err(Error::Transport(error)) = client.x().await else { panic!("followed") };
    assert_eq!(error.kind(), TransportErrorKind::Redirect);
    assert!(other.requests().is_empty(), "I22");
}

/// Over a real socket: the proxy is that of the environment, or set by hand.
#[tokio::test]
async fn i22_requests_to_an_allowed_address_go_through_no_proxy() {
    let (seen, backend) = (accepting(), accepting());
    let (proxy, served) = (seen.serve().await.unwrap(), backend.serve().await.unwrap());
    let address: std::net::SocketAddr = served.url().trim_start_matches("http://").parse().unwrap();
    let base = format!("http://backend.internal:{}", address.port());
    let network = Network {
        proxy: Some(proxy.url().to_owned()),
        name: Some(("backend.internal", vec![address])),
        ..Network::default()
    };
    let client = SigningClient::builder(&base).allow_insecure(&base).bearer("t");
    let client = client.transport(network.clone().transport()).build().unwrap();
    client.x().await.unwrap();
    assert!(raw(&backend.last().unwrap()).contains("authorization: Bearer t"));
    assert!(seen.requests().is_empty(), "I22");

    let client = PublicClient::builder(&base).transport(network.transport()).build().unwrap();
    client.x().await.unwrap();
    assert_eq!((seen.requests().len(), backend.requests().len()), (1, 1), "without a credential it may");
}

/// An address that is not this machine by its name, behind a proxy for all addresses.
#[cfg(feature = "reqwest")]
#[tokio::test]
async fn the_client_of_reqwest_that_is_lent_for_an_allowed_address_is_the_one_of_the_calls() {
    use sdk_runtime::transport::{HttpTransport, Transport};

    let (seen, backend) = (accepting(), accepting());
    let (proxy, served) = (seen.serve().await.unwrap(), backend.serve().await.unwrap());
    let address: std::net::SocketAddr = served.url().trim_start_matches("http://").parse().unwrap();
    let base = format!("http://backend.internal:{}", address.port());
    let through = proxy.url().to_owned();
    let transport = HttpTransport::new(move |http| {
        let proxy = sdk_runtime::transport::reqwest::Proxy::all(&through).unwrap();
        http.proxy(proxy).resolve("backend.internal", address)
    });
    let url = Url::parse(&format!("{base}/health")).unwrap();
    let lent = |transport: &HttpTransport| -> *const _ { transport.client_for(&url).unwrap() };
    let proxied = lent(&transport);
    // A client that allows the origin, while another client of the transport does not.
    PublicClient::builder(&base).transport(transport.clone()).build().unwrap();
    assert_eq!(lent(&transport), proxied, "no client has allowed it");
    for allowed in [&base, "http://other.internal", &base] {
        let shared: std::sync::Arc<dyn Transport> = std::sync::Arc::new(transport.clone());
        PublicClient::builder("https://own.test").transport(shared).allow_insecure(allowed).build().unwrap();
        assert_ne!(lent(&transport), proxied);
    }
    transport.client_for(&url).unwrap().get(url.clone()).send().await.unwrap();
    assert_eq!((seen.requests().len(), backend.requests().len()), (0, 1));
    let other = Url::parse("http://backend.internal:1").unwrap();
    assert!(std::ptr::eq(transport.client_for(&other).unwrap(), proxied), "another port is not allowed");
}

#[tokio::test]
async fn a_sign_in_sends_its_password_to_an_allowed_trusted_address_alone() {
    let (own, other) = (Backend::new(), accepting());
    let client = SigningClient::builder("https://own.test")
        .allow_insecure(BACKEND)
        .transport(Origins::default().with("https://own.test", &own).with(BACKEND, &other))
        .build()
        .unwrap();
    client.session().sign_in(Tokens::new("s3cret")).unwrap();
    let address = Url::parse(&format!("{BACKEND}/x")).unwrap();
    client.at(&address).await.unwrap();
    assert_eq!(raw(&other.last().unwrap()), "GET /x\n\n", "I22: unsigned");
}
