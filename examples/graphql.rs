//! A GraphQL server, whose answers all have the status 200: its errors, its rejection of a token, and a list
//! page by page. `cargo run --example graphql`, offline.

use std::error::Error as StdError;

use sdk_runtime::oauth::{RefreshRequest, TokenAnswer};
use sdk_runtime::session::Verdict;
use sdk_runtime::{ErrorResponse, Page, Pages, Result, ServiceTransport, Tokens, api_client};
use sdk_testkit::{Backend, Reply, Request};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const VIEWER: &str = "{ viewer { name } }";
const ISSUES: &str = "query($after: String) {
    issues(first: 2, after: $after) { nodes { title } pageInfo { hasNextPage endCursor } }
}";

/// A query with its variables.
#[derive(Serialize)]
struct Query<'a> {
    query: &'a str,
    variables: Value,
}

/// What a query is answered with: data, errors, or both.
#[derive(Deserialize)]
struct Answer<D> {
    data: Option<D>,
    #[serde(default)]
    errors: Vec<QueryError>,
}

#[derive(Debug, Deserialize)]
struct QueryError {
    message: String,
}

impl<D> Answer<D> {
    fn data(self) -> Result<D, String> {
        match (self.data, self.errors.first()) {
            (Some(data), None) => Ok(data),
            (_, error) => Err(error.map_or("no data", |it| &it.message).to_owned()),
        }
    }
}

#[derive(Deserialize)]
struct Viewed {
    viewer: Viewer,
}

#[derive(Deserialize)]
struct Viewer {
    name: String,
}

#[derive(Deserialize, Page)]
struct Issues {
    #[page(nested)]
    data: IssuesData,
}

#[derive(Deserialize, Page)]
struct IssuesData {
    #[page(nested)]
    issues: Connection,
}

#[derive(Deserialize, Page)]
#[serde(rename_all = "camelCase")]
struct Connection {
    #[page(items)]
    nodes: Vec<Issue>,
    #[page(next = end_cursor, more = has_next_page)]
    page_info: PageInfo,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

#[derive(Deserialize)]
struct Issue {
    title: String,
}

#[api_client]
trait Tracker {
    #[post("/token")]
    #[session(refresh)]
    async fn refresh(&self, #[form] request: RefreshRequest) -> Result<TokenAnswer>;

    #[post("/graphql")]
    async fn viewer(&self, #[json] query: &Query<'_>) -> Result<Answer<Viewed>>;

    #[post("/graphql", paginate = cursor(query = "variables.after"))]
    fn issues(&self, #[json] query: &Query<'_>) -> Pages<Issues>;
}

/// Returns whether the server has refused the token. It does so before it executes a query, even a mutation.
fn verdict(answer: &ErrorResponse) -> Verdict {
    let body: Option<Value> = serde_json::from_str(&answer.text()).ok();
    match body.as_ref().and_then(|it| it.pointer("/errors/0/extensions/code")?.as_str()) {
        Some("UNAUTHENTICATED") => Verdict::NotExecuted,
        _ => Verdict::Surface,
    }
}

/// Answers the two queries of this program, to the token `new`.
fn server() -> Backend {
    let answer = |request: &Request| -> Value {
        let Ok(body) = serde_json::from_str::<Value>(&request.text()) else {
            return json!({ "errors": [{ "message": "no JSON" }] });
        };
        match body["query"].as_str() {
            _ if request.bearer() != Some("new") => {
                let code = json!({ "code": "UNAUTHENTICATED" });
                json!({ "errors": [{ "message": "the token has expired", "extensions": code }] })
            }
            Some(VIEWER) => json!({ "data": { "viewer": { "name": "Ann" } } }),
            Some(ISSUES) => {
                let (titles, next) = match body["variables"]["after"].as_str() {
                    None => (&["Leak", "Typo"][..], Some("2")),
                    Some(_) => (&["Crash"][..], None),
                };
                let nodes: Vec<Value> = titles.iter().map(|title| json!({ "title": title })).collect();
                let page_info = json!({ "hasNextPage": next.is_some(), "endCursor": next });
                json!({ "data": { "issues": { "nodes": nodes, "pageInfo": page_info } } })
            }
            _ => json!({ "data": null, "errors": [{ "message": "unknown field `price`" }] }),
        }
    };
    Backend::new()
        .route("POST", "/graphql", move |request| {
            let reply = Reply::json(&answer(&request));
            async move { reply }
        })
        .reply("POST", "/token", Reply::json(&json!({ "access_token": "new", "token_type": "Bearer" })))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn StdError>> {
    let server = server();
    let tracker = TrackerClient::builder("http://localhost")
        .transport(ServiceTransport::new(server.clone()))
        .token_bad(verdict)
        .token_bad_on([200])
        .build()?;
    tracker.session().sign_in(Tokens::new("old").refresh_token("r1"))?;

    let ask = |query| Query { query, variables: json!({}) };
    let viewer = tracker.viewer(&ask(VIEWER)).await?.data()?.viewer;
    println!("viewer: {}", viewer.name);
    let paths: Vec<_> = server.requests().iter().map(|request| request.path().to_owned()).collect();
    assert_eq!(paths, ["/graphql", "/token", "/graphql"], "refused with 200, refreshed, replayed");

    let wrong = tracker.viewer(&ask("{ viewer { price } }")).await?.data();
    let error = wrong.err().ok_or("an error was expected")?;
    println!("a wrong query: {error}");
    assert_eq!(error, "unknown field `price`");

    let (mut issues, mut titles) = (tracker.issues(&ask(ISSUES)).items(), Vec::new());
    while let Some(issue) = issues.next().await {
        titles.push(issue?.title);
    }
    println!("issues: {}", titles.join(", "));
    assert_eq!(titles, ["Leak", "Typo", "Crash"]);
    println!("ok: {} requests, and each was answered with 200", server.requests().len());
    Ok(())
}
