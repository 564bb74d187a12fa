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
use sdk_runtime::transport::{HttpTransport, Transport, reqwest};
use sdk_runtime::{ServiceTransport, body::RequestBody, endpoint::Endpoint};
use sdk_testkit::{Backend, Reply};
use tower::limit::GlobalConcurrencyLimitLayer;
use tower::timeout::TimeoutLayer;
use tower::util::MapRequestLayer;

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
async fn attempts_are_limited() -> Result<(), Box<dyn StdError>> {
    let tracker = TrackerClient::builder("http://localhost")
        .transport(ServiceTransport::new(server()))
        .layer(GlobalConcurrencyLimitLayer::new(2)) // attempts at a time, of all clones together
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

#[test]
fn plaintext_is_allowed_by_its_origin() -> Result<(), Box<dyn StdError>> {
    let tracker = TrackerClient::builder("http://backend.internal:8080")
        .allow_insecure("http://backend.internal:8080")
        .bearer("token")
        .build()?;
    drop(tracker);
    Ok(())
}
