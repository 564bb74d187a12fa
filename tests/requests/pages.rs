//! Lists page by page: the requests, their order, and their end.

use sdk_runtime::{Error, Page, Pages, Response, Result, Tokens, api_client};
use sdk_testkit::{Backend, Reply};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::wire::{Refreshed, accepting, memory, script};

#[derive(Debug, Deserialize, Page)]
struct Found {
    #[page(items)]
    items: Vec<u32>,
    #[page(next)]
    next: Option<u64>,
    #[page(more)]
    more: Option<bool>,
}

#[derive(Serialize)]
struct Filter {
    state: &'static str,
}

#[derive(Debug, sdk_runtime::ApiError)]
enum ListError {
    #[status(410)]
    Expired(String),
    #[other]
    Other(Error),
}

#[api_client(base = "/v1")]
trait Lists {
    #[get("/list?fixed=1", paginate = link, headers("x-own" = "1"))]
    fn by_link(&self, #[queries] filter: &Filter) -> Pages<Vec<u32>>;
    #[get("/list", paginate = cursor(after))]
    fn by_cursor(&self, #[query] after: Option<u64>, #[query("per page")] size: u8) -> Pages<Found>;
    #[get("/list", paginate = cursor(after))]
    fn by_renamed_cursor(&self, #[query("page[after]")] after: Option<u64>) -> Pages<Found>;
    #[get("/list/{id}", paginate = page(number), retry = 1)]
    fn by_number(&self, id: &str, #[query] number: Option<u32>) -> Pages<Vec<u32>>;
    #[get("/list", paginate = page(number))]
    fn found_by_number(&self, #[query] number: u32) -> Pages<Response<Found>>;
    #[post("/search", paginate = cursor(after), idempotent)]
    fn search(&self, #[query] after: Option<u64>, #[json] q: &str) -> Pages<Found>;
    #[put("/search", paginate = link)]
    fn search_again(&self, #[json] q: &str) -> Pages<Vec<u32>>;
    #[get("/list", paginate = link)]
    fn typed(&self) -> Pages<Vec<u32>, ListError>;
    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self) -> Result<Refreshed>;
}

fn client(backend: &Backend) -> ListsClient {
    let client = ListsClient::builder("http://localhost/api").transport(memory(backend)).build().unwrap();
    client.session().sign_in(Tokens::new("old").refresh_token("r")).unwrap();
    client
}

fn found(items: &[u32], next: Value, more: Value) -> Reply {
    Reply::json(&json!({ "items": items, "next": next, "more": more }))
}

fn linked(items: &[u32], link: &str) -> Reply {
    Reply::json(items).header("link", link)
}

/// All items there are, with the error in the end where there is one.
async fn read<P: Page<Item = u32>, E>(pages: Pages<P, E>) -> (Vec<u32>, Option<E>) {
    let (mut items, mut read) = (pages.items(), Vec::new());
    while let Some(item) = items.next().await {
        match item {
            Ok(item) => read.push(item),
            Err(error) => {
                assert!(items.next().await.is_none(), "an error is the last");
                return (read, Some(error));
            }
        }
    }
    (read, None)
}

fn targets(backend: &Backend) -> Vec<String> {
    let requests = backend.requests();
    requests.iter().map(|request| request.target().trim_start_matches("/api/v1").to_owned()).collect()
}

const OPEN: &Filter = &Filter { state: "a b" };

#[tokio::test]
async fn links_are_followed_as_the_server_writes_them() {
    for (links, expected) in [
        (vec![""], &["/list?fixed=1&state=a%20b"][..]),
        (
            vec!["<?page=2>; rel=\"next\", <?page=9>; rel=\"last\"", "</api/v1/list?page=3>; rel=next", ""],
            &["/list?fixed=1&state=a%20b", "/list?page=2", "/list?page=3"],
        ),
        // It is the whole address: neither the fixed query nor the arguments are added to it once more.
        (
            vec!["<http://localhost/api/v1/more?x=%2F>; rel=next", ""],
            &["/list?fixed=1&state=a%20b", "/more?x=%2F"],
        ),
        (vec!["<next>; rel=next", ""], &["/list?fixed=1&state=a%20b", "/next"]),
    ] {
        let backend = Backend::new();
        let replies = links.iter().zip(1..).map(|(link, item)| linked(&[item], link)).collect();
        script(&backend, "GET", "/{*path}", replies);
        let (items, error) = read(client(&backend).by_link(OPEN)).await;
        assert!(error.is_none(), "{error:?}");
        assert_eq!(items.len(), expected.len());
        assert_eq!(targets(&backend), expected);
        for request in backend.requests() {
            assert_eq!((request.bearer(), request.header("x-own")), (Some("old"), Some("1")));
            assert_eq!(request.header("accept"), Some("application/json"));
        }
    }
}

#[tokio::test]
async fn a_cursor_takes_the_place_of_its_parameter() {
    let pages = || vec![found(&[1, 2], json!(7), json!(true)), found(&[], json!(8), json!(null))];
    for (last, count) in [
        (found(&[3], json!(null), json!(null)), 3),
        (found(&[3], json!(9), json!(false)), 3),
        // What is said to go on and does not say where, does not.
        (found(&[3], json!(null), json!(true)), 3),
    ] {
        let backend = Backend::new();
        script(&backend, "GET", "/api/v1/list", pages().into_iter().chain([last.clone()]).collect());
        let client = client(&backend);
        assert_eq!(read(client.by_cursor(None, 2)).await.0, [1, 2, 3], "an empty page is not the last");
        assert_eq!(
            targets(&backend),
            ["/list?per%20page=2", "/list?per%20page=2&after=7", "/list?per%20page=2&after=8"]
        );
        assert_eq!(backend.requests().len(), count);

        script(&backend, "GET", "/api/v1/list", pages().into_iter().chain([last]).collect());
        let _ = read(client.by_renamed_cursor(Some(6))).await;
        assert_eq!(
            targets(&backend)[count..],
            ["/list?page%5Bafter%5D=6", "/list?page%5Bafter%5D=7", "/list?page%5Bafter%5D=8"]
        );
    }
}

#[tokio::test(start_paused = true)]
async fn numbers_go_up_until_a_page_is_empty() {
    let list = |items: &[u32]| Reply::json(items);
    for (first, expected) in [
        (
            None,
            ["/list/a%2Fb?number=1", "/list/a%2Fb?number=2", "/list/a%2Fb?number=2", "/list/a%2Fb?number=3"],
        ),
        (
            Some(0),
            ["/list/a%2Fb?number=0", "/list/a%2Fb?number=1", "/list/a%2Fb?number=1", "/list/a%2Fb?number=2"],
        ),
    ] {
        let backend = Backend::new();
        let replies = vec![list(&[1, 2]), Reply::empty().status(503), list(&[3]), list(&[])];
        script(&backend, "GET", "/{*path}", replies);
        let (items, error) = read(client(&backend).by_number("a/b", first)).await;
        assert!(error.is_none() && items == [1, 2, 3], "{items:?} {error:?}");
        assert_eq!(targets(&backend), expected, "the second was tried again");
    }
    let backend = Backend::new();
    let reply = |more| found(&[1], json!(null), json!(more)).header("x-page", "1");
    script(&backend, "GET", "/{*path}", vec![reply(true), reply(false)]);
    let mut pages = client(&backend).found_by_number(4);
    for _ in 0..2 {
        let page = pages.next().await.unwrap().unwrap();
        assert_eq!((&page.headers()["x-page"], page.value().items.len()), (&"1".parse().unwrap(), 1));
    }
    assert!(pages.next().await.is_none(), "as the second said");
    assert_eq!(targets(&backend), ["/list?number=4", "/list?number=5"]);
}

#[tokio::test]
async fn a_body_and_its_key_go_with_each_page() {
    let backend = Backend::new();
    let pages = vec![found(&[1], json!(2), json!(null)), found(&[2], json!(null), json!(null))];
    script(&backend, "POST", "/api/v1/search", pages);
    assert_eq!(read(client(&backend).search(None, "q")).await.0, [1, 2]);
    let requests = backend.requests();
    assert_eq!(targets(&backend), ["/search", "/search?after=2"]);
    assert!(requests.iter().all(|request| request.text() == "\"q\""));
    let keys: Vec<_> = requests.iter().map(|request| request.header("idempotency-key").unwrap()).collect();
    assert_ne!(keys[0], keys[1], "a page is a request of its own");
}

#[tokio::test]
async fn what_can_be_sent_again_by_its_method_has_pages_without_a_key() {
    let backend = Backend::new();
    let pages = vec![linked(&[1], "<?page=2>; rel=\"next\""), Reply::json(&[2])];
    script(&backend, "PUT", "/api/v1/search", pages);
    assert_eq!(read(client(&backend).search_again("q")).await.0, [1, 2]);
    assert!(backend.requests().iter().all(|request| request.text() == "\"q\""));
}

#[tokio::test]
async fn a_page_that_fails_ends_the_list_with_the_error_of_its_endpoint() {
    for (reply, expected) in [
        (Reply::text("gone").status(410), "expired: gone"),
        (Reply::empty().status(500), "other: 500"),
        (Reply::html("<h1>Sign in</h1>"), "other: no list"),
        (linked(&[2], "<https://evil.test/>; rel=next"), "other: Link"),
    ] {
        let backend = Backend::new();
        script(&backend, "GET", "/{*path}", vec![linked(&[1], "<?page=2>; rel=next"), reply]);
        let (items, error) = read(client(&backend).typed()).await;
        assert_eq!(items[0], 1);
        let told = match error.unwrap() {
            ListError::Expired(text) => format!("expired: {text}"),
            ListError::Other(Error::Status(answer)) => format!("other: {}", answer.status().as_u16()),
            ListError::Other(Error::Decode(_)) => "other: no list".to_owned(),
            ListError::Other(Error::InvalidRequest(error)) => format!("other: {}", error.argument()),
            error @ ListError::Other(_) => panic!("{error:?}"),
        };
        assert_eq!(told, expected);
        assert_eq!(backend.requests().len(), 2);
    }
}

#[tokio::test]
async fn an_argument_that_cannot_be_sent_is_told_when_a_page_is_asked_for() {
    let backend = accepting();
    let client = client(&backend);
    for pages in [client.by_number("..", None), client.by_number("a", None).header("host", "x")] {
        let (items, error) = read(pages).await;
        assert!(matches!(error, Some(Error::InvalidRequest(_))) && items.is_empty(), "{error:?}");
    }
    assert!(backend.requests().is_empty());
}

#[tokio::test]
async fn the_pages_of_a_rejected_token_go_on_with_the_new_one() {
    let backend = Backend::new().reply("POST", "/api/v1/refresh", Reply::json(&json!({})));
    let refused = Reply::empty().status(401);
    let pages = vec![
        linked(&[1], "<?page=2>; rel=next"),
        refused,
        linked(&[2], "<?page=3>; rel=next"),
        linked(&[3], ""),
    ];
    script(&backend, "GET", "/api/v1/list", pages);
    assert_eq!(read(client(&backend).typed()).await.0, [1, 2, 3]);
    let requests = backend.requests();
    let lists: Vec<_> = requests.iter().filter(|request| request.path().ends_with("list")).collect();
    let sent: Vec<_> = lists.iter().map(|it| (it.query().unwrap_or(""), it.bearer().unwrap())).collect();
    assert_eq!(sent, [("", "old"), ("page=2", "old"), ("page=2", "new"), ("page=3", "new")]);
}

#[tokio::test]
async fn a_fake_has_the_pages_it_is_given() {
    struct Fake;
    impl Lists for Fake {
        fn typed(&self) -> Pages<Vec<u32>, ListError> {
            [Ok(vec![1, 2]), Ok(vec![]), Ok(vec![3]), Err(ListError::Expired("now".to_owned()))]
                .into_iter()
                .collect()
        }
    }
    async fn sum(lists: &impl Lists) -> (u32, bool) {
        let (items, error) = read(lists.typed()).await;
        (items.iter().sum(), matches!(error, Some(ListError::Expired(_))))
    }
    assert_eq!(sum(&Fake).await, (6, true));
    let (items, error) = read(Lists::by_link(&Fake, OPEN)).await;
    assert!(items.is_empty() && matches!(error, Some(Error::Unimplemented(_))), "{error:?}");
}
