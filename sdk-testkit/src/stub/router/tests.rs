//! Tests of the stub router, in memory with a paused clock and once over a socket.
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use http_body_util::BodyExt as _;
use tokio::time::Instant;

use super::*;
use crate::patience;

const ENDPOINTS: [(&str, &str, &str); 5] = [
    ("issue", "GET", "/issues/{id}"),
    ("replace", "PUT", "/issues/{id}"),
    ("search", "GET", "/issues"),
    ("create", "POST", "/issues"),
    ("file", "GET", "/files/{*path}"),
];

async fn send(stub: &StubRouter, method: &str, target: &str) -> (u16, String) {
    let request = http::Request::builder().method(method).uri(target).body(String::new()).unwrap();
    let answer = stub.handle(request).await.unwrap();
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

/// The message of the panic in `run`; empty if there was none.
fn panic_of<T>(run: impl FnOnce() -> T) -> String {
    let Err(payload) = catch_unwind(AssertUnwindSafe(run)) else { return String::new() };
    *payload.downcast::<String>().unwrap()
}

#[tokio::test]
async fn each_endpoint_answers_by_its_name() {
    let stub = StubRouter::new(ENDPOINTS);
    stub.endpoint("issue").reply_with(|request| async move { Reply::text(request.param("id")) });
    stub.endpoint("file").reply(Reply::text("a file"));
    stub.endpoint("create").reply(Reply::empty().status(201));
    stub.endpoint("issue").assert_called(0);

    assert_eq!(send(&stub, "GET", "/issues/a%2Fb?x=1").await, (200, "a/b".to_owned()));
    assert_eq!(send(&stub, "GET", "/files/x/y").await, (200, "a file".to_owned()));
    assert_eq!(send(&stub, "POST", "/issues").await.0, 201);
    stub.endpoint("file").reply(Reply::text("another"));
    assert_eq!(send(&stub, "GET", "/files/x").await.1, "another");

    let paths: Vec<String> =
        stub.endpoint("file").calls().iter().map(|request| request.param("path").to_owned()).collect();
    assert_eq!(paths, ["x/y", "x"]);
    stub.endpoint("issue").assert_called(1);
    stub.endpoint("replace").assert_called(0);
    stub.assert_all_called();
}

#[tokio::test(start_paused = true)]
async fn one_shot_replies_come_first_and_in_order() {
    let stub = StubRouter::new(ENDPOINTS);
    let issue = stub.endpoint("issue").reply(Reply::text("standing")).once(Reply::text("1"));
    issue.once(Reply::reset()).once(Reply::text("3").delay(Duration::from_secs(1)));
    issue.latency(Duration::from_secs(5));
    let start = Instant::now();

    assert_eq!(send(&stub, "GET", "/issues/7").await.1, "1");
    let request = http::Request::get("/issues/7").body(String::new()).unwrap();
    let error = stub.handle(request).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    assert_eq!(start.elapsed(), Duration::from_secs(10));
    assert_eq!(send(&stub, "GET", "/issues/7").await.1, "3");
    assert_eq!(start.elapsed(), Duration::from_secs(16));
    issue.latency(Duration::ZERO);
    assert_eq!(send(&stub, "GET", "/issues/7").await.1, "standing");
    assert_eq!(send(&stub, "GET", "/issues/7").await.1, "standing");
    assert_eq!(start.elapsed(), Duration::from_secs(16));
    issue.assert_called(5);
}

#[tokio::test]
async fn a_call_without_a_reply_fails_the_test() {
    let stub = StubRouter::new(ENDPOINTS);
    stub.endpoint("search").once(Reply::empty());
    stub.endpoint("create").once(Reply::empty()).once(Reply::empty());
    for (method, target, expected) in [
        (
            "GET",
            "/issues/7?secret=1",
            "`issue` (GET /issues/{id}) was called with GET /issues/7, but has no reply; \
             give it one: `stub.endpoint(\"issue\").reply(..)`",
        ),
        ("GET", "/issues", ""),
        (
            "GET",
            "/issues",
            "`search` (GET /issues) was called with GET /issues, but has spent its only reply; \
             give it a standing one: `stub.endpoint(\"search\").reply(..)`",
        ),
        ("POST", "/issues", ""),
        ("POST", "/issues", ""),
        (
            "POST",
            "/issues",
            "`create` (POST /issues) was called with POST /issues, but has spent its 2 replies; \
             give it a standing one: `stub.endpoint(\"create\").reply(..)`",
        ),
    ] {
        let (status, text) = send(&stub, method, target).await;
        assert_eq!((status, text.as_str()), (if expected.is_empty() { 204 } else { 501 }, expected));
        assert_eq!(panic_of(|| stub.verify()), expected);
    }
    stub.endpoint("issue").assert_called(1);
}

#[tokio::test]
async fn a_request_of_no_endpoint_fails_the_test_and_is_told_the_nearest() {
    let stub = StubRouter::new(ENDPOINTS);
    for (request, expected) in [
        (
            "GET /isues/7?secret=1",
            "no endpoint matches GET /isues/7; nearest:\n  \
             `issue` (GET /issues/{id}): segment 1 is `isues` instead of `issues`",
        ),
        (
            "DELETE /issues/7",
            "no endpoint matches DELETE /issues/7; nearest:\n  \
             `issue` (GET /issues/{id}): the method is DELETE instead of GET\n  \
             `replace` (PUT /issues/{id}): the method is DELETE instead of PUT",
        ),
        (
            "GET /issues/",
            "no endpoint matches GET /issues/; nearest:\n  \
             `issue` (GET /issues/{id}): segment 2 is empty where `{id}` needs a value\n  \
             `search` (GET /issues): there is a slash too many at the end",
        ),
        (
            "POST /api/issues",
            "no endpoint matches POST /api/issues; nearest:\n  \
             `create` (POST /issues): it is below `/api`; if the client's base URL has that path, \
             make the stub with `StubRouter::with_base(\"/api\", ..)`",
        ),
    ] {
        let (method, target) = request.split_once(' ').unwrap();
        assert_eq!(send(&stub, method, target).await, (501, expected.to_owned()));
        assert_eq!(panic_of(|| stub.verify()), expected);
    }
    assert_eq!(stub.backend().unmatched().len(), 4);

    let many =
        StubRouter::new([("a", "GET", "/a"), ("b", "PUT", "/a"), ("c", "POST", "/a"), ("d", "PATCH", "/a")]);
    let (_, text) = send(&many, "HEAD", "/a").await;
    assert_eq!(text, "", "a HEAD is answered without a body");
    let message = panic_of(|| drop(many));
    assert!(message.ends_with(
        "PUT\n  `c` (POST /a): the method is HEAD instead of POST\n  and 1 more that are as near"
    ));

    let three = StubRouter::new([("a", "GET", "/a"), ("b", "PUT", "/a"), ("c", "POST", "/a")]);
    send(&three, "HEAD", "/a").await;
    let message = panic_of(|| drop(three));
    assert!(message.ends_with("`c` (POST /a): the method is HEAD instead of POST"), "{message}");

    let none = StubRouter::new([("", "", ""); 0]);
    send(&none, "GET", "/a").await;
    assert_eq!(panic_of(|| drop(none)), "no endpoint matches GET /a; the stub has none");
}

#[test]
fn a_mistake_in_the_test_panics_at_once() {
    for (endpoints, base, name, expected) in [
        (
            &ENDPOINTS[..],
            "",
            "isue",
            "there is no endpoint `isue` among `issue`, `replace`, `search`, `create`, `file`; \
             did you mean `issue`?",
        ),
        (&ENDPOINTS[..2], "", "delete", "there is no endpoint `delete` among `issue`, `replace`"),
        (&[], "", "issue", "there is no endpoint `issue`; the stub has none"),
        (
            &[("follow", "PUT", "")],
            "",
            "follow",
            "the address of `follow` is an argument (`#[url]`), so it is not in the stub; \
             say what is where it goes: `stub.backend().reply(\"PUT\", \"/path\", …)`",
        ),
        (&[("a", "A B", "/a")], "", "", "`A B`, the method of `a`, is no HTTP method"),
        (&[("a", "GET", "a")], "/v1", "", "`a`: the template `a` does not start with a slash"),
        (
            &[("a", "GET", "/a"), ("a", "GET", "/b")],
            "",
            "",
            "two endpoints are called `a`: `a` (GET /a), and GET /b",
        ),
        (&[], "api/v1", "", "the base `api/v1` is neither a path that starts with a slash nor a URL"),
        (&[], "localhost", "", "the base `localhost` is neither a path that starts with a slash nor a URL"),
    ] {
        let message =
            panic_of(|| StubRouter::with_base(base, endpoints.iter().copied()).endpoint(name).calls());
        assert_eq!(message, expected);
    }
}

#[tokio::test]
async fn an_assertion_lists_what_came() {
    let stub = StubRouter::new(ENDPOINTS);
    assert_eq!(
        panic_of(|| stub.endpoint("issue").assert_called(1)),
        "`issue` (GET /issues/{id}) was called 0 times, not 1; nothing came"
    );
    stub.assert_all_called();
    stub.endpoint("issue").reply(Reply::empty());
    stub.endpoint("create").once(Reply::empty()).once(Reply::empty());
    stub.endpoint("search").once(Reply::empty());
    stub.backend().reply("GET", "/health", Reply::empty());
    for (method, target) in [("POST", "/issues?draft"), ("GET", "/health"), ("GET", "/isues/7")] {
        send(&stub, method, target).await;
    }
    let came = "what came:\n  `create`: POST /issues?draft\n  GET /health\n  \
                no endpoint matches GET /isues/7; nearest:\n    \
                `issue` (GET /issues/{id}): segment 1 is `isues` instead of `issues`";
    assert_eq!(
        panic_of(|| stub.endpoint("create").assert_called(2)),
        format!("`create` (POST /issues) was called once, not 2; {came}")
    );
    assert_eq!(
        panic_of(|| stub.assert_all_called()),
        format!(
            "`issue` (GET /issues/{{id}}) was never called\n`search` (GET /issues) was never called\n\
             `create` (POST /issues) was called once, and has 1 of 2 replies left; {came}"
        )
    );
    for _ in 0..20 {
        send(&stub, "GET", "/issues/8").await;
    }
    let message = panic_of(|| stub.endpoint("issue").assert_called(2));
    assert!(
        message.contains("was called 20 times, not 2; what came, after 3 others:\n  `issue`"),
        "{message}"
    );
    assert!(panic_of(|| stub.verify()).starts_with("no endpoint matches GET /isues/7"));
}

#[tokio::test]
async fn a_base_stands_in_front_of_every_template() {
    for base in ["/api/v1", "/api/v1/", "https://tracker.example/api/v1", "http://localhost:80/api/v1/"] {
        let stub = StubRouter::with_base(base, ENDPOINTS);
        stub.endpoint("issue").reply(Reply::empty());
        assert_eq!(send(&stub, "GET", "/api/v1/issues/7").await.0, 204);
        assert_eq!(stub.endpoint("issue").calls()[0].param("id"), "7");
        assert_eq!(send(&stub, "GET", "/issues/7").await.0, 501);
        assert!(panic_of(|| drop(stub)).ends_with("it is not below the base, `/api/v1`"));
    }
    for base in ["", "/", "https://tracker.example", "https://tracker.example/"] {
        let stub = StubRouter::with_base(base, ENDPOINTS);
        stub.endpoint("issue").reply(Reply::empty());
        assert_eq!(send(&stub, "GET", "/issues/7").await.0, 204);
    }
}

#[tokio::test]
async fn endpoints_that_nothing_tells_apart_are_one() {
    let stub = StubRouter::new([
        ("issue", "GET", "/issues/{id}"),
        ("by_key", "GET", "/issues/{key}"),
        ("newest", "GET", "/issues/newest"),
        ("issue", "GET", "/issues/{id}"),
    ]);
    stub.endpoint("by_key").reply_with(|request| async move { Reply::text(request.param("id")) });
    stub.endpoint("newest").reply(Reply::text("newest"));
    assert_eq!(send(&stub, "GET", "/issues/7").await.1, "7");
    assert_eq!(send(&stub, "GET", "/issues/newest").await.1, "newest");
    stub.endpoint("issue").assert_called(1);
    let routes = "routes: GET /issues/{id}, GET /issues/newest";
    assert_eq!(format!("{stub:?}"), format!("StubRouter(Backend(2 requests; {routes}))"));
    assert_eq!(
        format!("{:?}", stub.endpoint("by_key")),
        "StubEndpoint(`issue` or `by_key` (GET /issues/{id}), called once)"
    );
}

#[tokio::test]
async fn it_is_a_service_and_a_server() {
    let stub = StubRouter::new(ENDPOINTS);
    stub.endpoint("search").reply(Reply::text("found"));
    let mut service = stub.clone();
    std::future::poll_fn(|context| Service::<http::Request<String>>::poll_ready(&mut service, context))
        .await
        .unwrap();
    let answer = service.call(http::Request::get("/issues").body(String::new()).unwrap()).await.unwrap();
    assert_eq!(answer.status(), 200);
    drop(service);

    let server = stub.serve().await.unwrap();
    for (path, expected) in [("/issues", "HTTP/1.1 200 "), ("/issue", "HTTP/1.1 501 ")] {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let mut stream = tokio::net::TcpStream::connect(server.address()).await.unwrap();
        let head = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = String::new();
        let end = stream.read_to_string(&mut answer);
        patience::in_time(end, || "the end of a connection that is to be closed".to_owned()).await.unwrap();
        assert!(answer.starts_with(expected), "{answer}");
    }
    stub.endpoint("search").assert_called(2);
    drop(stub);
    assert!(panic_of(|| drop(server)).starts_with("no endpoint matches GET /issue; nearest:"));
}
