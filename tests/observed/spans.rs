//! The span of a call, those of its requests, and that of the refresh that calls share.

use sdk_testkit::Reply;
use test_support::user;

use crate::recorder::{Recorder, Span};
use crate::served;

fn fields(span: &Span, names: &[&str]) -> Vec<String> {
    names.iter().map(|name| span.field(name).to_owned()).collect()
}

#[tokio::test]
async fn a_call_is_a_span_and_each_of_its_requests_a_child_by_the_conventions_for_http_clients() {
    let (server, client) = served();
    client.login(&user("ann")).await.unwrap();
    server.expire_access_tokens();
    let (recorder, _guard) = Recorder::start();
    client.issue("7", Some("x"), None).await.unwrap();
    let [call] = &recorder.spans("call")[..] else { panic!("{recorder:?}") };
    let told = fields(call, &["otel.name", "otel.kind", "otel.status_code", "error.type"]);
    assert_eq!(told, ["Tracker::issue", "internal", "", ""]);
    assert_eq!((call.parent, call.is_closed), (None, true));

    let requests = recorder.spans("request");
    let told: Vec<_> = requests
        .iter()
        .map(|request| {
            fields(
                request,
                &[
                    "otel.name",
                    "http.request.resend_count",
                    "http.response.status_code",
                    "error.type",
                    "otel.status_code",
                ],
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ["GET /issues/{id}", "", "401", "401", "ERROR"],
            ["POST /auth/refresh", "", "200", "", ""],
            ["GET /issues/{id}", "1", "200", "", ""],
        ]
    );
    for request in &requests {
        let names = ["otel.kind", "server.address", "server.port"];
        assert_eq!(fields(request, &names), ["client", "tracker.test", "8443"]);
        assert!(request.is_closed);
    }
    let names = ["http.request.method", "url.template"];
    assert_eq!(fields(&requests[0], &names), ["GET", "/issues/{id}"]);

    let [refresh] = &recorder.spans("refresh")[..] else { panic!("{recorder:?}") };
    assert_eq!(refresh.parent, Some(call.id), "the call that starts it");
    assert_eq!(fields(refresh, &["refresh.outcome", "error.type"]), ["refreshed", ""]);
    let parents: Vec<_> = requests.iter().map(|request| request.parent).collect();
    assert_eq!(parents, [Some(call.id), Some(refresh.id), Some(call.id)]);
    assert_eq!(call.follows, [refresh.id]);
}

#[tokio::test]
async fn each_call_that_waits_for_a_refresh_is_linked_to_it() {
    let (server, client) = served();
    client.login(&user("ann")).await.unwrap();
    server.expire_access_tokens();
    let (recorder, _guard) = Recorder::start();
    let calls = (client.issue("1", None, None), client.issue("2", None, None), client.issue("3", None, None));
    let (one, two, three) = tokio::join!(calls.0, calls.1, calls.2);
    one.and(two).and(three).unwrap();
    let [refresh] = &recorder.spans("refresh")[..] else { panic!("{recorder:?}") };
    let calls = recorder.spans("call");
    assert_eq!(calls.len(), 3);
    for call in &calls {
        assert_eq!(call.follows, [refresh.id]);
    }
    assert_eq!(calls.iter().filter(|call| refresh.parent == Some(call.id)).count(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_error_has_its_code_and_a_retry_its_number() {
    let (server, client) = served();
    client.login(&user("ann")).await.unwrap();
    server.backend().reply("GET", "/issues/{id}", Reply::empty().status(503));
    let (recorder, _guard) = Recorder::start();
    client.issue("7", None, None).await.unwrap_err();
    client.issue(".", None, None).await.unwrap_err();
    let codes: Vec<_> =
        recorder.spans("call").iter().map(|call| call.field("error.type").to_owned()).collect();
    assert_eq!(codes, ["status.5xx", "invalid_request"]);
    let numbers: Vec<_> = recorder
        .spans("request")
        .iter()
        .map(|request| request.field("http.request.resend_count").to_owned())
        .collect();
    assert_eq!(numbers, ["", "1", "2"]);
    let told: Vec<_> = recorder.events().into_iter().map(|event| (event.level, event.message)).collect();
    let retried = ("INFO".to_owned(), "the call is retried".to_owned());
    assert_eq!(told, [retried.clone(), retried]);
}

#[tokio::test]
async fn a_refresh_that_is_rejected_or_superseded_says_so() {
    for (is_superseded, outcome, code) in
        [(false, "expired", "session_expired.refresh_rejected"), (true, "superseded", "")]
    {
        let (server, client) = served();
        client.login(&user("ann")).await.unwrap();
        server.expire_access_tokens();
        let (recorder, _guard) = Recorder::start();
        if is_superseded {
            let hold = server.hold_refreshes();
            let session = client.session().clone();
            let (call, ()) = tokio::join!(client.issue("7", None, None), async {
                server.wait_for(|counts| counts.rejected_calls == 1).await;
                tokio::task::yield_now().await;
                session.sign_out();
                drop(hold);
            });
            call.unwrap_err();
        } else {
            server.revoke("ann");
            client.issue("7", None, None).await.unwrap_err();
        }
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        let [refresh] = &recorder.spans("refresh")[..] else { panic!("{recorder:?}") };
        assert_eq!(fields(refresh, &["refresh.outcome", "error.type"]), [outcome, code]);
    }
}

#[tokio::test]
async fn a_page_is_a_call() {
    use sdk_runtime::{Pages, ServiceTransport, api_client};

    #[api_client(auth = none)]
    trait Listed {
        #[get("/issues", paginate = page(page))]
        fn all(&self, #[query] page: Option<u64>) -> Pages<Vec<u8>>;
    }

    let backend = sdk_testkit::Backend::new();
    backend.route("GET", "/issues", |request| async move {
        Reply::text(if request.target().ends_with("=1") { "[1]" } else { "[]" })
            .header("content-type", "application/json")
    });
    let client =
        ListedClient::builder("http://localhost").transport(ServiceTransport::new(backend)).build().unwrap();
    let (recorder, _guard) = Recorder::start();
    let mut pages = client.all(None);
    while let Some(page) = pages.next().await {
        page.unwrap();
    }
    assert_eq!(recorder.spans("call").len(), 2);
    let parents: Vec<_> = recorder.spans("request").iter().map(|request| request.parent).collect();
    let calls: Vec<_> = recorder.spans("call").iter().map(|call| Some(call.id)).collect();
    assert_eq!(parents, calls);
}
