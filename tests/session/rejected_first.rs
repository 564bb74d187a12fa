//! A 401 whose refresh is not possible: the answer that rejected the token stays within reach.

use sdk_runtime::{Error, Result, ServiceTransport, api_client};
use sdk_testkit::{Reply, TokenServer};
use test_support::{Credentials, LoginResponse, RefreshRequest, user};

#[api_client]
trait Tracker {
    #[post("/auth/login")]
    #[session(start)]
    async fn login(&self, #[json] credentials: &Credentials) -> Result<LoginResponse>;

    #[post("/auth/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: RefreshRequest) -> Result<LoginResponse>;

    #[get("/issues")]
    async fn issues(&self) -> Result<String>;
}

#[tokio::test(start_paused = true)]
async fn the_answer_that_rejected_the_token_is_in_the_error_of_a_failed_refresh() {
    let server = TokenServer::new();
    server.backend().reply("GET", "/issues", Reply::text("why").status(401).header("x-request-id", "7"));
    let transport = ServiceTransport::new(server.backend().clone());
    let client = TrackerClient::builder("http://localhost").transport(transport).build().unwrap();
    client.login(&user("ann")).await.unwrap();
    for _ in 0..2 {
        server.next_refresh(Reply::empty().status(503));
    }

    let outcome = client.issues().await;
    let Err(Error::RefreshUnavailable(error)) = outcome else { panic!("{outcome:?}") };
    let rejection = error.rejection().unwrap();
    assert_eq!(
        (rejection.status(), rejection.body().as_ref()),
        (http::StatusCode::UNAUTHORIZED, &b"why"[..])
    );
    assert_eq!(rejection.headers()["x-request-id"], "7");
    assert_eq!(error.response().unwrap().status(), 503, "the answer to the refresh");

    // During the cool-down the call is not sent, because its token was rejected.
    let outcome = client.issues().await;
    let Err(Error::RefreshUnavailable(error)) = outcome else { panic!("{outcome:?}") };
    assert!(error.rejection().is_none());
}
