//! `sdk-macros/docs/api_client.md`: what it says of retries.

use std::error::Error as StdError;
use std::time::Duration;

use sdk_runtime::client::FailedAttempt;
use sdk_runtime::{Result, ServiceTransport, api_client};
use sdk_testkit::{Reply, StubRouter};

fn busy_or_locked(failed: &FailedAttempt<'_>) -> bool {
    let status = failed.status().map(|status| status.as_u16());
    // This server limits the rate by a 403 with a `Retry-After`.
    let is_limited = status == Some(403) && failed.retry_after().is_some();
    failed.is_transient() || is_limited || status == Some(423)
}

#[api_client(auth = none)]
pub trait Stock {
    #[get("/parts/{id}", retry = 3, retry_if = busy_or_locked, attempt_timeout = 5s)]
    async fn part(&self, id: u64) -> Result<String>;
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_says_what_is_retried() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(StockClient::ENDPOINTS);
    let limited = Reply::empty().status(403).header("retry-after", "1");
    let locked = Reply::empty().status(423);
    stub.endpoint("part").once(limited).once(locked).once(Reply::text("bolt").delay(Duration::from_secs(6)));
    stub.endpoint("part").reply(Reply::text("bolt"));
    let builder = StockClient::builder("http://localhost");
    let stock = builder.transport(ServiceTransport::new(stub.clone())).build()?;
    assert_eq!(stock.part(7).await?, "bolt");
    assert_eq!(stub.endpoint("part").calls().len(), 4);
    Ok(())
}
