//! Which failures are retried, how long an attempt takes, and the retries that all calls share.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use sdk_runtime::client::{ClientBuilder, FailedAttempt, RetryBudget};
use sdk_runtime::error::{NotRetried, TimeoutPhase, TimeoutScope};
use sdk_runtime::{Error, Pages, Result, Tokens, api_client};
use sdk_testkit::{Backend, Reply};
use tokio::time::Instant;

use crate::wire::{Refreshed, memory, script};

fn conflict(failed: &FailedAttempt<'_>) -> bool {
    assert_eq!(failed.endpoint().name(), "conflicting");
    failed.status().is_some_and(|status| status == 409)
}

#[api_client]
trait Retried {
    #[get("/it")]
    async fn get(&self) -> Result<()>;
    #[get("/it", retry = 2, retry_if = conflict)]
    async fn conflicting(&self) -> Result<()>;
    #[get("/it", attempt_timeout = 2s)]
    async fn timed(&self) -> Result<()>;
    #[get("/it", auth = scopes("write"))]
    async fn scoped(&self) -> Result<()>;
    #[post("/it")]
    async fn post(&self) -> Result<()>;
    #[get("/it", paginate = page(page))]
    fn pages(&self, #[query] page: u8) -> Pages<Vec<u8>>;
    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self) -> Result<Refreshed>;
}

fn client(backend: &Backend, with: impl Fn(Builder) -> Builder) -> RetriedClient {
    let builder = RetriedClient::builder("http://localhost").transport(memory(backend)).retry(2);
    let client = with(builder.timeout(Duration::from_secs(600))).build().unwrap();
    client.session().sign_in(Tokens::new("old").refresh_token("r")).unwrap();
    client
}

type Builder = ClientBuilder<RetriedClient>;

fn answering(replies: &[Reply]) -> Backend {
    let backend = Backend::new().reply("POST", "/refresh", Reply::json(&serde_json::json!({})));
    script(&backend, "GET", "/it", replies.to_vec());
    script(&backend, "POST", "/it", replies.to_vec());
    backend
}

fn status(status: u16) -> Reply {
    Reply::empty().status(status)
}

/// Answers after 10 s, `slow` times, and at once from then on.
fn slow(slow: usize) -> Backend {
    let backend = Backend::new();
    for method in ["GET", "POST"] {
        let count = Arc::new(AtomicUsize::new(0));
        backend.route(method, "/it", move |_| {
            let is_slow = count.fetch_add(1, Ordering::SeqCst) < slow;
            async move {
                if is_slow {
                    tokio::time::sleep(Duration::from_secs(10)).await;
                }
                Reply::json(&[0_u8; 0])
            }
        });
    }
    backend
}

/// A rule is asked about failures of attempts alone: a login that is missing is none.
#[tokio::test(start_paused = true)]
async fn a_rule_is_not_asked_about_the_login() {
    let backend = answering(&[status(200)]);
    let client = client(&backend, |builder| builder.retry_if(|failed| panic!("{failed:?}")));
    client.session().sign_out();
    assert!(matches!(client.get().await, Err(Error::NotSignedIn(_))));
    client.session().sign_in(Tokens::new("t").scopes(["read"])).unwrap();
    assert_eq!(client.scoped().await.unwrap_err().code(), "insufficient_scope");
    assert_eq!(backend.requests().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn i41_a_client_and_an_endpoint_say_what_is_transient() {
    let limited = status(403).header("retry-after", "40");
    let rate = |failed: &FailedAttempt<'_>| failed.is_transient() || failed.retry_after().is_some();
    for (name, replies, by_default, by_client, by_endpoint) in [
        ("503", vec![status(503)], 3, 3, 1),
        ("409", vec![status(409)], 1, 1, 3),
        ("403", vec![status(403)], 1, 1, 1),
        ("403 with a pause", vec![limited], 1, 3, 1),
        ("no answer", vec![Reply::reset()], 3, 3, 1),
        ("200", vec![status(200)], 1, 1, 1),
    ] {
        let sends = async |rated: bool, of_endpoint: bool| {
            let backend = answering(&replies);
            let client = client(&backend, |builder| if rated { builder.retry_if(rate) } else { builder });
            let (begun, outcome) = (
                Instant::now(),
                match of_endpoint {
                    true => client.conflicting().await,
                    false => client.get().await,
                },
            );
            let pauses = begun.elapsed() >= Duration::from_secs(80);
            assert_eq!(pauses, rated && !of_endpoint && name == "403 with a pause", "{name}");
            drop(outcome);
            backend.requests().len()
        };
        assert_eq!(sends(false, false).await, by_default, "{name}");
        assert_eq!(sends(true, false).await, by_client, "{name}, the client's rule");
        assert_eq!(sends(true, true).await, by_endpoint, "{name}, the endpoint's rule");
    }
}

/// A rule says which failures pass, and neither which requests may be repeated nor whether a token is good.
#[tokio::test(start_paused = true)]
async fn a_rule_repeats_no_request_that_must_not_be_and_judges_no_token() {
    let backend = answering(&[status(503)]);
    let all = client(&backend, |builder| builder.retry_if(|_| true));
    assert!(all.post().await.is_err());
    assert_eq!(backend.requests().len(), 1, "no key");

    let asked = Arc::new(AtomicUsize::new(0));
    let backend = answering(&[status(401), status(200)]);
    let client = client(&backend, |builder| {
        let asked = asked.clone();
        builder.retry_if(move |_| asked.fetch_add(1, Ordering::SeqCst) < 10)
    });
    client.get().await.unwrap();
    let paths: Vec<_> = backend.requests().iter().map(|request| request.path().to_owned()).collect();
    assert_eq!(paths, ["/it", "/refresh", "/it"]);
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_takes_too_long_is_retried() {
    for (slow_ones, sends) in [(0, 1), (1, 2), (2, 3), (3, 3)] {
        let backend = slow(slow_ones);
        let client = client(&backend, |builder| builder.attempt_timeout(Duration::from_secs(3)));
        match (slow_ones, client.get().await) {
            (3, Err(Error::Timeout(error))) => {
                let told = (error.scope(), error.phase(), error.limit());
                let expected = (TimeoutScope::Attempt, TimeoutPhase::Response, Duration::from_secs(3));
                assert_eq!(told, expected);
                let text =
                    "an attempt timed out after 3s (`attempt_timeout`) while waiting for the server's answer";
                assert!(error.to_string().contains(text), "{error}");
                assert_eq!(Error::from(error).code(), "timeout.attempt");
            }
            (_, outcome) => outcome.unwrap(),
        }
        assert_eq!(backend.requests().len(), sends, "{slow_ones}");
    }
}

#[tokio::test(start_paused = true)]
async fn i41_the_nearest_limit_of_an_attempt_counts() {
    let seconds = Duration::from_secs;
    let limit_of = async |of_client: Option<u64>, of_call: Option<u64>, declared: bool| {
        let client = client(&slow(9), |builder| builder.retry(0).attempt_timeout(of_client.map(seconds)));
        let call = if declared { client.timed() } else { client.get() };
        let call = match of_call {
            Some(limit) => call.attempt_timeout(seconds(limit)),
            None => call,
        };
        match call.await {
            Err(Error::Timeout(error)) => Some(error.limit().as_secs()),
            outcome => outcome.map(|()| None).unwrap(),
        }
    };
    assert_eq!(limit_of(None, None, false).await, None);
    assert_eq!(limit_of(Some(3), None, false).await, Some(3));
    assert_eq!(limit_of(Some(3), None, true).await, Some(2), "as it is declared");
    assert_eq!(limit_of(Some(3), Some(1), true).await, Some(1), "as the call says");
}

#[tokio::test(start_paused = true)]
async fn a_request_without_a_key_is_not_repeated_after_a_slow_attempt_and_the_call_has_its_own_limit() {
    let backend = slow(9);
    let limited = client(&backend, |builder| builder.attempt_timeout(Duration::from_secs(3)));
    assert!(matches!(limited.post().await, Err(Error::Timeout(_))));
    assert_eq!(backend.requests().len(), 1);

    let limit = Duration::from_secs(4);
    let Err(Error::Timeout(error)) = limited.get().timeout(limit).await else { panic!("it is slow") };
    assert_eq!((error.scope(), error.limit()), (TimeoutScope::Call, limit));
}

#[tokio::test(start_paused = true)]
async fn each_page_has_the_limit_of_an_attempt() {
    let backend = slow(1);
    let mut pages = client(&backend, |builder| builder).pages(1).attempt_timeout(Duration::from_secs(3));
    assert_eq!(pages.next().await.unwrap().unwrap(), [0_u8; 0]);
    assert_eq!(backend.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn i41_an_outage_is_not_multiplied() {
    let down = answering(&[status(503)]);
    let budget = RetryBudget::new(5, 50);
    let with_budget = |backend: &Backend| client(backend, |builder| builder.retry_budget(budget.clone()));
    let (one, other) = (with_budget(&down), with_budget(&down));
    let mut spent = 0;
    for _ in 0..10 {
        for client in [&one, &other] {
            let Err(Error::Status(answer)) = client.get().await else { panic!("it is down") };
            if answer.not_retried() == Some(NotRetried::BudgetSpent) {
                assert!(answer.to_string().ends_with("the retry budget of the client is spent"), "{answer}");
                spent += 1;
            }
        }
    }
    assert_eq!(down.requests().len(), 20 + 5, "5 retries for 20 calls of two clients");
    assert_eq!((budget.left(), spent), (0, 18));

    let up = with_budget(&answering(&[status(200)]));
    for _ in 0..4 {
        up.get().await.unwrap();
    }
    assert_eq!(budget.left(), 2, "four successes give two retries back");
    assert!(one.get().await.is_err());
    assert_eq!(down.requests().len(), 25 + 3);
}

#[tokio::test(start_paused = true)]
async fn i41_a_pause_that_is_too_long_is_told_in_the_error() {
    for (after, timeout, expected, text) in [
        ("3600", None, Some(NotRetried::RetryAfterTooLong), "a pause of more than 60 s (`Retry-After`)"),
        ("61", None, Some(NotRetried::RetryAfterTooLong), "a pause of more than 60 s (`Retry-After`)"),
        ("50", Some(20), Some(NotRetried::Timeout), "would outlast the timeout of the call"),
        ("60", None, None, "503"),
    ] {
        let backend = answering(&[status(503).header("retry-after", after)]);
        let call = client(&backend, |builder| builder).get().timeout(timeout.map(Duration::from_secs));
        let Err(Error::Status(answer)) = call.await else { panic!("{after}") };
        assert_eq!(answer.not_retried(), expected, "{after}");
        assert!(answer.to_string().contains(text), "{after}: {answer}");
        assert_eq!(backend.requests().len(), if expected.is_some() { 1 } else { 3 }, "{after}");
    }
    let backend = answering(&[status(503).header("retry-after", "3600")]);
    let once = client(&backend, |builder| builder).get().retry(0).await;
    let Err(Error::Status(answer)) = once else { panic!() };
    assert_eq!(answer.not_retried(), None, "it was to be sent once");
}
