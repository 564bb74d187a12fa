//! The trace layer of tower-http around all requests. Its own span would print the whole address with its
//! query, so it gets one with the endpoint.

use std::error::Error;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use http::Request;
use sdk_runtime::ServiceTransport;
use sdk_runtime::{body::RequestBody, endpoint::Endpoint};
use tower_http::trace::TraceLayer;
use tracing::Level;

use crate::TrackerClient;

/// What the subscriber prints.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(text)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(crate) async fn run() -> Result<(), Box<dyn Error>> {
    let log = Log::default();
    let writer = log.clone();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(Level::TRACE).with_writer(move || writer.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let server = crate::server();
    let tracker = TrackerClient::builder("http://localhost")
        .transport(ServiceTransport::new(server.backend().clone()))
        .transport_layer(TraceLayer::new_for_http().make_span_with(|request: &Request<RequestBody>| {
            let endpoint = request.extensions().get::<&'static Endpoint>();
            let endpoint = endpoint.map_or("none", |it| it.qualified_name());
            tracing::info_span!("send", endpoint, headers = ?request.headers())
        }))
        .build()?;
    tracker.login(&crate::ann()).await?;
    server.expire_access_tokens();
    tracker.issue(7).await?;

    let log = log.0.lock().unwrap_or_else(PoisonError::into_inner);
    let text = String::from_utf8_lossy(&log);
    assert_eq!(text.matches("finished processing request").count(), 4, "each request of the session too");
    assert!(text.contains(r#"endpoint="Tracker::refresh""#) && text.contains("status=401"));
    assert!(text.contains(r#""authorization": Sensitive"#), "the credential is marked");
    let sent = server.backend().requests();
    let bearers = sent.iter().filter_map(|request| request.bearer().map(str::to_owned));
    let secrets: Vec<_> = bearers.chain(sent.iter().filter_map(|it| it.field("refresh_token"))).collect();
    assert_eq!(secrets.len(), 3, "two access tokens and a refresh token were sent");
    assert!(secrets.iter().all(|secret| !text.contains(secret)), "and none is printed");
    println!("trace log: {} lines about 4 requests, and no credential", text.lines().count());
    Ok(())
}
