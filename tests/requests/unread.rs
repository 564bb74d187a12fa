//! Error answers whose body does not arrive: the status is kept, and the call ends.

use std::error::Error as _;
use std::time::Duration;

use sdk_runtime::{
    ApiError, ByteStream, Error, ErrorResponse, EventStream, Pages, Result, api_client,
    error::TransportErrorKind,
};
use serde::Deserialize;
use tokio::time::Instant;

use crate::broken::{Answer, Broken, ENDS, End};

#[derive(Debug, Deserialize)]
struct Existing {
    #[expect(dead_code, reason = "the body never arrives")]
    id: u64,
}

#[derive(Debug, ApiError)]
enum CreateError {
    #[status(409)]
    #[expect(dead_code, reason = "the body never arrives")]
    Duplicate(Existing),
    #[status(410)]
    Gone,
    #[other]
    Other(Error),
}

#[api_client(auth = none)]
trait Unread {
    #[get("/x")]
    async fn plain(&self) -> Result<String>;
    #[get("/x")]
    async fn perhaps(&self) -> Result<Option<Existing>>;
    #[get("/x")]
    async fn typed(&self) -> Result<(), CreateError>;
    #[get("/x", timeout = none)]
    async fn bytes(&self) -> Result<ByteStream>;
    #[get("/x", timeout = none)]
    async fn events(&self) -> Result<EventStream<u8>>;
    #[get("/x", retry = 1)]
    async fn again(&self) -> Result<String>;
    #[get("/x", paginate = link)]
    fn pages(&self) -> Pages<Vec<u8>>;
}

/// A server that answers every request so.
fn server(status: u16, body: &'static str, end: End) -> Broken {
    Broken::new(move |_| Answer::new(status, body, end).header("retry-after", "7"))
}

fn client(broken: &Broken) -> UnreadClient {
    UnreadClient::builder("http://localhost").transport(broken.clone()).build().unwrap()
}

fn status(outcome: Result<impl Sized>) -> ErrorResponse {
    match outcome.err() {
        Some(Error::Status(answer)) => answer,
        Some(other) => panic!("not a status: {other:?}"),
        None => panic!("not a failure"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_status_whose_body_does_not_arrive_stays_that_status() {
    for code in [304, 400, 401, 403, 404, 409, 422, 429, 500, 503] {
        for end in ENDS {
            let broken = server(code, "{\"title\":\"no\",", end);
            let client = client(&broken);
            let begin = Instant::now();
            let answers = [
                status(client.plain().await),
                status(client.bytes().await),
                status(client.events().await),
                status(client.pages().next().await.unwrap()),
            ];
            // Nothing waits for it as long as a call may take.
            assert!(begin.elapsed() <= Duration::from_secs(4 * 5), "{:?}", begin.elapsed());
            for answer in answers {
                assert_eq!(answer.status(), code, "{end:?}");
                assert!(answer.text().starts_with("{\"title\":\"no\","), "what arrived is kept");
                assert!(answer.is_truncated(), "{code} {end:?}");
                assert_eq!(answer.message(), Some("no"), "and what it says is read");
                let error = answer.body_error().expect("it says why there is no more");
                assert_eq!(error.kind(), TransportErrorKind::Body, "{end:?}");
                assert_eq!(answer.source().unwrap().to_string(), error.to_string());
            }
            assert_eq!(broken.requests(), 4, "each was sent once");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_arrives_has_no_error_of_its_body() {
    let broken = server(500, "all of it", End::Whole);
    let answer = status(client(&broken).plain().await);
    assert!(answer.body_error().is_none() && !answer.is_truncated() && answer.source().is_none());
}

#[tokio::test(start_paused = true)]
async fn what_needs_no_body_is_not_kept_from_it() {
    for end in ENDS {
        assert!(client(&server(404, "", end)).perhaps().await.unwrap().is_none(), "{end:?}");
        assert!(matches!(client(&server(410, "", end)).typed().await, Err(CreateError::Gone)));
        // What does says that it did not arrive.
        let error = client(&server(409, "{\"id\":7}", end)).typed().await.unwrap_err();
        let CreateError::Other(Error::Status(answer)) = error else { panic!("{error:?}") };
        assert!(answer.status() == 409 && answer.body_error().is_some(), "{end:?}");
        let detail = answer.decode_error().unwrap().detail().to_owned();
        assert!(detail.contains("did not arrive"), "{detail}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_status_says_whether_it_is_sent_again() {
    for end in ENDS {
        for (code, requests) in [(429, 2), (503, 2), (404, 1), (400, 1)] {
            let broken = server(code, "x", end);
            let begin = Instant::now();
            assert_eq!(status(client(&broken).again().await).status(), code);
            assert_eq!(broken.requests(), requests, "{code} {end:?}");
            assert_eq!(begin.elapsed() >= Duration::from_secs(7), requests == 2, "{code} {end:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_takes_half_of_what_a_call_has_left() {
    let broken = server(503, "x", End::Hangs);
    let begin = Instant::now();
    assert_eq!(status(client(&broken).plain().timeout(Duration::from_secs(2)).await).status(), 503);
    assert_eq!(begin.elapsed(), Duration::from_secs(1));
}
