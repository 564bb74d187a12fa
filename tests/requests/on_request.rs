//! `.on_request(…)`: headers of each attempt, set before it is signed.

use std::sync::atomic::{AtomicU64, Ordering};

use http::{HeaderMap, HeaderValue};
use sdk_runtime::{
    Error, Part, Result, ServiceTransport, Tokens, api_client, body::Body, endpoint::Endpoint,
};
use sdk_testkit::{Backend, Reply, TokenServer};
use test_support::{Credentials, LoginResponse, RefreshRequest, user};

use crate::wire::{Origins, accepting, raw};

#[api_client]
trait Tracker {
    #[post("/auth/login")]
    #[session(start)]
    async fn login(&self, #[json] credentials: &Credentials) -> Result<LoginResponse>;

    #[post("/auth/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: RefreshRequest) -> Result<LoginResponse>;

    #[get("/issues/{id}")]
    async fn issue(&self, id: u64) -> Result<String>;

    #[get("/open", auth = none)]
    async fn open(&self, #[header] authorization: Option<&str>) -> Result<String>;

    #[post("/files", auth = none)]
    async fn upload(&self, #[part] file: Part) -> Result<String>;
}

const OWN: &str = "https://own.test";

/// A signed-in client of `backend` whose requests `function` has changed.
fn client(
    backend: &Backend,
    function: impl Fn(&'static Endpoint, &mut HeaderMap) + Send + Sync + 'static,
) -> TrackerClient {
    let origins = Origins::default().with(OWN, backend);
    let client = TrackerClient::builder(OWN)
        .header("x-default", "d")
        .transport(origins)
        .on_request(function)
        .build()
        .unwrap();
    client.session().sign_in(Tokens::new("s3cret").refresh_token("r")).unwrap();
    client
}

#[tokio::test]
async fn each_attempt_gets_headers_of_its_own_and_so_do_the_requests_of_the_session() {
    let server = TokenServer::new().guard("GET", "/issues/{id}", |_, _| async { Reply::text("ok") });
    let number = AtomicU64::new(0);
    let client = TrackerClient::builder("http://localhost")
        .transport(ServiceTransport::new(server.backend().clone()))
        .on_request(move |endpoint, headers| {
            let id = format!("{}-{}", endpoint.name(), number.fetch_add(1, Ordering::Relaxed));
            headers.insert("x-request-id", HeaderValue::try_from(id).unwrap());
        })
        .build()
        .unwrap();
    client.login(&user("ann")).await.unwrap();
    server.expire_access_tokens();
    client.issue(7).await.unwrap();
    let ids: Vec<_> = server
        .backend()
        .requests()
        .iter()
        .map(|request| request.header("x-request-id").unwrap_or_default().to_owned())
        .collect();
    assert_eq!(ids, ["login-0", "issue-1", "refresh-2", "issue-3"]);
}

#[tokio::test]
async fn functions_see_the_declared_headers_and_are_called_in_their_order() {
    let backend = accepting();
    let client = TrackerClient::builder(OWN)
        .header("x-default", "d")
        .bearer("t")
        .transport(Origins::default().with(OWN, &backend))
        .on_request(|_, headers| {
            assert!(!headers.contains_key("authorization"), "it is signed later");
            headers.remove("x-default").unwrap();
            headers.insert("x-first", HeaderValue::from_static("1"));
        })
        .on_request(|_, headers| {
            let first = headers.remove("x-first").unwrap();
            headers.insert("x-second", first);
        })
        .build()
        .unwrap();
    client.issue(7).await.unwrap();
    let expected = "GET /issues/7\nauthorization: Bearer t\nx-second: 1\n\n";
    assert_eq!(raw(&backend.last().unwrap()), expected);
}

#[tokio::test]
async fn the_header_of_the_credential_and_those_of_the_transport_cannot_be_set() {
    for (name, reason) in [
        ("authorization", "is not for `.on_request(…)` to set: the client sets it"),
        ("host", "is not for `.on_request(…)` to set: the transport sets it"),
        ("content-length", "is not for `.on_request(…)` to set: the transport sets it"),
        ("transfer-encoding", "is not for `.on_request(…)` to set: the transport sets it"),
        ("proxy-authorization", "is not for `.on_request(…)` to set: the transport sets it"),
    ] {
        let backend = accepting();
        let client = client(&backend, move |_, headers| {
            headers.insert(name, HeaderValue::from_static("mine"));
        });
        for call in [client.issue(7), client.open(None), client.open(Some("Basic mine, too"))] {
            let Err(Error::InvalidRequest(error)) = call.await else { panic!("{name}: accepted") };
            assert_eq!((error.argument(), error.reason()), (name, reason));
        }
        assert!(backend.requests().is_empty(), "{name}");
    }
}

/// A header that the endpoint declares for itself stays its own.
#[tokio::test]
async fn a_credential_of_the_call_is_not_taken_away() {
    let backend = accepting();
    let client = client(&backend, |_, headers| {
        headers.remove("authorization");
    });
    let Err(Error::InvalidRequest(error)) = client.open(Some("Basic mine")).await else { panic!("accepted") };
    assert_eq!(error.argument(), "authorization");
    assert!(backend.requests().is_empty());
    client.issue(7).await.unwrap();
    assert!(raw(&backend.last().unwrap()).contains("authorization: Bearer s3cret"));
}

#[tokio::test]
async fn the_boundary_of_a_form_cannot_be_changed() {
    let backend = accepting();
    let client = client(&backend, |_, headers| {
        headers.insert("content-type", HeaderValue::from_static("text/plain"));
    });
    let part = Part::new(Body::new("x"));
    let Err(Error::InvalidRequest(error)) = client.upload(part).await else { panic!("accepted") };
    assert_eq!(error.argument(), "content-type");
}

#[tokio::test]
async fn i22_the_headers_stay_with_the_origins_of_the_client() {
    let (own, other) = (accepting(), Backend::new().fallback(|_| async { Reply::text("other") }));
    own.reply("GET", "/issues/7", Reply::redirect("https://other.test/to").status(307));
    let origins = Origins::default().with(OWN, &own).with("https://other.test", &other);
    let client = TrackerClient::builder(OWN)
        .bearer("t")
        .transport(origins)
        .on_request(|_, headers| {
            // A name that negotiates content may go to any server if the caller sets it.
            headers.insert("accept-language", HeaderValue::from_static("s3cret"));
            headers.insert("x-tenant", HeaderValue::from_static("s3cret"));
        })
        .build()
        .unwrap();
    assert_eq!(client.issue(7).await.unwrap(), "other");
    assert_eq!(raw(&other.last().unwrap()), "GET /to\n\n", "I22");
}

#[tokio::test]
async fn a_function_that_breaks_the_refresh_ends_no_login() {
    let server = TokenServer::new().guard("GET", "/issues/{id}", |_, _| async { Reply::text("ok") });
    let broken = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let is_broken = broken.clone();
    let client = TrackerClient::builder("http://localhost")
        .transport(ServiceTransport::new(server.backend().clone()))
        .on_request(move |endpoint, headers| {
            if endpoint.is_session() && is_broken.load(Ordering::Relaxed) {
                headers.insert("host", HeaderValue::from_static("mine"));
            }
        })
        .build()
        .unwrap();
    client.login(&user("ann")).await.unwrap();
    server.expire_access_tokens();
    broken.store(true, Ordering::Relaxed);
    let error = client.issue(7).await.unwrap_err();
    assert!(!error.requires_sign_in(), "{error}");
    assert!(error.report().to_string().contains("`host`"), "{}", error.report());
    assert_eq!(server.counts().refreshes, 0);
}
