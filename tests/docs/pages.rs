//! `docs/cookbook/pages.md`.

use std::error::Error as StdError;
use std::time::Duration;

use sdk_runtime::{Page, Pages, Result, ServiceTransport, api_client};
use sdk_testkit::{Reply, StubRouter};
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Debug, PartialEq, Deserialize)]
pub struct Article {
    pub title: String,
}

#[derive(Deserialize, Page)]
pub struct Articles {
    #[page(items)]
    pub data: Vec<Article>,
    #[page(next = next)]
    pub links: Links,
}

#[derive(Deserialize)]
pub struct Links {
    pub next: Option<String>,
}

#[api_client]
pub trait Blog {
    #[get("/articles", paginate = url)]
    fn articles(&self, #[query("page[size]")] size: u32) -> Pages<Articles>;

    #[get("/tags", paginate = offset(offset))]
    fn tags(&self, #[query] offset: Option<u64>, #[query] limit: u32) -> Pages<Vec<String>>;
}

#[derive(Serialize)]
pub struct Search<'a> {
    pub text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<&'a str>,
}

#[derive(Deserialize, Page)]
pub struct Hits {
    #[page(items)]
    pub hits: Vec<Article>,
    #[page(next)]
    pub cursor: Option<String>,
}

#[api_client]
pub trait Find {
    #[post("/search", paginate = cursor(search = "after"))]
    fn search(&self, #[json] search: &Search<'_>) -> Pages<Hits>;
}

#[derive(Serialize)]
pub struct GraphQl {
    pub query: &'static str,
    pub variables: serde_json::Value,
}

#[derive(Deserialize, Page)]
pub struct GraphQlAnswer<D> {
    #[page(nested)]
    pub data: D,
}

#[derive(Deserialize, Page)]
pub struct Published {
    #[page(nested)]
    pub articles: Connection<Article>,
}

#[derive(Deserialize, Page)]
#[serde(rename_all = "camelCase")]
pub struct Connection<T> {
    #[page(items)]
    pub nodes: Vec<T>,
    #[page(next = end_cursor, more = has_next_page)]
    pub page_info: PageInfo,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PageInfo {
    pub has_next_page: bool,
    pub end_cursor: Option<String>,
}

#[api_client]
pub trait Graph {
    #[post("/graphql", paginate = cursor(query = "variables.after"))]
    fn articles(&self, #[json] query: &GraphQl) -> Pages<GraphQlAnswer<Published>>;
}

const ARTICLES: &str = "query($after: String) {
    articles(first: 50, after: $after) { nodes { title } pageInfo { hasNextPage endCursor } }
}";

fn published(graph: &GraphClient) -> Pages<GraphQlAnswer<Published>> {
    graph.articles(&GraphQl { query: ARTICLES, variables: serde_json::json!({}) })
}

async fn all(mut pages: Pages<Hits>) -> Result<Vec<Article>> {
    let (mut articles, mut failures) = (Vec::new(), 0);
    while let Some(page) = pages.next().await {
        match page {
            Ok(page) => articles.extend(page.hits),
            Err(_) if failures < 5 && pages.resume() => {
                failures += 1;
                tokio::time::sleep(Duration::from_secs(60)).await;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(articles)
}

async fn first_page(tags: Pages<Vec<String>>, saved: Option<&str>) -> Result<(Vec<String>, Option<String>)> {
    let mut tags = match saved {
        Some(position) => tags.start_at(position),
        None => tags,
    };
    let page = tags.next().await.transpose()?.unwrap_or_default();
    Ok((page, tags.position()))
}

fn article(title: &str) -> serde_json::Value {
    json!({ "title": title })
}

/// What the requests of an endpoint ask for: their queries and bodies.
fn asked(stub: &StubRouter, endpoint: &str) -> Vec<String> {
    let calls = stub.endpoint(endpoint).calls();
    calls.iter().map(|it| format!("{}{}", it.query().unwrap_or_default(), it.text())).collect()
}

#[tokio::test]
async fn addresses_and_offsets_lead_from_page_to_page() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(BlogClient::ENDPOINTS);
    let page = |title, next: Option<&str>| {
        Reply::json(&json!({ "data": [article(title)], "links": { "next": next } }))
    };
    stub.endpoint("articles").once(page("a", Some("/articles?page[after]=1"))).once(page("b", None));
    stub.endpoint("tags").once(Reply::json(&["x", "y"])).reply(Reply::json(&json!([])));
    let builder = BlogClient::builder("http://localhost").bearer("token");
    let blog = builder.transport(ServiceTransport::new(stub.clone())).build()?;
    let (mut articles, mut titles) = (blog.articles(1).items(), Vec::new());
    while let Some(article) = articles.next().await {
        titles.push(article?.title);
    }
    assert_eq!(titles, ["a", "b"]);
    assert_eq!(asked(&stub, "articles"), ["page%5Bsize%5D=1", "page[after]=1"]);

    let (page, position) = first_page(blog.tags(None, 2), None).await?;
    assert_eq!((page.len(), position.as_deref()), (2, Some("2")));
    let (page, position) = first_page(blog.tags(None, 2), position.as_deref()).await?;
    assert_eq!((page.len(), position), (0, None));
    assert_eq!(asked(&stub, "tags"), ["limit=2&offset=0", "limit=2&offset=2"]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_search_goes_on_after_an_error() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(FindClient::ENDPOINTS);
    let page =
        |title, cursor: Option<&str>| Reply::json(&json!({ "hits": [article(title)], "cursor": cursor }));
    let search = stub.endpoint("search");
    search.once(page("a", Some("x"))).once(Reply::empty().status(503)).once(page("b", None));
    let builder = FindClient::builder("http://localhost").bearer("token");
    let find = builder.transport(ServiceTransport::new(stub.clone())).build()?;
    let articles = all(find.search(&Search { text: "leak", after: None })).await?;
    assert_eq!(articles.iter().map(|it| it.title.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    let again = r#"{"text":"leak","after":"x"}"#;
    assert_eq!(asked(&stub, "search"), [r#"{"text":"leak"}"#, again, again]);
    Ok(())
}

#[tokio::test]
async fn a_connection_is_read_to_its_end() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(GraphClient::ENDPOINTS);
    let page = |title, more, end| {
        let info = json!({ "hasNextPage": more, "endCursor": end });
        Reply::json(&json!({ "data": { "articles": { "nodes": [article(title)], "pageInfo": info } } }))
    };
    stub.endpoint("articles").once(page("a", true, "x")).once(page("b", false, "y"));
    let builder = GraphClient::builder("http://localhost").bearer("token");
    let graph = builder.transport(ServiceTransport::new(stub.clone())).build()?;
    let (mut articles, mut titles) = (published(&graph).items(), Vec::new());
    while let Some(article) = articles.next().await {
        titles.push(article?.title);
    }
    assert_eq!(titles, ["a", "b"]);
    let sent = asked(&stub, "articles");
    assert!(sent[0].ends_with(r#""variables":{}}"#) && sent[1].ends_with(r#""variables":{"after":"x"}}"#));
    Ok(())
}
