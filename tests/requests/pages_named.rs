//! Pages that are named by an address in the answer, by an offset, or by a member of a JSON body.

use sdk_runtime::{Error, Page, Pages, Response, Tokens, api_client};
use sdk_testkit::{Backend, Reply};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::wire::{memory, script};

/// As in JSON:API.
#[derive(Debug, Deserialize, Page)]
pub(crate) struct Linked {
    #[page(items)]
    data: Vec<u32>,
    #[page(next = next)]
    links: Links,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Links {
    next: Option<String>,
}

#[derive(Debug, Deserialize, Page)]
pub(crate) struct Found {
    #[page(items)]
    hits: Vec<u32>,
    #[page(next)]
    next: Option<Mark>,
}

/// A cursor that is no text.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(untagged)]
pub(crate) enum Mark {
    Text(String),
    Of(u64, String),
}

#[derive(Debug, Deserialize, Page)]
pub(crate) struct Answer<D> {
    #[page(nested)]
    data: D,
}

#[derive(Debug, Deserialize, Page)]
pub(crate) struct Repository {
    #[page(nested)]
    issues: Connection,
}

#[derive(Debug, Deserialize, Page)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Connection {
    #[page(items)]
    nodes: Vec<u32>,
    #[page(next = end_cursor, more = has_next_page)]
    page_info: PageInfo,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

#[derive(Serialize)]
pub(crate) struct Search<'a> {
    q: &'a str,
    /// Not exact as a `f64`.
    min: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    search_after: Option<u8>,
}

#[derive(Serialize)]
pub(crate) struct Graph {
    pub(crate) query: &'static str,
    pub(crate) variables: Value,
}

#[api_client(base = "/v1")]
pub(crate) trait Lists {
    #[get("/list?fixed=1", paginate = url)]
    fn by_url(&self, #[query] q: &str) -> Pages<Linked>;
    #[get("/list", paginate = url, auth = none)]
    fn unsigned_by_url(&self) -> Pages<Linked>;
    #[get("/list", paginate = offset(skip))]
    fn by_offset(&self, #[query] skip: Option<u32>, #[query] limit: u8) -> Pages<Vec<u32>>;
    #[get("/list", paginate = page(page))]
    fn by_number(&self, #[query] page: Option<u32>) -> Pages<Vec<u32>>;
    #[get("/list", paginate = link)]
    fn by_link(&self) -> Pages<Vec<u32>>;
    #[get("/list", paginate = cursor(after))]
    fn by_cursor(&self, #[query] after: Option<&str>) -> Pages<Response<Linked>>;
    #[post("/search", paginate = cursor(search = "search_after"))]
    fn search(&self, #[json] search: &Search<'_>) -> Pages<Found>;
    #[post("/search", paginate = offset(search = "page.from"))]
    fn search_by_offset(&self, #[json] search: &Value) -> Pages<Vec<u32>>;
    #[post("/search", paginate = page(search = "page"), idempotent)]
    fn search_by_number(&self, #[json] search: Option<&Value>) -> Pages<Vec<u32>>;
    #[post("/graphql", paginate = cursor(request = "variables.after"))]
    fn issues(&self, #[json] request: &Graph) -> Pages<Answer<Repository>>;
}

pub(crate) fn client(backend: &Backend) -> ListsClient {
    let builder = ListsClient::builder("http://localhost/api").transport(memory(backend));
    let client = builder.trusted_origin("http://127.0.0.1:81").build().unwrap();
    client.session().sign_in(Tokens::new("t").refresh_token("r")).unwrap();
    client
}

pub(crate) async fn read<P: Page<Item = u32>>(pages: &mut Pages<P>) -> (Vec<u32>, Option<Error>) {
    let mut items = Vec::new();
    while let Some(page) = pages.next().await {
        assert!(items.len() < 50, "there is no end of it");
        match page {
            Ok(page) => items.extend(page.into_items()),
            Err(error) => {
                assert!(pages.next().await.is_none(), "an error is the last");
                return (items, Some(error));
            }
        }
    }
    (items, None)
}

pub(crate) fn linked(items: &[u32], next: impl Serialize) -> Reply {
    Reply::json(&json!({ "data": items, "links": { "next": next } }))
}

pub(crate) fn targets(backend: &Backend) -> Vec<String> {
    let requests = backend.requests();
    requests.iter().map(|it| it.target().trim_start_matches("/api/v1").to_owned()).collect()
}

fn bodies(backend: &Backend) -> Vec<String> {
    backend.requests().iter().map(|request| request.text().into_owned()).collect()
}

#[tokio::test]
async fn an_address_in_the_answer_is_followed_as_it_is_written() {
    for (next, second) in [
        (json!("?page=2"), Some("/list?page=2")),
        (json!("/api/v1/more?x=%2F#here"), Some("/more?x=%2F")),
        (json!("http://localhost/api/v1/list?page=2"), Some("/list?page=2")),
        (json!("next"), Some("/next")),
        (json!(""), None),
        (json!(" "), None),
        (json!(null), None),
    ] {
        let backend = Backend::new();
        script(&backend, "GET", "/{*path}", vec![linked(&[1], &next), linked(&[2], Value::Null)]);
        let (items, error) = read(&mut client(&backend).by_url("a b")).await;
        assert!(error.is_none(), "{next}: {error:?}");
        assert_eq!(items.len(), 1 + usize::from(second.is_some()), "{next}");
        let first = Some("/list?fixed=1&q=a%20b");
        assert_eq!(targets(&backend), first.into_iter().chain(second).collect::<Vec<_>>());
        assert!(backend.requests().iter().all(|request| request.bearer() == Some("t")));
    }
}

/// The arguments, the headers and the credential of a list go only where the client was told to send them.
#[tokio::test]
async fn an_address_in_the_answer_leads_to_no_stranger_and_in_no_circle() {
    for (next, reason) in [
        ("https://evil.test/", "another origin"),
        ("//evil.test/list", "another origin"),
        ("http://localhost:82/api/v1/list", "another origin"),
        ("http://user:pass@localhost/api/v1/list", "a user or a password"),
        ("http://", "no address"),
        ("javascript:alert(1)", "another origin"),
        ("?fixed=1&q=x", "asked for before"),
        ("?fixed=1&q=x#on", "asked for before"),
    ] {
        for signed in [true, false] {
            let backend = Backend::new();
            let first = linked(&[1], if signed || !next.starts_with('?') { next } else { "/api/v1/list" });
            script(&backend, "GET", "/{*path}", vec![first]);
            let client = client(&backend);
            let mut pages = if signed { client.by_url("x") } else { client.unsigned_by_url() };
            let (items, error) = read(&mut pages).await;
            let Some(Error::InvalidRequest(error)) = error else { panic!("{next}: {error:?}") };
            assert!(error.reason().contains(reason), "{next}: {error}");
            assert_eq!((error.argument(), items, backend.requests().len()), ("url", vec![1], 1), "{next}");
            assert!(!pages.resume() && pages.position().is_none(), "no page of it has failed");
        }
    }
}

#[tokio::test]
async fn a_trusted_origin_is_followed_to_with_the_credential() {
    let backend = Backend::new();
    let next = "http://127.0.0.1:81/elsewhere";
    script(
        &backend,
        "GET",
        "/{*path}",
        vec![linked(&[1], next), linked(&[2], "?2"), linked(&[3], Value::Null)],
    );
    assert_eq!(read(&mut client(&backend).by_url("x")).await.0, [1, 2, 3]);
    let requests = backend.requests();
    let asked: Vec<String> = requests.iter().map(|request| request.uri().to_string()).collect();
    assert_eq!(asked[1..], ["http://127.0.0.1:81/elsewhere", "http://127.0.0.1:81/elsewhere?2"]);
    assert!(requests.iter().all(|request| request.bearer() == Some("t")));

    let link = |items: &[u32], next: &str| Reply::json(items).header("link", format!("<{next}>; rel=next"));
    let backend = Backend::new();
    script(
        &backend,
        "GET",
        "/{*path}",
        vec![link(&[1], next), link(&[2], "http://localhost/api/v1/x"), Reply::json(&[3])],
    );
    let (items, error) = read(&mut client(&backend).by_link()).await;
    assert!(error.is_none() && items == [1, 2, 3], "as for a link in a header: {error:?}");
}

/// I22: what travels encrypted does not go on in the clear, even to an origin that is trusted.
#[tokio::test]
async fn i22_no_page_leads_from_https_to_a_trusted_origin_in_the_clear() {
    let backend = Backend::new();
    script(&backend, "GET", "/{*path}", vec![linked(&[1], "http://127.0.0.1:81/elsewhere")]);
    let builder = ListsClient::builder("https://api.test").transport(memory(&backend));
    let client = builder.trusted_origin("http://127.0.0.1:81").build().unwrap();
    client.session().sign_in(Tokens::new("t")).unwrap();
    let (items, error) = read(&mut client.by_url("x")).await;
    assert_eq!((items, backend.requests().len()), (vec![1], 1));
    assert!(error.is_some_and(|error| error.to_string().contains("at another origin")));
}

#[tokio::test]
async fn an_offset_counts_the_items_of_each_page() {
    for (first, asked) in [
        (None, ["/list?limit=2&skip=0", "/list?limit=2&skip=2", "/list?limit=2&skip=5"]),
        (Some(7), ["/list?limit=2&skip=7", "/list?limit=2&skip=9", "/list?limit=2&skip=12"]),
    ] {
        let backend = Backend::new();
        let replies: Vec<Reply> = [&[1, 2][..], &[3, 4, 5], &[]].into_iter().map(Reply::json).collect();
        script(&backend, "GET", "/{*path}", replies);
        let (items, error) = read(&mut client(&backend).by_offset(first, 2)).await;
        assert!(error.is_none() && items == [1, 2, 3, 4, 5], "{error:?}");
        let sorted = |target: &String| {
            let (path, query) = target.split_once('?').unwrap();
            let mut pairs: Vec<&str> = query.split('&').collect();
            pairs.sort_unstable();
            format!("{path}?{}", pairs.join("&"))
        };
        assert_eq!(targets(&backend).iter().map(sorted).collect::<Vec<_>>(), asked);
    }
}

/// A page by hand that does not say how many items it has.
#[derive(Deserialize)]
pub(crate) struct Uncounted(Vec<u32>);

impl Page for Uncounted {
    type Item = u32;
    type Cursor = sdk_runtime::response::NoCursor;

    fn into_items(self) -> Vec<u32> {
        self.0
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[api_client(auth = none)]
trait Counted {
    #[get("/list", paginate = offset(from))]
    fn uncounted(&self, #[query] from: u64) -> Pages<Uncounted>;
}

#[tokio::test]
async fn a_page_without_a_count_leads_to_no_offset() {
    let backend = Backend::new();
    script(&backend, "GET", "/list", vec![Reply::json(&[1])]);
    let client = CountedClient::builder("http://localhost").transport(memory(&backend)).build().unwrap();
    let (items, error) = read(&mut client.uncounted(3)).await;
    assert_eq!(items, [1]);
    assert!(error.unwrap().to_string().contains("`Page::item_count`"));
    assert_eq!(backend.requests().len(), 1);
}

#[tokio::test]
async fn a_cursor_in_the_body_takes_the_place_of_its_member() {
    let backend = Backend::new();
    let found = |items: &[u32], next: Value| Reply::json(&json!({ "hits": items, "next": next }));
    let replies = vec![found(&[1], json!("a\"b")), found(&[], json!([7, "x"])), found(&[2], json!(""))];
    script(&backend, "POST", "/api/v1/search", replies);
    let search = Search { q: "ü", min: 9_007_199_254_740_993, search_after: None };
    assert_eq!(read(&mut client(&backend).search(&search)).await.0, [1, 2]);
    let first = r#"{"q":"ü","min":9007199254740993"#;
    assert_eq!(
        bodies(&backend),
        [
            format!("{first}}}"),
            format!(r#"{first},"search_after":"a\"b"}}"#),
            format!(r#"{first},"search_after":[7,"x"]}}"#),
        ]
    );
    for request in backend.requests() {
        assert_eq!(request.header("content-type"), Some("application/json"));
        assert_eq!(request.header("idempotency-key"), None, "a search changes nothing");
    }
}

#[tokio::test]
async fn a_cursor_in_the_body_leads_in_no_circle() {
    let backend = Backend::new();
    let found = |next: &str| Reply::json(&json!({ "hits": [1], "next": next }));
    script(&backend, "POST", "/api/v1/search", vec![found("a"), found("b"), found("a")]);
    let search = Search { q: "q", min: 0, search_after: None };
    let (items, error) = read(&mut client(&backend).search(&search)).await;
    let Some(Error::InvalidRequest(error)) = error else { panic!("{error:?}") };
    assert!(error.reason().contains("asked for before") && items.len() == 3, "{error}");
    assert_eq!(backend.requests().len(), 3);
}

#[tokio::test]
async fn numbers_in_the_body_are_counted_up() {
    let pages = || [&[1, 2][..], &[3], &[]].into_iter().map(Reply::json).collect::<Vec<_>>();
    let backend = Backend::new();
    script(&backend, "POST", "/api/v1/search", pages());
    assert_eq!(read(&mut client(&backend).search_by_offset(&json!({ "q": 1 }))).await.0, [1, 2, 3]);
    let at = |from: u32| format!(r#"{{"q":1,"page":{{"from":{from}}}}}"#);
    assert_eq!(bodies(&backend), [at(0), at(2), at(3)]);

    let backend = Backend::new();
    script(&backend, "POST", "/api/v1/search", pages());
    let first = json!({ "page": 4 });
    assert_eq!(read(&mut client(&backend).search_by_number(Some(&first))).await.0, [1, 2, 3]);
    assert_eq!(bodies(&backend), [r#"{"page":4}"#, r#"{"page":5}"#, r#"{"page":6}"#]);
    let keys: Vec<_> =
        backend.requests().iter().map(|it| it.header("idempotency-key").unwrap().to_owned()).collect();
    assert!(keys[0] != keys[1] && keys[1] != keys[2]);

    for body in [None, Some(&json!([]))] {
        let backend = Backend::new();
        let (_, error) = read(&mut client(&backend).search_by_number(body)).await;
        let Some(Error::InvalidRequest(error)) = error else { panic!("{error:?}") };
        assert_eq!((error.argument(), backend.requests().len()), ("search", 0), "{error}");
    }
}

pub(crate) fn issues(nodes: &[u32], more: bool, end: Option<&str>) -> Reply {
    let info = json!({ "hasNextPage": more, "endCursor": end });
    Reply::json(&json!({ "data": { "issues": { "nodes": nodes, "pageInfo": info } } }))
}

#[tokio::test]
async fn a_graphql_connection_is_read_to_its_end() {
    let backend = Backend::new();
    // The last page has a cursor too, and says that nothing comes after it.
    let replies = vec![issues(&[1], true, Some("Y3Vy")), issues(&[2], false, Some("Zg=="))];
    script(&backend, "POST", "/api/v1/graphql", replies);
    let request = Graph { query: "query($after: String) { … }", variables: json!({ "first": 1 }) };
    assert_eq!(read(&mut client(&backend).issues(&request)).await.0, [1, 2]);
    let sent =
        |variables: &str| format!(r#"{{"query":"query($after: String) {{ … }}","variables":{variables}}}"#);
    assert_eq!(bodies(&backend), [sent(r#"{"first":1}"#), sent(r#"{"first":1,"after":"Y3Vy"}"#)]);
}
