//! `.layer(…)` and `.transport_layer(…)`: what passes them, what they see, and what becomes of their errors.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{HeaderValue, Method, Request, StatusCode};
use sdk_runtime::{
    Error, Result, ServiceTransport, Tokens, api_client,
    body::RequestBody,
    endpoint::Endpoint,
    error::{TransportError, TransportErrorKind},
    transport::{Transport, TransportFuture, TransportRequest},
};
use sdk_testkit::{Backend, Reply, TokenServer};
use test_support::{Credentials, LoginResponse, RefreshRequest, user};
use tower::limit::GlobalConcurrencyLimitLayer;
use tower::timeout::TimeoutLayer;
use tower::util::MapErrLayer;
use tower::util::MapRequestLayer;

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
    async fn logout(
        &self,
        #[from_session]
        #[json]
        request: RefreshRequest,
    ) -> Result<()>;

    #[get("/issues/{id}")]
    async fn issue(&self, id: u64) -> Result<String>;

    #[post("/issues", auth = none)]
    async fn create(&self, #[json] title: &str) -> Result<String>;
}

/// What a layer has seen of a request.
type Seen = (&'static str, &'static str, &'static str, Option<bool>);

/// Notes each request that passes, by the endpoint that it is of, and whether its credential is marked.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<Seen>>>);

impl Notes {
    fn note(&self, request: &Request<RequestBody>) {
        let endpoint = request.extensions().get::<&'static Endpoint>().unwrap();
        let credential = request.headers().get("authorization").map(HeaderValue::is_sensitive);
        self.0.lock().unwrap().push((endpoint.name(), endpoint.method(), endpoint.template(), credential));
    }

    fn names(&self) -> Vec<&'static str> {
        self.0.lock().unwrap().iter().map(|seen| seen.0).collect()
    }
}

fn server() -> TokenServer {
    TokenServer::new().guard("GET", "/issues/{id}", |request, _| async move {
        Reply::text(request.header("x-layers").unwrap_or_default())
    })
}

#[tokio::test]
async fn i21_calls_pass_both_layers_by_attempt_and_the_session_passes_that_of_the_transport() {
    let server = server();
    let (calls, all) = (Notes::default(), Notes::default());
    let noting = |notes: &Notes| {
        let notes = notes.clone();
        MapRequestLayer::new(move |request: Request<RequestBody>| {
            notes.note(&request);
            request
        })
    };
    let client = TrackerClient::builder("http://localhost")
        .layer(noting(&calls))
        .transport_layer(noting(&all))
        .transport(ServiceTransport::new(server.backend().clone()))
        .build()
        .unwrap();
    client.login(&user("ann")).await.unwrap();
    client.issue(1).await.unwrap();
    server.expire_access_tokens();
    client.issue(2).await.unwrap();
    client.logout().await.unwrap();
    assert_eq!(calls.names(), ["issue", "issue", "issue"]);
    assert_eq!(all.names(), ["login", "issue", "issue", "refresh", "issue", "logout"]);
    for (name, method, template, credential) in calls.0.lock().unwrap().iter() {
        assert_eq!((*name, *method, *template), ("issue", "GET", "/issues/{id}"));
        assert_eq!(*credential, Some(true), "I27");
    }
}

#[tokio::test]
async fn a_later_layer_stands_around_an_earlier_one() {
    let server = server();
    let naming = |name: &'static str| {
        MapRequestLayer::new(move |mut request: Request<RequestBody>| {
            let before = request.headers().get("x-layers").map_or("", |before| before.to_str().unwrap());
            let all = HeaderValue::try_from(format!("{before}{name}")).unwrap();
            request.headers_mut().insert("x-layers", all);
            request
        })
    };
    let client = TrackerClient::builder("http://localhost")
        .transport(ServiceTransport::new(server.backend().clone()))
        .layer(naming("c"))
        .transport_layer(naming("d"))
        .layer(naming("b"))
        .layer(naming("a"))
        .build()
        .unwrap();
    client.login(&user("ann")).await.unwrap();
    assert_eq!(client.issue(1).await.unwrap(), "abcd");
}

/// Each call holds the one permit while its attempt is on its way, and the refresh needs none.
#[tokio::test(start_paused = true)]
async fn a_limit_of_one_attempt_at_a_time_does_not_keep_a_refresh_waiting() {
    let server = server();
    let client = TrackerClient::builder("http://localhost")
        .transport(ServiceTransport::new(server.backend().clone()))
        .layer(GlobalConcurrencyLimitLayer::new(1))
        .build()
        .unwrap();
    client.login(&user("ann")).await.unwrap();
    for _ in 0..3 {
        server.expire_access_tokens();
        let calls: Vec<_> = (0..20).map(|id| tokio::spawn(client.issue(id).into_future())).collect();
        for call in calls {
            call.await.unwrap().unwrap();
        }
    }
    assert_eq!(server.counts().refreshes, 3);
}

/// The endpoint of a request, and whether it wants a connection of its own, wants no proxy, and has a body.
type Asked = (Option<&'static str>, bool, bool, bool);

/// Refuses each connection, and keeps what it was asked for.
#[derive(Clone, Default)]
struct Refusing(Arc<Mutex<Vec<Asked>>>);

impl Transport for Refusing {
    fn send(&self, request: TransportRequest) -> TransportFuture {
        let endpoint = request.endpoint.map(Endpoint::name);
        let seen = (endpoint, request.own_connection, request.direct, request.body.is_some());
        self.0.lock().unwrap().push(seen);
        Box::pin(async { Err(TransportError::new(TransportErrorKind::Connect, "no connection")) })
    }
}

#[tokio::test]
async fn what_a_request_asks_of_its_transport_comes_through_a_layer() {
    for base in ["http://localhost", "https://api.test"] {
        let (plain, layered) = (Refusing::default(), Refusing::default());
        let builder = || TrackerClient::builder(base);
        let pass = || MapRequestLayer::new(|request: Request<RequestBody>| request);
        let clients = [
            builder().transport(plain.clone()).build().unwrap(),
            builder().transport(layered.clone()).layer(pass()).transport_layer(pass()).build().unwrap(),
        ];
        for client in clients {
            client.session().sign_in(Tokens::new("a").refresh_token("r")).unwrap();
            assert!(client.issue(1).await.is_err());
            assert!(client.create("x").await.is_err());
            assert!(client.session().refresh().await.is_err());
        }
        let direct = base.starts_with("http:");
        let expected = [
            (Some("issue"), false, direct, false),
            (Some("create"), false, direct, true),
            (Some("refresh"), true, direct, true),
        ];
        assert_eq!(plain.0.lock().unwrap()[..3], expected);
        assert_eq!(*plain.0.lock().unwrap(), *layered.0.lock().unwrap());
    }
}

#[tokio::test]
async fn an_error_of_the_transport_stays_what_it_is_behind_a_layer_that_boxes_it() {
    let client = TrackerClient::builder("http://localhost")
        .transport(Refusing::default())
        .layer(
            tower::ServiceBuilder::new()
                .layer(MapErrLayer::new(|error: tower::BoxError| std::io::Error::other(error)))
                .layer(TimeoutLayer::new(Duration::from_secs(9))),
        )
        .build()
        .unwrap();
    let Err(Error::Transport(error)) = client.create("x").await else { panic!("no transport error") };
    assert_eq!((error.kind(), error.may_have_arrived()), (TransportErrorKind::Connect, false));
}

#[tokio::test(start_paused = true)]
async fn an_error_of_the_layer_itself_is_one_of_a_request_that_may_have_arrived() {
    let backend = Backend::new();
    backend.route("POST", "/issues", |_| std::future::pending());
    let client = TrackerClient::builder("http://localhost")
        .transport(ServiceTransport::new(backend))
        .layer(TimeoutLayer::new(Duration::from_millis(50)))
        .build()
        .unwrap();
    let Err(Error::Transport(error)) = client.create("x").await else { panic!("no transport error") };
    assert_eq!((error.kind(), error.may_have_arrived()), (TransportErrorKind::Layer, true));
    let error = Error::from(error);
    assert_eq!((error.code(), error.is_transient()), ("transport.layer", true));
    assert_eq!(
        error.to_string(),
        "`Tracker::create`: a layer of `.layer(…)` or `.transport_layer(…)` failed for a request to the \
         server http://localhost"
    );
}

/// A request that waits for its turn when the layer around gives up: no error says that it was sent.
#[tokio::test(start_paused = true)]
async fn a_timeout_of_a_call_that_waits_in_a_limit_is_told_as_that_of_the_layer() {
    let backend = Backend::new();
    backend.route("POST", "/issues", |_| std::future::pending());
    let client = TrackerClient::builder("http://localhost")
        .transport(ServiceTransport::new(backend.clone()))
        .layer(GlobalConcurrencyLimitLayer::new(1))
        .layer(TimeoutLayer::new(Duration::from_secs(5)))
        .timeout(Duration::from_secs(60))
        .build()
        .unwrap();
    let (first, second) = tokio::join!(client.create("x"), client.create("x"));
    for error in [first.unwrap_err(), second.unwrap_err()] {
        assert_eq!(error.code(), "transport.layer", "{error}");
    }
    assert_eq!(backend.count("POST", "/issues"), 1);
}

/// A layer that routes, as one for a service mesh does.
#[tokio::test]
async fn a_layer_may_send_a_request_elsewhere_and_change_it() {
    let server = Backend::new()
        .fallback(|request| async move { Reply::text(format!("{} {}", request.method(), request.path())) });
    let served = server.serve().await.unwrap();
    let address = served.url();
    let client = TrackerClient::builder("https://tracker.internal/v1")
        .layer(MapRequestLayer::new(move |mut request: Request<RequestBody>| {
            let path = request.uri().path();
            *request.uri_mut() = format!("{address}/mesh{path}").parse().unwrap();
            *request.method_mut() = Method::PUT;
            request
        }))
        .build()
        .unwrap();
    assert_eq!(client.create("x").await.unwrap(), "PUT /mesh/v1/issues");
}

#[tokio::test]
async fn a_layer_may_answer_itself_and_a_wrong_address_of_it_is_an_error() {
    let client = TrackerClient::builder("http://localhost")
        .transport(Refusing::default())
        .layer(tower::util::MapResponseLayer::new(|response: http::Response<_>| response))
        .layer(MapRequestLayer::new(|mut request: Request<RequestBody>| {
            *request.uri_mut() = "/no/host".parse().unwrap();
            request
        }))
        .build()
        .unwrap();
    let Err(Error::Transport(error)) = client.create("x").await else { panic!("no transport error") };
    assert_eq!(error.kind(), TransportErrorKind::Invalid);

    let client = TrackerClient::builder("http://localhost")
        .transport(Refusing::default())
        .layer(tower::layer::layer_fn(|_transport| {
            tower::service_fn(|_: Request<RequestBody>| async {
                let answer = http::Response::builder().status(StatusCode::OK);
                answer.body(http_body_util::Full::new(bytes::Bytes::from("from the layer")))
            })
        }))
        .build()
        .unwrap();
    assert_eq!(client.create("x").await.unwrap(), "from the layer");
}

/// A value of the caller, which no server gets.
#[derive(Clone, Debug, PartialEq)]
struct Tenant(&'static str);

#[tokio::test]
async fn a_value_of_a_call_is_seen_by_layers_at_each_send_and_by_no_server() {
    let server = server();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let notes = seen.clone();
    let layer = MapRequestLayer::new(move |request: Request<RequestBody>| {
        notes.lock().unwrap().push(request.extensions().get::<Tenant>().cloned());
        request
    });
    let client = TrackerClient::builder("http://localhost")
        .transport(ServiceTransport::new(server.backend().clone()))
        .layer(layer.clone())
        .layer(layer)
        .build()
        .unwrap();
    client.login(&user("ann")).extension(Tenant("of no call")).await.unwrap();
    seen.lock().unwrap().clear();

    server.expire_access_tokens();
    let call = client.issue(7).extension(Tenant("a")).extension(Tenant("b")).extension(7u8);
    assert_eq!(call.response().extension(Tenant("c")).await.unwrap().status(), 200);
    assert_eq!(*seen.lock().unwrap(), vec![Some(Tenant("c")); 4], "two layers, and the replay");
    let text = format!("{:?}", server.backend().last().unwrap().headers());
    assert!(!text.contains("enant"), "{text}");

    seen.lock().unwrap().clear();
    client.issue(7).await.unwrap();
    assert_eq!(*seen.lock().unwrap(), [None, None], "a value is that of one call");
}
