//! Statuses of each class.

use std::time::Duration;

use sdk_runtime::Error;

use crate::api::client;

#[tokio::test]
#[ignore = "needs python3"]
async fn a_success_is_a_value() {
    let client = client();
    for code in [200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 250, 299] {
        let answer = client.status(code).await.unwrap_or_else(|error| panic!("{code}: {error:#}"));
        assert_eq!(answer.status().as_u16(), code);
    }
}

#[tokio::test]
#[ignore = "needs python3"]
async fn each_other_status_is_an_error_that_has_it() {
    let client = client();
    // waitress answers 500 to the 407 of httpbin, because only a proxy may send its header.
    let of_errors =
        (400..=406).chain(408..=429).chain([431, 444, 451, 499]).chain(500..=511).chain([520, 599]);
    for code in [300, 304, 305, 306].into_iter().chain(of_errors) {
        let error = client.status(code).await.unwrap_err();
        assert!(
            matches!(&error, Error::Status(answer) if answer.status().as_u16() == code),
            "{code}: {error:?}"
        );
        let is_transient = matches!(code, 408 | 429 | 500 | 502 | 503 | 504);
        assert_eq!(error.is_transient(), is_transient, "{code}");
    }
}

#[tokio::test]
#[ignore = "needs python3"]
async fn the_body_of_an_error_is_kept() {
    let Err(Error::Status(teapot)) = client().status(418).await else { panic!() };
    assert!(teapot.text().contains("teapot"));
    assert_eq!(teapot.headers()["x-more-info"], "http://tools.ietf.org/html/rfc2324");
    let Err(Error::Status(refused)) = client().status(406).await else { panic!() };
    let body: serde_json::Value = refused.json().unwrap();
    assert_eq!(body["message"], "Client did not request a supported media type.");
}

#[tokio::test]
#[ignore = "needs python3"]
async fn an_absent_value_is_none() {
    let client = client();
    assert_eq!(client.optional(404).await.unwrap(), None);
    assert_eq!(client.optional(204).await.unwrap(), None);
    assert_eq!(client.optional(200).await.unwrap().as_deref(), Some(""));
    assert!(matches!(client.optional(410).await, Err(Error::Status(_))));
}

#[tokio::test]
#[ignore = "needs python3"]
async fn a_server_that_stays_busy_is_asked_again_and_then_reported() {
    let call = client().status(503).retry(1).timeout(Duration::from_secs(60));
    let error = call.await.unwrap_err();
    assert!(matches!(&error, Error::Status(answer) if answer.status() == 503), "{error:?}");
}
