//! Each error of a call names its endpoint, wherever it leaves the client.

use sdk_runtime::{
    CancellationToken, Error, JsonLines, Pages, Result, TokenResponse, api_client, stream::ServerEvents,
};
use sdk_testkit::{Backend, Reply};
use serde::Deserialize;

use crate::wire::memory;

#[derive(Debug, Deserialize)]
struct Answer {}

impl TokenResponse for Answer {
    fn tokens(
        &self,
        _: &sdk_runtime::Head,
    ) -> std::result::Result<sdk_runtime::Tokens, sdk_runtime::Refusal> {
        Ok(sdk_runtime::Tokens::new("a"))
    }
}

#[api_client(dyn)]
trait Named {
    #[get("/signed")]
    async fn signed(&self) -> Result<u32>;
    #[get("/path/{id}", auth = none)]
    async fn path(&self, id: &str) -> Result<u32>;
    #[get("/number", auth = none)]
    async fn number(&self) -> Result<u32>;
    #[get("/missing", auth = none)]
    async fn missing(&self) -> Result<u32>;
    #[get("/lines", auth = none)]
    async fn lines(&self) -> Result<JsonLines<u32>>;
    #[get("/events", auth = none)]
    async fn events(&self) -> Result<ServerEvents>;
    #[get("/pages", auth = none, paginate = page(page))]
    fn pages(&self, #[query] page: Option<u64>) -> Pages<Vec<u32>>;
    #[post("/start")]
    #[session(start)]
    async fn start(&self) -> Result<Answer>;
    #[post("/end")]
    #[session(end)]
    async fn end(&self) -> Result<()>;
}

struct Fake;

impl Named for Fake {}

fn client() -> NamedClient {
    let backend = Backend::new();
    for (method, path, text) in [
        ("GET", "/number", "x".to_owned()),
        ("GET", "/lines", format!("x\n1\n{}", "x".repeat((1 << 20) + 1))),
        ("GET", "/events", "x".to_owned()),
        ("GET", "/pages", "x".to_owned()),
        ("POST", "/start", "x".to_owned()),
    ] {
        backend.route(method, path, move |_| std::future::ready(Reply::text(text.as_str())));
    }
    NamedClient::builder("http://localhost").transport(memory(&backend)).build().unwrap()
}

/// The code of the error, which names `method` once.
fn code(error: Option<Error>, method: &str) -> &'static str {
    let error = error.unwrap_or_else(|| panic!("{method} succeeds"));
    let name = format!("Named::{method}");
    assert_eq!(error.endpoint().map(|endpoint| endpoint.qualified_name()), Some(name.as_str()));
    let text = error.to_string();
    assert!(text.starts_with(&format!("`{name}`")) && text.matches(&name).count() == 1, "{text}");
    error.code()
}

#[tokio::test(start_paused = true)]
async fn each_error_names_the_endpoint_that_was_called() {
    let client = client();
    assert_eq!(code(client.signed().await.err(), "signed"), "not_signed_in");
    assert_eq!(code(client.path("..").await.err(), "path"), "invalid_request");
    assert_eq!(code(client.path("..").request().err(), "path"), "invalid_request");
    assert_eq!(code(client.end().request().err(), "end"), "invalid_request");
    assert_eq!(code(client.number().await.err(), "number"), "decode");
    assert_eq!(code(client.number().response().await.err(), "number"), "decode");
    assert_eq!(code(client.missing().await.err(), "missing"), "status.4xx");
    assert_eq!(code(client.start().await.err(), "start"), "decode");
    assert_eq!(code(client.end().await.err(), "end"), "not_signed_in");
    let mut lines = client.lines().await.unwrap();
    assert_eq!(code(lines.next().await.unwrap().err(), "lines"), "decode");
    assert_eq!(lines.next().await.unwrap().unwrap(), 1);
    assert_eq!(code(lines.next().await.unwrap().err(), "lines"), "body_too_large");
    assert_eq!(code(client.events().await.err(), "events"), "decode");
    let page = client.pages(None).next().await.unwrap();
    assert_eq!(code(page.err(), "pages"), "decode");

    let token = CancellationToken::new();
    token.cancel();
    assert_eq!(code(client.number().cancel_on(&token).await.err(), "number"), "cancelled");
    let item = client.pages(None).cancel_on(&token).items().next().await.unwrap();
    assert_eq!(code(item.err(), "pages"), "cancelled");
    client.session().close();
    assert_eq!(code(client.number().await.err(), "number"), "closed");
}

#[tokio::test]
async fn a_method_that_a_fake_leaves_out_is_named_through_each_way_to_call_it() {
    assert_eq!(code(Fake.number().await.err(), "number"), "unimplemented");
    assert_eq!(code(Fake.pages(None).next().await.unwrap().err(), "pages"), "unimplemented");
    let erased = DynNamed::new(Fake);
    assert_eq!(code(erased.start().await.err(), "start"), "unimplemented");
}

#[tokio::test]
async fn an_error_outside_of_a_call_names_none() {
    let error = client().session().access_token().await.unwrap_err();
    assert!(error.endpoint().is_none(), "{error}");
}
