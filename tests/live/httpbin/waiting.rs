//! Delays, timeouts and cancellation.

use std::future::IntoFuture;
use std::time::Duration;

use sdk_runtime::Error;
use sdk_runtime::error::{TimeoutPhase, TimeoutScope};
use tokio_util::sync::CancellationToken;

use crate::api::client;

#[tokio::test]
#[ignore = "needs python3"]
async fn a_slow_answer_is_awaited() {
    assert!(client().delayed(1).timeout(Duration::from_secs(60)).await.unwrap().url.ends_with("/delay/1"));
}

#[tokio::test]
#[ignore = "needs python3"]
async fn a_call_ends_at_its_timeout_and_the_client_goes_on() {
    let client = client();
    client.get("warm", &[]).await.unwrap();
    let limit = Duration::from_millis(300);
    let error = client.delayed(10).timeout(limit).await.unwrap_err();
    let Error::Timeout(timeout) = &error else { panic!("{error:?}") };
    assert_eq!((timeout.scope(), timeout.limit()), (TimeoutScope::Call, limit));
    assert_eq!(timeout.phase(), TimeoutPhase::Response);
    let error = client.delayed(10).attempt_timeout(limit).await.unwrap_err();
    assert!(matches!(&error, Error::Timeout(it) if it.scope() == TimeoutScope::Attempt), "{error:?}");
    assert_eq!(client.get("after", &[]).await.unwrap().method, "GET");
}

#[tokio::test]
#[ignore = "needs python3"]
async fn a_call_ends_when_it_is_cancelled() {
    let client = client();
    let token = CancellationToken::new();
    let call = tokio::spawn(client.delayed(10).cancel_on(&token).into_future());
    tokio::time::sleep(Duration::from_millis(200)).await;
    token.cancel();
    assert!(matches!(call.await.unwrap(), Err(Error::Cancelled(_))));
    assert!(tokio::time::timeout(Duration::from_millis(200), client.delayed(10)).await.is_err());
    assert_eq!(client.get("after", &[]).await.unwrap().method, "GET");
}
