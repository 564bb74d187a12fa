//! `docs/cookbook/layers.md`.

use sdk_runtime::{Result, api_client};

#[api_client(auth = none)]
pub trait Tracker {
    #[get("/issues/{id}")]
    async fn issue(&self, id: u64) -> Result<String>;
}

use std::error::Error as StdError;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::Request;
use sdk_runtime::client::PoolKey;
use sdk_runtime::store::MemoryStore;
use sdk_runtime::transport::{HttpTransport, Transport, reqwest};
use sdk_runtime::{ServiceTransport, Tokens, body::RequestBody, endpoint::Endpoint, oauth};
use sdk_testkit::{Backend, Reply, TokenServer};
use tower::limit::GlobalConcurrencyLimitLayer;
use tower::timeout::TimeoutLayer;
use tower::util::MapRequestLayer;

#[api_client]
pub trait Signed {
    #[post("/auth/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: oauth::RefreshRequest) -> Result<oauth::TokenAnswer>;

    #[get("/issues/{id}")]
    async fn issue(&self, id: u64) -> Result<String>;
}

fn server() -> Backend {
    Backend::new()
        .fallback(|request| async move { Reply::text(request.header("x-request-id").unwrap_or_default()) })
}

#[tokio::test]
async fn each_attempt_has_an_id() -> Result<(), Box<dyn StdError>> {
    let number = AtomicU64::new(1);
    let tracker = TrackerClient::builder("http://localhost")
        .transport(ServiceTransport::new(server()))
        .on_request(move |endpoint, headers| {
            let id = format!("{}-{}", endpoint.name(), number.fetch_add(1, Ordering::Relaxed));
            headers.insert("x-request-id", id.parse().expect("a name and a number"));
        })
        .build()?;
    assert_eq!(tracker.issue(7).await?, "issue-1");
    Ok(())
}

#[tokio::test]
async fn a_request_knows_its_user() -> Result<(), Box<dyn StdError>> {
    let users: Arc<Mutex<Vec<Option<u64>>>> = Arc::default();
    let log = users.clone();
    let trackers = TrackerClient::builder("http://localhost")
        .transport(ServiceTransport::new(server()))
        .transport_layer(MapRequestLayer::new(move |request: Request<RequestBody>| {
            let user = request.extensions().get::<PoolKey<u64>>();
            log.lock().unwrap().push(user.map(|it| **it));
            request
        }))
        .build_pool(|_: &u64| MemoryStore::new())?
        .on_request(|user, _endpoint, headers| {
            headers.insert("x-tenant", (user / 1_000).into());
        });
    trackers.get(&17_004).issue(7).await?;
    assert_eq!(*users.lock().unwrap(), [Some(17_004)]);
    Ok(())
}

#[tokio::test]
async fn attempts_are_limited() -> Result<(), Box<dyn StdError>> {
    let tracker = TrackerClient::builder("http://localhost")
        .transport(ServiceTransport::new(server()))
        .layer(GlobalConcurrencyLimitLayer::new(2)) // attempts at a time, of all clones and all users
        .layer(TimeoutLayer::new(Duration::from_secs(5))) // of an attempt, with the wait for the limit
        .build()?;
    let calls: Vec<_> = (0..9).map(|id| tokio::spawn(tracker.issue(id))).collect();
    for call in calls {
        call.await??;
    }
    Ok(())
}

#[tokio::test]
async fn a_layer_sees_the_endpoint() -> Result<(), Box<dyn StdError>> {
    let names = Arc::new(Mutex::new(Vec::new()));
    let log = names.clone();
    let tracker = TrackerClient::builder("http://localhost")
        .transport(ServiceTransport::new(server()))
        .transport_layer(MapRequestLayer::new(move |request: Request<RequestBody>| {
            let endpoint = request.extensions().get::<&'static Endpoint>();
            log.lock().unwrap().push(endpoint.map_or("none", |it| it.qualified_name()));
            request
        }))
        .build()?;
    tracker.issue(7).await?;
    assert_eq!(*names.lock().unwrap(), ["Tracker::issue"]);
    Ok(())
}

#[tokio::test]
async fn clients_share_a_transport() -> Result<(), Box<dyn StdError>> {
    let server = server().serve().await?;
    let base = server.url();
    let transport = HttpTransport::new(|http| http.user_agent("my-app/1.0"));
    let one = TrackerClient::builder(&base).transport(transport.clone()).build()?;
    let other = TrackerClient::builder(&base).transport(transport.clone()).build()?;
    let own = transport.client_for(&base.parse()?)?.get(format!("{base}/health")).send().await?;
    assert_eq!(own.status(), 200);
    one.issue(1).await?;
    other.issue(2).await?;
    Ok(())
}

#[test]
fn a_transport_has_the_certificate_of_the_client() -> Result<(), Box<dyn StdError>> {
    let rcgen::CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(["my-app".to_owned()])?;
    let pem = format!("{}{}", cert.pem(), signing_key.serialize_pem());
    let identity = reqwest::Identity::from_pem(pem.as_bytes())?;
    let internal = HttpTransport::new(move |http| http.identity(identity.clone()));
    let others = HttpTransport::default();
    let address = "https://ledger.internal".parse()?;
    assert!(internal.check(&address).is_ok() && others.check(&address).is_ok());
    Ok(())
}

/// Returns a transport that trusts the authorities in `pem` too.
fn trusting(pem: &[u8]) -> Result<HttpTransport, Box<dyn StdError>> {
    let authorities = reqwest::Certificate::from_pem_bundle(pem)?;
    if authorities.is_empty() {
        return Err("there is no certificate in ca.pem".into());
    }
    let transport = HttpTransport::new(move |http| http.tls_certs_merge(authorities.clone()));
    Ok(transport)
}

#[test]
fn a_transport_trusts_an_authority_and_refuses_a_file_without_one() -> Result<(), Box<dyn StdError>> {
    let rcgen::CertifiedKey { cert, .. } = rcgen::generate_simple_self_signed(["my-app".to_owned()])?;
    let transport = trusting(cert.pem().as_bytes())?;
    assert!(transport.check(&"https://ledger.internal".parse()?).is_ok());
    let refused = trusting(b"no certificate").err().map(|error| error.to_string());
    assert_eq!(refused.as_deref(), Some("there is no certificate in ca.pem"));
    Ok(())
}

/// A limit of tower around all requests ends with the head of an answer: it delays, and does not lock.
#[tokio::test]
async fn a_limit_for_all_requests_delays_a_refresh() -> Result<(), Box<dyn StdError>> {
    let server = TokenServer::new().guard("GET", "/issues/{id}", |_, _| async { Reply::text("ok") });
    let tracker = SignedClient::builder("http://localhost")
        .transport(ServiceTransport::new(server.backend().clone()))
        .transport_layer(GlobalConcurrencyLimitLayer::new(1))
        .build()?;
    let issued = server.issue("ann");
    let refresh = issued.refresh_token.ok_or("a server that rotates")?;
    tracker.session().sign_in(Tokens::new(issued.access_token).refresh_token(refresh))?;
    server.expire_access_tokens();
    let calls: Vec<_> = (0..20).map(|id| tokio::spawn(tracker.issue(id))).collect();
    for call in calls {
        call.await??;
    }
    assert_eq!(server.counts().refreshes, 1);
    Ok(())
}

#[test]
fn plaintext_is_allowed_by_its_origin() -> Result<(), Box<dyn StdError>> {
    let tracker = TrackerClient::builder("http://backend.internal:8080")
        .allow_insecure("http://backend.internal:8080")
        .bearer("token")
        .build()?;
    drop(tracker);
    Ok(())
}
