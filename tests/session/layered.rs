//! `session.layer(…)`: the requests of another HTTP client under the login of a session.

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty, Full};
use sdk_runtime::{
    Error, Result, ServiceTransport, Tokens, api_client,
    client::{SessionLayer, SessionService},
    store::MemoryStore,
};
use sdk_testkit::{Backend, Reply, TokenServer};
use test_support::{Credentials, LoginResponse, RefreshRequest, user};
use tower::{Layer, ServiceExt};

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
}

/// A declaration without session endpoints, which can share a session or have a fixed token.
#[api_client]
trait Fixed {
    #[get("/x")]
    async fn x(&self) -> Result<String>;
}

type Signing<B> = SessionService<Backend, B>;

const OWN: &str = "https://own.test";

/// A token server that answers each guarded request with its body, and a client of it.
fn served() -> (TokenServer, TrackerClient) {
    let server = TokenServer::new().guard("GET", "/issues/{id}", |_, _| async { Reply::text("declared") });
    server.guard("POST", "/raw", |request, _| async move { Reply::text(request.text().into_owned()) });
    let transport = ServiceTransport::new(server.backend().clone());
    (server, TrackerClient::builder(OWN).transport(transport).build().unwrap())
}

fn signing(server: &TokenServer, client: &TrackerClient) -> Signing<Full<Bytes>> {
    client.session().layer([OWN]).unwrap().layer(server.backend().clone())
}

fn post(uri: &str, body: &'static str) -> Request<Full<Bytes>> {
    Request::post(uri).body(Full::new(Bytes::from_static(body.as_bytes()))).unwrap()
}

async fn answer(service: &Signing<Full<Bytes>>, request: Request<Full<Bytes>>) -> (StatusCode, String) {
    let answer = service.clone().oneshot(request).await.unwrap();
    let status = answer.status();
    let body = answer.into_body().collect().await.unwrap_or_else(|_| panic!("no body")).to_bytes();
    (status, String::from_utf8_lossy(&body).into_owned())
}

fn error_of(error: Box<dyn std::error::Error + Send + Sync>) -> Error {
    *error.downcast::<Error>().unwrap()
}

#[tokio::test]
async fn i1_requests_and_calls_share_one_refresh_and_each_is_replayed_with_its_body() {
    let (server, client) = served();
    client.login(&user("ann")).await.unwrap();
    let service = signing(&server, &client);
    assert_eq!(answer(&service, post("/raw", "first")).await, (StatusCode::OK, "first".to_owned()));
    server.expire_access_tokens();
    let hold = server.hold_refreshes();
    let requests: Vec<_> = (0..10)
        .map(|_| {
            let service = service.clone();
            tokio::spawn(async move { answer(&service, post("https://own.test:443/raw", "again")).await })
        })
        .collect();
    let calls: Vec<_> = (0..10).map(|id| tokio::spawn(client.issue(id))).collect();
    server.wait_for(|counts| counts.rejected_calls > 0).await;
    drop(hold);
    for request in requests {
        assert_eq!(request.await.unwrap(), (StatusCode::OK, "again".to_owned()));
    }
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(server.counts().refreshes, 1, "I1");
}

#[tokio::test]
async fn i22_only_requests_to_the_origins_of_the_layer_are_signed() {
    let backend = Backend::new().fallback(|_| async { Reply::empty() });
    let client =
        TrackerClient::builder(OWN).transport(ServiceTransport::new(backend.clone())).build().unwrap();
    client.session().sign_in(Tokens::new("s3cret")).unwrap();
    let layer: SessionLayer<Empty<Bytes>> = client.session().layer([OWN, "https://files.test:8443"]).unwrap();
    let service = layer.layer(backend.clone());
    for (uri, is_signed) in [
        ("/path", true),
        ("/path?query", true),
        ("https://own.test/path", true),
        ("https://OWN.test:443/path", true),
        ("https://files.test:8443/path", true),
        ("https://files.test/path", false),
        ("http://own.test/path", false),
        ("https://own.test.evil.test/path", false),
        ("https://evil.test/own.test", false),
        ("//evil.test/path", false),
    ] {
        let Ok(request) = Request::get(uri).body(Empty::new()) else { continue };
        service.clone().oneshot(request).await.unwrap();
        let expected = is_signed.then_some("s3cret");
        assert_eq!(backend.last().unwrap().bearer(), expected, "I22: {uri}");
    }
    let own = Request::get("/path").header("authorization", "Bearer mine").body(Empty::new()).unwrap();
    service.oneshot(own).await.unwrap();
    assert_eq!(backend.last().unwrap().bearer(), Some("mine"));
}

const BACKEND: &str = "http://backend.internal:8080";

/// The code of the error of a layer for `origins`.
fn refused(client: &TrackerClient, origins: &[&'static str]) -> Option<&'static str> {
    client.session().layer::<Bytes>(origins.iter().copied()).err().map(|error| error.code())
}

#[test]
fn i22_a_plaintext_origin_of_a_layer_is_allowed_by_the_builder_of_its_client() {
    let builder =
        || TrackerClient::builder(OWN).allow_insecure("http://other.internal").allow_insecure(BACKEND);
    let client = builder().build().unwrap();
    for origins in [&[BACKEND][..], &[OWN, BACKEND], &["http://backend.INTERNAL:8080/", OWN]] {
        assert_eq!(refused(&client, origins), None, "{origins:?}");
    }
    for origin in [
        "http://backend.internal",
        "http://backend.internal:8081",
        "http://sub.backend.internal:8080",
        "http://internal:8080",
        "http://10.0.0.1:8080",
    ] {
        assert_eq!(refused(&client, &[origin]), Some("build.origin"), "I22: {origin}");
        assert_eq!(refused(&client, &[OWN, BACKEND, origin]), Some("build.origin"), "I22: {origin}");
    }
    let pool = builder().build_pool(|_: &u8| MemoryStore::new()).unwrap();
    assert_eq!(refused(&pool.get(&1), &[BACKEND]), None);

    let error = client.session().layer::<Bytes>([OWN, "http://backend.internal:8081"]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the client cannot be built: the origin `http://backend.internal:8081` of `session().layer(…)` would \
         get a credential in the clear: it must begin with `https://`, or be `localhost` or a loopback \
         address; if the network protects the traffic, write \
         `.allow_insecure(\"http://backend.internal:8081\")` at the builder of the client"
    );

    // One session, and two builders: each speaks for its own client.
    let sharing = TrackerClient::builder(OWN).build().unwrap();
    assert_eq!(refused(&sharing, &[BACKEND]), Some("build.origin"), "I22");
    let allowed =
        FixedClient::builder(OWN).session(sharing.session()).allow_insecure(BACKEND).build().unwrap();
    assert!(allowed.session().layer::<Bytes>([BACKEND]).is_ok());
    assert_eq!(refused(&sharing, &[BACKEND]), Some("build.origin"), "I22");
    let plain = FixedClient::builder(OWN).session(allowed.session()).build().unwrap();
    assert!(plain.session().layer::<Bytes>([BACKEND]).is_err(), "I22");
    let fixed = FixedClient::builder(BACKEND).allow_insecure(BACKEND).bearer("t").build().unwrap();
    assert!(fixed.session().layer::<Bytes>([BACKEND]).is_ok());
}

#[tokio::test]
async fn i22_an_allowed_origin_is_signed_if_the_layer_names_it_and_gets_no_secure_cookie() {
    let base = "https://backend.internal";
    let (server, _) = served();
    let login = Reply::json(&serde_json::json!({ "access_token": "a" }))
        .header("set-cookie", "plain=1; Path=/")
        .append_header("set-cookie", "safe=1; Path=/; Secure");
    server.backend().reply("POST", "/auth/login", login);
    let answer = Reply::text("ok").header("set-cookie", "late=1; Path=/; Secure");
    server.backend().reply("POST", "/raw", answer.append_header("set-cookie", "new=1; Path=/"));
    let client = TrackerClient::builder(base)
        .allow_insecure(BACKEND)
        .transport(ServiceTransport::new(server.backend().clone()))
        .build()
        .unwrap();
    client.login(&user("ann")).await.unwrap();
    let sent = async |layer: SessionLayer<Full<Bytes>>, uri: &str| {
        layer.layer(server.backend().clone()).oneshot(post(uri, "x")).await.unwrap();
        let seen = server.backend().last().unwrap();
        (seen.bearer().map(str::to_owned), seen.header("cookie").map(str::to_owned))
    };
    let raw = "http://backend.internal:8080/raw";
    let own = client.session().layer([base]).unwrap();
    assert_eq!(sent(own.clone(), raw).await, (None, None), "I22: allowed, and not named");
    let both = client.session().layer([base, BACKEND]).unwrap();
    let cookies = |text: &str| (Some("a".to_owned()), Some(text.to_owned()));
    assert_eq!(sent(both.clone(), raw).await, cookies("plain=1"), "I22");
    assert_eq!(sent(both, raw).await, cookies("plain=1; new=1"), "I22: no Secure cookie from there either");
    let over_tls = sent(own, "https://backend.internal/raw").await;
    assert_eq!(over_tls, cookies("plain=1; safe=1; new=1"));
}

#[tokio::test]
async fn a_request_to_an_allowed_origin_is_refreshed_for_and_replayed() {
    let (server, _) = served();
    let client = TrackerClient::builder(BACKEND)
        .allow_insecure(BACKEND)
        .transport(ServiceTransport::new(server.backend().clone()))
        .build()
        .unwrap();
    client.login(&user("ann")).await.unwrap();
    server.expire_access_tokens();
    let service = client.session().layer([BACKEND]).unwrap().layer(server.backend().clone());
    assert_eq!(answer(&service, post("/raw", "again")).await, (StatusCode::OK, "again".to_owned()));
    assert_eq!(server.counts().refreshes, 1);
}

#[tokio::test]
async fn a_body_that_cannot_be_copied_returns_the_rejection_and_the_next_request_has_a_new_token() {
    let (server, client) = served();
    client.login(&user("ann")).await.unwrap();
    let layer = client.session().layer_with([OWN], |_: &BoxBody<Bytes, std::convert::Infallible>| None);
    let service = layer.unwrap().layer(server.backend().clone());
    let request = || Request::post("/raw").body(Full::new(Bytes::from_static(b"once")).boxed()).unwrap();
    server.expire_access_tokens();
    assert_eq!(service.clone().oneshot(request()).await.unwrap().status(), 401);
    assert_eq!(service.oneshot(request()).await.unwrap().status(), 200);
    assert_eq!(server.counts().refreshes, 1);
}

#[tokio::test]
async fn i19_a_replay_that_is_rejected_too_is_returned_and_ends_no_login() {
    let (server, client) = served();
    client.login(&user("ann")).await.unwrap();
    let service = signing(&server, &client);
    server.backend().reply("POST", "/raw", Reply::text("never").status(401));
    assert_eq!(answer(&service, post("/raw", "x")).await, (StatusCode::UNAUTHORIZED, "never".to_owned()));
    assert_eq!(server.backend().count("POST", "/raw"), 2, "I19");
    assert_eq!(client.issue(7).await.unwrap(), "declared", "the login goes on");
}

#[tokio::test]
async fn without_a_login_a_request_fails_and_nothing_is_sent() {
    let (server, client) = served();
    let service = signing(&server, &client);
    let sent = |service: Signing<Full<Bytes>>| async move { service.oneshot(post("/raw", "x")).await };
    assert!(matches!(error_of(sent(service.clone()).await.unwrap_err()), Error::NotSignedIn(_)));
    client.login(&user("ann")).await.unwrap();
    server.revoke("ann");
    let error = error_of(sent(service.clone()).await.unwrap_err());
    assert!(matches!(&error, Error::SessionExpired(_)), "{error:?}");
    let before = server.backend().requests().len();
    assert!(matches!(error_of(sent(service.clone()).await.unwrap_err()), Error::SessionExpired(_)));
    client.session().close();
    assert!(matches!(error_of(sent(service).await.unwrap_err()), Error::Closed(_)));
    assert_eq!(server.backend().requests().len(), before);
}

#[tokio::test]
async fn i12_a_request_is_not_replayed_under_another_login() {
    let (server, client) = served();
    client.login(&user("ann")).await.unwrap();
    let service = signing(&server, &client);
    server.expire_access_tokens();
    let hold = server.hold_refreshes();
    let request = tokio::spawn(async move { service.oneshot(post("/raw", "of ann")).await });
    server.wait_for(|counts| counts.rejected_calls == 1).await;
    client.login(&user("bob")).await.unwrap();
    drop(hold);
    let error = error_of(request.await.unwrap().unwrap_err());
    assert!(matches!(&error, Error::IdentityChanged(_)), "I12: {error:?}");
    assert_eq!(server.backend().count("POST", "/raw"), 1, "I12");
}

#[test]
fn origins_are_checked() {
    let client = TrackerClient::new(OWN).unwrap();
    let code = |origins: &[&'static str]| {
        client.session().layer::<Bytes>(origins.iter().copied()).map(drop).map_err(|error| error.code())
    };
    assert_eq!(code(&[OWN, "http://localhost:1"]), Ok(()));
    assert_eq!(code(&[]), Err("build.options"));
    assert_eq!(code(&["own.test"]), Err("build.origin"));
    for origins in [&["https://own.test/v1"][..], &[OWN, "http://other.test"], &["http://own.test"]] {
        assert_eq!(code(origins), Err("build.origin"), "{origins:?}");
    }
}
