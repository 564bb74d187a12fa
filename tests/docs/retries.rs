//! `docs/cookbook/retries.md`.

use std::error::Error as StdError;
use std::time::Duration;

use sdk_runtime::client::{FailedAttempt, RetryBudget};
use sdk_runtime::error::{NotRetried, TimeoutPhase};
use sdk_runtime::http::StatusCode;
use sdk_runtime::{ByteStream, Error, ErrorResponse, Result, ServiceTransport, api_client};
use sdk_testkit::{Reply, StubRouter};

/// A server that limits the rate by a 403 with a `Retry-After`, as GitHub does.
fn busy(failed: &FailedAttempt<'_>) -> bool {
    let is_limited = failed.status() == Some(StatusCode::FORBIDDEN) && failed.retry_after().is_some();
    failed.is_transient() || is_limited
}

#[api_client(auth = none)]
pub trait Stock {
    #[get("/parts/{id}", retry = 3, retry_if = busy, attempt_timeout = 5s)]
    async fn part(&self, id: u64) -> Result<String>;

    /// Has a key, so that the server recognizes the request that it has seen.
    #[post("/orders", retry = 3, idempotent)]
    async fn order(&self, #[json] part: u64) -> Result<String>;

    /// As the client says.
    #[get("/parts")]
    async fn parts(&self) -> Result<Vec<String>>;

    /// A large answer: as long as it takes, while bytes arrive.
    #[get("/dump", timeout = none, idle_timeout = 30s)]
    async fn dump(&self) -> Result<ByteStream>;
}

#[test]
fn a_client_has_limits_for_all_of_its_calls() -> Result<(), Box<dyn StdError>> {
    let budget = RetryBudget::new(20, 10);
    let stock = StockClient::builder("https://stock.example")
        .retry(2)
        .attempt_timeout(Duration::from_secs(5))
        .connect_timeout(Duration::from_secs(2))
        .idle_timeout(Duration::from_secs(60))
        .retry_budget(budget.clone())
        .build()?;
    drop(stock);
    assert_eq!(budget.left(), 20);
    Ok(())
}

fn client(stub: &StubRouter) -> StockClient {
    let builder = StockClient::builder("http://localhost").retry(2).attempt_timeout(Duration::from_secs(5));
    builder.transport(ServiceTransport::new(stub.clone())).build().unwrap()
}

fn status(status: u16) -> Reply {
    Reply::empty().status(status)
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_is_retried_as_it_says() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(StockClient::ENDPOINTS);
    let stock = client(&stub);
    let part = stub.endpoint("part");
    part.once(status(403).header("retry-after", "2")).once(Reply::hang()).reply(Reply::text("bolt"));
    assert_eq!(stock.part(7).await?, "bolt");
    assert_eq!(part.calls().len(), 3);

    let order = stub.endpoint("order");
    order.once(status(503)).reply(Reply::text("ordered"));
    assert_eq!(stock.order(7).await?, "ordered");
    let keys: Vec<_> =
        order.calls().iter().map(|it| it.header("idempotency-key").unwrap().to_owned()).collect();
    assert_eq!(keys[0], keys[1]);

    let dump = stub.endpoint("dump");
    dump.reply(Reply::text("all"));
    assert_eq!(stock.dump().await?.next().await.unwrap()?, "all");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_call_says_why_it_was_not_retried() -> Result<(), Box<dyn StdError>> {
    fn schedule(pause: Option<Duration>) {
        assert_eq!(pause, Some(Duration::from_secs(3600)));
    }
    fn give_up() {
        panic!("the server asks for a pause");
    }
    fn report(answer: &ErrorResponse) {
        panic!("{answer}");
    }

    let stub = StubRouter::new(StockClient::ENDPOINTS);
    let stock = client(&stub);
    stub.endpoint("part").once(status(503).header("retry-after", "3600")).reply(Reply::text("bolt"));
    match stock.part(7).await {
        Err(Error::Status(answer)) => match answer.not_retried() {
            Some(NotRetried::RetryAfterTooLong) => schedule(answer.retry_after()),
            Some(NotRetried::BudgetSpent | NotRetried::Timeout) => give_up(),
            _ => report(&answer),
        },
        outcome => println!("{}", outcome?),
    }
    assert_eq!(stub.endpoint("part").calls().len(), 1);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_timeout_says_what_was_waited_for() {
    let stub = StubRouter::new(StockClient::ENDPOINTS);
    let stock = client(&stub);
    stub.endpoint("parts").reply(Reply::hang());
    if let Err(Error::Timeout(timeout)) = stock.parts().await {
        let is_down = timeout.phase() == TimeoutPhase::Connect;
        println!("{} after {:?}", if is_down { "no connection" } else { "no answer" }, timeout.limit());
    }
    let error = stock.parts().await.unwrap_err();
    assert_eq!(error.code(), "timeout.attempt");
    let told = "an attempt timed out after 5s (`attempt_timeout`) while waiting for the server's answer";
    assert!(error.to_string().ends_with(told), "{error}");
    assert_eq!(stub.endpoint("parts").calls().len(), 6);
}
