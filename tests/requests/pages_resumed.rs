//! Lists that go on after an error, or in a later program.

use sdk_runtime::error::Closed;
use sdk_runtime::{Error, Page, Pages};
use sdk_testkit::{Backend, Reply};
use serde_json::{Value, json};

use crate::pages_named::{Graph, ListsClient, client, issues, linked, read, targets};
use crate::wire::script;

#[tokio::test]
async fn the_page_that_failed_is_asked_for_again_after_resume() {
    let backend = Backend::new();
    let down = Reply::empty().status(500);
    let replies = vec![
        down.clone(),
        Reply::json(&[1]),
        down,
        Reply::text("no list"),
        Reply::json(&[2]),
        Reply::json(&[0; 0]),
    ];
    script(&backend, "GET", "/{*path}", replies);
    let mut pages = client(&backend).by_number(None);
    let mut seen = Vec::new();
    assert!(!pages.resume(), "nothing has failed");
    loop {
        match pages.next().await {
            Some(Ok(page)) => seen.push(format!("{page:?}")),
            Some(Err(error)) => {
                assert!(pages.next().await.is_none(), "nothing is asked for without `resume`");
                seen.push(error.code().to_owned());
                assert!(pages.resume());
            }
            None => break,
        }
    }
    assert_eq!(seen, ["status.5xx", "[1]", "status.5xx", "decode", "[2]", "[]"]);
    let at = |page: u32| format!("/list?page={page}");
    assert_eq!(targets(&backend), [at(1), at(1), at(2), at(2), at(2), at(3)]);
    assert!(!pages.resume(), "the list is at its end");

    let mut given: Pages<Vec<u32>> = [Err(Closed::default().into()), Ok(vec![1])].into_iter().collect();
    assert!(given.next().await.unwrap().is_err() && !given.resume() && given.next().await.is_none());
}

#[tokio::test]
async fn items_go_on_after_a_failed_page() {
    let backend = Backend::new();
    script(
        &backend,
        "GET",
        "/{*path}",
        vec![Reply::json(&[1, 2]), Reply::empty().status(503), Reply::json(&[0; 0])],
    );
    let mut items = client(&backend).by_offset(None, 2).items();
    let mut read = Vec::new();
    while let Some(item) = items.next().await {
        match item {
            Ok(item) => read.push(item),
            Err(_) => assert!(items.resume()),
        }
    }
    assert_eq!(read, [1, 2], "no item is read twice");
}

/// Each kind of list goes on in a later program, at the page after the ones that were read.
#[tokio::test]
async fn a_list_goes_on_from_its_position() {
    async fn both<P: Page<Item = u32>>(
        replies: Vec<Reply>,
        list: impl Fn(&ListsClient) -> Pages<P>,
    ) -> (String, Vec<String>, Vec<String>) {
        let backend = Backend::new();
        script(&backend, "GET", "/{*path}", replies.clone());
        script(&backend, "POST", "/{*path}", replies.clone());
        let mut pages = list(&client(&backend));
        assert_eq!(pages.position(), None, "the first page is no position");
        assert!(pages.next().await.unwrap().is_ok());
        let position = pages.position().unwrap();
        let (_, error) = read(&mut pages).await;
        assert!(error.is_none() && pages.position().is_none(), "{error:?}: nothing is left");
        let whole = backend.requests();

        let backend = Backend::new();
        script(&backend, "GET", "/{*path}", replies[1..].to_vec());
        script(&backend, "POST", "/{*path}", replies[1..].to_vec());
        let mut pages = list(&client(&backend)).start_at(&position);
        assert_eq!(pages.position().as_ref(), Some(&position));
        let (_, error) = read(&mut pages).await;
        assert!(error.is_none(), "{error:?}");
        let shown = |requests: &[sdk_testkit::Request]| -> Vec<String> {
            requests.iter().map(|it| format!("{} {}", it.target(), it.text())).collect()
        };
        (position, shown(&whole[1..]), shown(&backend.requests()))
    }
    fn assert(name: &str, expected: &str, (position, whole, later): (String, Vec<String>, Vec<String>)) {
        assert_eq!(position, expected, "{name}");
        assert_eq!(whole, later, "{name}");
    }
    let lists = || vec![Reply::json(&[1, 2]), Reply::json(&[3]), Reply::json(&[0; 0])];
    assert("page", "2", both(lists(), |it| it.by_number(None)).await);
    assert("offset", "2", both(lists(), |it| it.by_offset(None, 9)).await);
    assert("offset", "2", both(lists(), |it| it.search_by_offset(&json!({}))).await);
    let links = || vec![linked(&[1], "?a=b%20c"), linked(&[2], "?d"), linked(&[3], Value::Null)];
    assert("cursor", "?a=b%20c", both(links(), |it| it.by_cursor(None)).await);
    assert("url", "http://localhost/api/v1/list?a=b%20c", both(links(), |it| it.by_url("x")).await);
    let graph = vec![issues(&[1], true, Some("é\"")), issues(&[2], false, None)];
    let request = &Graph { query: "", variables: Value::Null };
    assert("graphql", r#""é\"""#, both(graph, |it| it.issues(request)).await);
}

#[tokio::test]
async fn a_position_leads_to_no_stranger() {
    let backend = Backend::new();
    let client = client(&backend);
    let graph = Graph { query: "", variables: Value::Null };
    async fn reason<P: Page<Item = u32>>(mut pages: Pages<P>) -> String {
        match read(&mut pages).await.1 {
            Some(Error::InvalidRequest(error)) => error.reason().to_owned(),
            other => panic!("{other:?}"),
        }
    }
    for (reason, expected) in [
        (reason(client.by_link().start_at("https://evil.test/list")).await, "another origin"),
        (reason(client.by_url("x").start_at("https://evil.test/list")).await, "another origin"),
        (reason(client.by_url("x").start_at("http://u:p@localhost/list")).await, "a user or a password"),
        (reason(client.by_number(None).start_at("x")).await, "no number"),
        (reason(client.by_offset(None, 1).start_at("-1")).await, "no number"),
        (reason(client.issues(&graph).start_at("}")).await, "no JSON"),
    ] {
        assert!(reason.contains(expected), "{reason}");
    }
    assert!(backend.requests().is_empty());
}
