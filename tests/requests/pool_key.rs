//! The key of a pool in its requests: in headers by `SessionPool::on_request`, and in the extensions that
//! layers see.

use std::sync::{Arc, Mutex, OnceLock};

use http::{HeaderMap, HeaderValue, Request};
use sdk_runtime::{
    Error, Result, ServiceTransport, Tokens, api_client,
    body::RequestBody,
    client::{PoolKey, SessionPool},
    endpoint::Endpoint,
    store::MemoryStore,
};
use sdk_testkit::{Backend, Reply, TokenServer};
use test_support::{Credentials, LoginResponse, RefreshRequest, user};
use tower::util::MapRequestLayer;

use crate::wire::{Origins, accepting, raw};

#[api_client]
trait Tracker {
    #[post("/auth/login")]
    #[session(start)]
    async fn login(&self, #[json] credentials: &Credentials) -> Result<LoginResponse>;

    #[post("/auth/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: RefreshRequest) -> Result<LoginResponse>;

    #[post("/auth/logout")]
    #[session(end)]
    async fn logout(&self) -> Result<()>;

    #[get("/issues/{id}")]
    async fn issue(&self, id: u64) -> Result<String>;
}

const OWN: &str = "https://own.test";

type Pool = SessionPool<String, TrackerClient>;

fn server() -> TokenServer {
    TokenServer::new().guard("GET", "/issues/{id}", |_, _| async { Reply::text("ok") })
}

/// Sets a header with the key, after what is there.
fn name(key: &str, headers: &mut HeaderMap) {
    let before = headers.get("x-user").map_or("", |it| it.to_str().unwrap());
    let value = HeaderValue::try_from(format!("{before}{key}")).unwrap();
    headers.insert("x-user", value);
}

#[tokio::test]
async fn each_request_of_a_login_has_its_key_and_that_of_no_other() {
    let server = server();
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let layer = |mark: &'static str| {
        let seen = seen.clone();
        MapRequestLayer::new(move |request: Request<RequestBody>| {
            let key = request.extensions().get::<PoolKey<String>>().map_or("none", |key| key.as_str());
            seen.lock().unwrap().push(format!("{mark}{} {key}", request.uri().path()));
            request
        })
    };
    let builder = || {
        TrackerClient::builder("http://localhost")
            .transport(ServiceTransport::new(server.backend().clone()))
            .transport_layer(layer(""))
            .layer(layer("call "))
    };
    let pool: Pool = builder().build_pool(|_: &String| MemoryStore::new()).unwrap();
    // Before the function is there.
    let ann = pool.get(&"ann".to_owned());
    let pool = pool.on_request(|key, _, headers| name(key, headers)).map(|client| client);
    ann.login(&user("ann")).await.unwrap();
    pool.get(&"bob".to_owned()).login(&user("bob")).await.unwrap();
    server.expire_access_tokens();
    pool.get(&"bob".to_owned()).issue(1).await.unwrap();
    ann.logout().await.unwrap();
    let sent = server.backend().requests();
    let of = |key| -> Vec<_> {
        let own = sent.iter().filter(|it| it.header("x-user") == Some(key));
        own.map(|it| it.path().to_owned()).collect()
    };
    assert_eq!(of("ann"), ["/auth/login", "/auth/logout"]);
    assert_eq!(of("bob"), ["/auth/login", "/issues/1", "/auth/refresh", "/issues/1"]);
    assert_eq!(sent.len(), 6, "none is without a key");
    let mut seen_of_bob: Vec<_> = std::mem::take(&mut *seen.lock().unwrap());
    seen_of_bob.retain(|it| it.ends_with(" bob"));
    let attempt = ["call /issues/1 bob", "/issues/1 bob"];
    let expected = [&["/auth/login bob"][..], &attempt, &["/auth/refresh bob"], &attempt];
    assert_eq!(seen_of_bob, expected.concat());

    let alone = builder().bearer("t").build().unwrap();
    let _ = alone.issue(1).await;
    assert_eq!(*seen.lock().unwrap(), ["call /issues/1 none", "/issues/1 none"], "it belongs to no pool");
}

/// A pool of `origins` whose client of the key `ann` is signed in.
fn signed_in(
    origins: Origins,
    function: impl Fn(&String, &'static Endpoint, &mut HeaderMap) + Send + Sync + 'static,
) -> (Pool, TrackerClient) {
    let builder = TrackerClient::builder(OWN).transport(origins);
    let pool = builder.build_pool(|_: &String| MemoryStore::new()).unwrap().on_request(function);
    let ann = pool.get(&"ann".to_owned());
    ann.session().sign_in(Tokens::new("s3cret").refresh_token("r")).unwrap();
    (pool, ann)
}

#[tokio::test]
async fn the_functions_of_the_builder_come_first() {
    let backend = accepting();
    let pool = TrackerClient::builder(OWN)
        .transport(Origins::default().with(OWN, &backend))
        .on_request(|_, headers| name("a", headers))
        .build_pool(|_: &String| MemoryStore::new())
        .unwrap()
        .on_request(|key, _, headers| name(key, headers))
        .on_request(|_, endpoint, headers| name(endpoint.name(), headers));
    let client = pool.get(&"b".to_owned());
    client.session().sign_in(Tokens::new("t")).unwrap();
    client.issue(7).await.unwrap();
    assert_eq!(backend.last().unwrap().header("x-user"), Some("abissue"));
}

#[tokio::test]
async fn i22_a_header_by_the_key_stays_with_the_origins_of_the_client() {
    let (own, other) = (accepting(), Backend::new().fallback(|_| async { Reply::text("other") }));
    own.reply("GET", "/issues/7", Reply::redirect("https://other.test/to").status(307));
    let origins = Origins::default().with(OWN, &own).with("https://other.test", &other);
    let (_pool, ann) = signed_in(origins, |key, _, headers| {
        headers.insert("accept-language", HeaderValue::from_static("s3cret"));
        name(key, headers);
    });
    assert_eq!(ann.issue(7).await.unwrap(), "other");
    assert_eq!(raw(&other.last().unwrap()), "GET /to\n\n", "I22");
}

#[tokio::test]
async fn a_function_of_a_pool_cannot_set_the_header_of_the_credential_or_one_of_the_transport() {
    for (header, by) in [("authorization", "client"), ("host", "transport"), ("content-length", "transport")]
    {
        let backend = accepting();
        let (_pool, ann) = signed_in(Origins::default().with(OWN, &backend), move |_, _, headers| {
            headers.insert(header, HeaderValue::from_static("mine"));
        });
        let Err(Error::InvalidRequest(error)) = ann.issue(7).await else { panic!("{header}: accepted") };
        let reason = format!("is not for `.on_request(…)` to set: the {by} sets it");
        assert_eq!((error.argument(), error.reason()), (header, &*reason));
        assert!(backend.requests().is_empty(), "{header}");
    }
}

/// No lock is held.
#[tokio::test]
async fn i28_a_function_may_use_the_pool_whose_function_it_is() {
    let backend = accepting();
    let own: Arc<OnceLock<Pool>> = Arc::default();
    let seen = own.clone();
    let (pool, ann) = signed_in(Origins::default().with(OWN, &backend), move |key, _, headers| {
        let pool = seen.get().unwrap();
        let is_signed_in = pool.get(key).session().state().is_signed_in();
        let _ = (pool.states(), pool.get(&format!("{key} and another")));
        let _ = pool.clone().on_request(|_, _, headers| name("more", headers));
        name(&is_signed_in.to_string(), headers);
    });
    assert!(own.set(pool).is_ok());
    ann.issue(7).await.unwrap();
    assert_eq!(backend.last().unwrap().header("x-user"), Some("true"));
    ann.issue(7).await.unwrap();
    assert_eq!(backend.last().unwrap().header("x-user"), Some("truemore"));
}

#[tokio::test]
async fn a_key_is_not_shown() {
    let shown: Arc<Mutex<String>> = Arc::default();
    let into = shown.clone();
    let layer = MapRequestLayer::new(move |request: Request<RequestBody>| {
        *into.lock().unwrap() = format!("{:?}", request.extensions().get::<PoolKey<String>>());
        request
    });
    let backend = accepting();
    let builder = TrackerClient::builder(OWN).transport(Origins::default().with(OWN, &backend));
    let pool = builder.layer(layer).build_pool(|_: &String| MemoryStore::new()).unwrap();
    let ann = pool.get(&"ann".to_owned());
    ann.session().sign_in(Tokens::new("t")).unwrap();
    ann.issue(7).await.unwrap();
    assert_eq!(*shown.lock().unwrap(), "Some(PoolKey(..))");
}
