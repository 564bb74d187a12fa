//! The real client before a stub of its own endpoints, by their names.

use std::panic::{AssertUnwindSafe, catch_unwind};

use sdk_runtime::{Error, Result, ServiceTransport, api_client};
use sdk_testkit::{Reply, StubRouter};

use super::{CreateError, DynTracker, TrackerClient, issue, shout};

fn stubbed() -> (StubRouter, TrackerClient) {
    let stub = StubRouter::new(TrackerClient::ENDPOINTS);
    let transport = ServiceTransport::new(stub.clone());
    (stub, TrackerClient::builder("http://localhost").transport(transport).build().unwrap())
}

#[tokio::test]
async fn replies_are_given_by_the_names_of_methods() {
    let (stub, tracker) = stubbed();
    stub.endpoint("issue").once(Reply::json(&issue("stubbed"))).reply(Reply::empty().status(404));
    stub.endpoint("search").reply(Reply::json(&[issue("a"), issue("b")]));
    stub.endpoint("create").reply(Reply::empty().status(409));
    assert_eq!(shout(&tracker).await.unwrap(), "STUBBED");
    assert_eq!(shout(&DynTracker::new(tracker.clone())).await.unwrap(), "");
    assert_eq!(tracker.search("q", &["x", "y"]).await.unwrap().len(), 2);
    assert!(matches!(tracker.create(&issue("new")).await, Err(CreateError::Duplicate)));
    assert_eq!(tracker.title_or(7, "none").await.unwrap(), "none");

    let searched = stub.endpoint("search").calls();
    assert_eq!(searched[0].query(), Some("q=q&label=x&label=y"));
    stub.endpoint("issue").assert_called(3);
    stub.assert_all_called();
}

#[tokio::test]
#[should_panic(expected = "there is no endpoint `isue`")]
async fn a_name_that_is_misspelt_fails_the_test() {
    stubbed().0.endpoint("isue");
}

#[api_client(base = "/v1", auth = none)]
trait Boards {
    #[get("/boards/{id}")]
    async fn board(&self, id: u64) -> Result<String>;

    #[get]
    async fn follow(&self, #[url] next: &str) -> Result<String>;
}

/// A trait's base is in its templates; that of the client is the stub's to know.
#[tokio::test]
async fn a_base_is_part_of_the_address() {
    let stub = StubRouter::with_base("/api", BoardsClient::ENDPOINTS);
    stub.endpoint("board").reply_with(|request| async move { Reply::text(request.path()) });
    let boards = |base: &str| {
        BoardsClient::builder(base).transport(ServiceTransport::new(stub.clone())).build().unwrap()
    };
    assert_eq!(boards("http://localhost/api").board(7).await.unwrap(), "/api/v1/boards/7");
    let stray = boards("http://localhost").board(7).await;
    assert!(matches!(stray, Err(Error::Status(_))), "{stray:?}");
    let told = catch_unwind(AssertUnwindSafe(|| stub.verify()));
    let told = told.unwrap_err().downcast::<String>().unwrap();
    assert!(told.contains("it is not below the base, `/api`"), "{told}");
}

/// An endpoint that goes anywhere has no template to be found by.
#[tokio::test]
async fn an_address_is_a_route_of_the_backend() {
    // Several clients can be stubbed together.
    let endpoints = BoardsClient::ENDPOINTS.iter().chain(TrackerClient::ENDPOINTS);
    let stub = StubRouter::new(endpoints.copied());
    stub.backend().reply("GET", "/elsewhere", Reply::text("followed"));
    let transport = ServiceTransport::new(stub.clone());
    let boards = BoardsClient::builder("http://localhost").transport(transport).build().unwrap();
    assert_eq!(boards.follow("/elsewhere").await.unwrap(), "followed");
    let told = catch_unwind(AssertUnwindSafe(|| stub.endpoint("follow").calls()));
    let told = told.unwrap_err().downcast::<String>().unwrap();
    assert!(told.contains("`stub.backend().reply(\"GET\", \"/path\", …)`"), "{told}");
}
