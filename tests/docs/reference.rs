//! The code of the reference of declarations (`sdk-macros/docs/api_client.md`), compiled and run; and what
//! that page says without an example.

use sdk_runtime::{ApiError, Error, Result, api_client};
use serde::{Deserialize, Serialize};

#[api_client(base = "/v1", timeout = 30s)] // makes `TrackerClient`
pub trait Tracker {
    /// One issue, or `None` if there is no such issue.
    #[get("/issues/{id}")]
    async fn issue(&self, id: u64) -> Result<Option<Issue>>;

    #[get("/issues?state=open")]
    async fn search(&self, #[query] q: &str, #[query("label")] labels: &[&str]) -> Result<Vec<Issue>>;

    #[post("/issues")]
    async fn create(&self, #[json] issue: &NewIssue) -> Result<Issue, CreateIssueError>;

    /// A method without a verb keeps its own body.
    async fn issue_or_default(&self, id: u64) -> Result<Issue> {
        Ok(self.issue(id).await?.unwrap_or_default())
    }
}

#[derive(Debug, Default, Deserialize)]
pub struct Issue {
    pub title: String,
}

#[derive(Serialize)]
pub struct NewIssue {
    pub title: String,
}

#[derive(Debug, ApiError)]
pub enum CreateIssueError {
    #[status(409)]
    Duplicate(Issue),
    #[other]
    Other(Error),
}

use std::error::Error as StdError;
use std::time::Duration;

use sdk_runtime::{
    Attach, Bytes, ErrorResponse, Page, Pages, Refusal, Response, ServiceTransport, TokenRequest,
    TokenResponse, Url,
};
use sdk_testkit::{Reply, StubRouter};
use serde_json::json;
use test_support::{Credentials, LoginResponse as TokenAnswer, user};

#[test]
fn a_call_says_what_it_would_send() -> Result<(), Box<dyn StdError>> {
    let tracker = TrackerClient::new("https://tracker.example/api")?;
    let call = tracker.search("a leak", &["bug", "ui"]); // sent when it is awaited
    let address = "https://tracker.example/api/v1/issues?state=open&q=a%20leak&label=bug&label=ui";
    assert_eq!(call.request()?.url().as_str(), address);
    Ok(())
}

async fn title(tracker: &impl Tracker, id: u64) -> Result<Option<String>> {
    match tokio::time::timeout(Duration::from_secs(2), tracker.issue(id)).await {
        Ok(issue) => Ok(issue?.map(|issue| issue.title)),
        Err(_) => Ok(None),
    }
}

struct Fake;

impl Tracker for Fake {
    async fn issue(&self, id: u64) -> Result<Option<Issue>> {
        Ok((id == 7).then(|| Issue { title: "Leak".to_owned() }))
    }
}

#[tokio::test]
async fn a_fake_has_the_methods_that_a_test_needs() -> Result<()> {
    assert_eq!(title(&Fake, 7).await?.as_deref(), Some("Leak"));
    assert_eq!(Fake.issue_or_default(8).await?.title, ""); // a composite calls the fake
    assert!(matches!(Fake.search("q", &[]).await, Err(Error::Unimplemented(_))));
    Ok(())
}

#[tokio::test]
async fn an_endpoint_has_errors_of_its_own() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::with_base("/api", TrackerClient::ENDPOINTS);
    stub.endpoint("create").reply(Reply::json(&json!({ "title": "Leak" })).status(409));
    let builder = TrackerClient::builder("http://localhost/api").bearer("token");
    let tracker = builder.transport(ServiceTransport::new(stub.clone())).build()?;
    let created = tracker.create(&NewIssue { title: "Leak".to_owned() }).await;
    assert!(matches!(created, Err(CreateIssueError::Duplicate(issue)) if issue.title == "Leak"));
    Ok(())
}

#[derive(Deserialize)]
pub struct Comment {
    text: String,
}

#[derive(Deserialize, Page)]
pub struct Comments {
    #[page(items)]
    pub comments: Vec<Comment>,
    #[page(next)] // the cursor; `None` on the last page
    pub next_cursor: Option<String>,
}

#[api_client]
pub trait Lists {
    #[get("/comments", paginate = cursor(after))]
    fn comments(&self, #[query] after: Option<&str>) -> Pages<Comments>;

    #[get("/labels", paginate = page(page))]
    fn labels(&self, #[query] page: Option<u32>) -> Pages<Vec<String>>;
}

#[derive(Deserialize, Page)]
#[serde(rename_all = "camelCase")]
pub struct Connection {
    #[page(items)]
    pub nodes: Vec<String>,
    #[page(next = end_cursor, more = has_next_page)]
    pub page_info: PageInfo,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PageInfo {
    pub has_next_page: bool,
    pub end_cursor: Option<String>,
}

#[derive(Deserialize, Page)]
pub struct Answer {
    #[page(nested)]
    pub data: Data,
}

#[derive(Deserialize, Page)]
pub struct Data {
    #[page(nested)]
    pub titles: Connection,
}

#[derive(Serialize)]
pub struct Query {
    pub query: &'static str,
    pub variables: serde_json::Value,
}

#[api_client]
pub trait Graph {
    #[post("/graphql", paginate = cursor(query = "variables.after"))]
    fn titles(&self, #[json] query: &Query) -> Pages<Answer>;
}

#[tokio::test]
async fn a_connection_of_graphql_is_a_page() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(GraphClient::ENDPOINTS);
    let titles = |nodes: &[&str], more: bool| {
        let info = json!({ "hasNextPage": more, "endCursor": "x" });
        Reply::json(&json!({ "data": { "titles": { "nodes": nodes, "pageInfo": info } } }))
    };
    stub.endpoint("titles").once(titles(&["a"], true)).once(titles(&["b"], false));
    let builder = GraphClient::builder("http://localhost").bearer("token");
    let graph = builder.transport(ServiceTransport::new(stub.clone())).build()?;
    let mut titles = graph.titles(&Query { query: "{ titles }", variables: json!({}) }).items();
    for title in ["a", "b"] {
        assert_eq!(titles.next().await.transpose()?.as_deref(), Some(title));
    }
    assert!(titles.next().await.is_none());
    assert!(stub.endpoint("titles").calls()[1].text().contains(r#""variables":{"after":"x"}"#));
    Ok(())
}

#[tokio::test]
async fn pages_are_fetched_as_they_are_read() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(ListsClient::ENDPOINTS);
    let page =
        |next: Option<&str>| Reply::json(&json!({ "comments": [{ "text": "a" }], "next_cursor": next }));
    stub.endpoint("comments").once(page(Some("2"))).once(page(None));
    stub.endpoint("labels").once(Reply::json(&["bug"])).reply(Reply::json(&json!([])));
    let builder = ListsClient::builder("http://localhost").bearer("token");
    let lists = builder.transport(ServiceTransport::new(stub.clone())).build()?;
    let mut comments = lists.comments(None).items();
    while let Some(comment) = comments.next().await {
        println!("{}", comment?.text);
    }
    let queries = |endpoint: &str| -> Vec<_> {
        stub.endpoint(endpoint).calls().iter().map(|it| it.query().map(str::to_owned)).collect()
    };
    assert_eq!(queries("comments"), [None, Some("after=2".to_owned())]);
    let mut labels = lists.labels(None);
    assert_eq!(labels.next().await.transpose()?, Some(vec!["bug".to_owned()]));
    assert_eq!(labels.next().await.transpose()?, Some(Vec::new()));
    assert!(labels.next().await.is_none());
    assert_eq!(queries("labels"), [Some("page=1".to_owned()), Some("page=2".to_owned())]);
    Ok(())
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Trace {
    pub x_trace: u64,
    pub x_parent: Option<u64>,
}

fn hours(time: &Duration) -> u64 {
    time.as_secs() / 3600
}

#[derive(Serialize)]
pub struct Filter {
    pub created: Range,
    pub labels: Vec<String>,
}

#[derive(Serialize)]
pub struct Range {
    pub gte: u32,
    pub lt: Option<u32>,
}

#[api_client(auth = none, headers("x-api" = "1"))]
pub trait Roles {
    #[get("/v{major}/issues/")]
    async fn issues(&self, major: u8, #[queries] pairs: &[(&str, &str)]) -> Result<String>;

    #[get("/")]
    async fn root(&self, #[headers] trace: &Trace, #[header] x_tag: &[&str]) -> Result<String>;

    #[get("/search")]
    async fn search(
        &self,
        #[query(flag)] archived: bool,
        #[query(style = pipes)] labels: &[&str],
        #[query("filter", encoded)] filter: &str,
        #[query(with = hours)] within: Option<Duration>,
    ) -> Result<String>;

    #[get("/search", headers("x-api" = none, "x-tag" = ["a", "b"]))]
    async fn within(&self, #[queries("filter", nested = brackets)] filter: &Filter) -> Result<String>;

    #[get] // an absolute address, such as one of an answer
    async fn follow(&self, #[url] next: &Url, #[query] size: Option<u32>) -> Result<Response<Bytes>>;
}

#[test]
fn each_argument_has_its_role() -> Result<(), Box<dyn StdError>> {
    let roles = RolesClient::new("https://tracker.example/api")?;
    let issues = roles.issues(2, &[("state", "open"), ("q", "a&b")]).request()?;
    assert_eq!(issues.url().as_str(), "https://tracker.example/api/v2/issues/?state=open&q=a%26b");

    let root = roles.root(&Trace { x_trace: 7, x_parent: None }, &["a", "b"]).request()?;
    assert_eq!(root.url().as_str(), "https://tracker.example/api/");
    assert_eq!(root.headers()["x-trace"], "7");
    assert_eq!(root.headers().get_all("x-tag").iter().count(), 2);

    let day = Duration::from_secs(24 * 60 * 60);
    let search = roles.search(true, &["bug", "ui"], "a%20b", Some(day)).request()?;
    let address = "https://tracker.example/api/search?archived&labels=bug%7Cui&filter=a%20b&within=24";
    assert_eq!(search.url().as_str(), address);

    let filter = Filter { created: Range { gte: 7, lt: None }, labels: vec!["bug".to_owned()] };
    let within = roles.within(&filter).request()?;
    let query = "filter%5Bcreated%5D%5Bgte%5D=7&filter%5Blabels%5D%5B%5D=bug"; // `filter[created][gte]=7&…`
    assert_eq!(within.url().query(), Some(query));
    assert!(!within.headers().contains_key("x-api"));

    let next = Url::parse("https://files.example/7?page=2")?;
    let followed = roles.follow(&next, Some(50)).request()?;
    assert_eq!(followed.url().as_str(), "https://files.example/7?page=2&size=50");
    Ok(())
}

#[derive(Debug, ApiError)]
pub enum UpdateError {
    #[status(409, 412)] // two statuses; a unit variant reads no body
    Changed,
    #[status(422)]
    Invalid(Vec<String>), // the body, decoded
    #[status(4xx)] // each other status of the class
    Client(Response<Bytes>),
    #[other] // everything else; an enum has exactly one
    Other(Error),
}

#[api_client]
trait Updates {
    #[put("/issues/{id}")]
    async fn update(&self, id: u64, #[json] issue: &NewIssue) -> Result<(), UpdateError>;
}

#[tokio::test]
async fn a_status_has_its_variant() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(UpdatesClient::ENDPOINTS);
    let invalid = Reply::json(&json!(["title"])).status(422);
    let replies = stub.endpoint("update").once(Reply::empty().status(412)).once(invalid);
    replies.once(Reply::text("teapot").status(418)).once(Reply::empty().status(500));
    let builder = UpdatesClient::builder("http://localhost").bearer("token");
    let updates = builder.transport(ServiceTransport::new(stub.clone())).build()?;
    let new = NewIssue { title: String::new() };
    assert!(matches!(updates.update(7, &new).await, Err(UpdateError::Changed)));
    assert!(
        matches!(updates.update(7, &new).await, Err(UpdateError::Invalid(fields)) if fields == ["title"])
    );
    assert!(matches!(updates.update(7, &new).await, Err(UpdateError::Client(it)) if it.value() == "teapot"));
    assert!(matches!(updates.update(7, &new).await, Err(UpdateError::Other(Error::Status(_)))));
    Ok(())
}

/// Reads no body.
#[derive(TokenResponse)]
#[token(cookies)]
pub struct CookieLogin {}

#[api_client]
trait Cookies {
    #[post("/login")]
    #[session(start)]
    async fn login(&self) -> Result<CookieLogin>;

    #[get("/me")]
    async fn me(&self) -> Result<String>;
}

#[tokio::test]
async fn a_login_can_be_a_cookie() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(CookiesClient::ENDPOINTS);
    stub.endpoint("login").reply(Reply::empty().status(204).header("set-cookie", "sid=7; Path=/"));
    stub.endpoint("me").reply_with(|request| async move { Reply::text(request.cookie("sid").unwrap()) });
    let builder = CookiesClient::builder("http://localhost").attach(Attach::cookies());
    let client = builder.transport(ServiceTransport::new(stub)).build()?;
    client.login().await?;
    assert_eq!(client.me().await?, "7");
    Ok(())
}

#[derive(Serialize, TokenRequest)]
pub struct RefreshRequest {
    refresh_token: String,
}

#[api_client(dyn)]
pub trait Login {
    #[post("/login")]
    #[session(start)]
    async fn login(&self, #[json] credentials: &Credentials) -> Result<TokenAnswer>;

    #[post("/token?grant_type=refresh_token", headers("x-client" = "cli"))]
    #[session(refresh, refused = refused)]
    async fn refresh(&self, #[form] request: RefreshRequest) -> Result<TokenAnswer>;

    #[post("/logout")]
    #[session(end)]
    async fn logout(
        &self,
        #[query] everywhere: bool,
        #[from_session]
        #[form]
        request: RefreshRequest,
    ) -> Result<()>;
}

fn refused(answer: &ErrorResponse) -> Option<Refusal> {
    match answer.status().as_u16() {
        // This server forgets a refresh token that is spent.
        404 => Some(Refusal::Dead("unknown refresh token".to_owned())),
        // And it locks accounts for a while.
        423 => Some(Refusal::TryLater { message: "locked".to_owned(), after: Some(Duration::from_secs(60)) }),
        _ => None,
    }
}

#[tokio::test]
async fn a_login_is_declared() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(LoginClient::ENDPOINTS);
    stub.endpoint("login").reply(Reply::json(&json!({ "access_token": "a", "refresh_token": "r" })));
    stub.endpoint("refresh").reply(Reply::empty().status(404));
    stub.endpoint("logout").reply(Reply::empty());
    let builder = LoginClient::builder("http://localhost");
    let login = builder.transport(ServiceTransport::new(stub.clone())).build()?;
    login.login(&user("ann")).await?;
    login.logout(true).await?;
    let request = stub.endpoint("logout").calls().remove(0);
    assert_eq!((request.query(), &*request.text()), (Some("everywhere=true"), "refresh_token=r"));

    login.login(&user("ann")).await?;
    assert!(login.session().refresh().await.is_err_and(|error| error.requires_sign_in()));
    let request = stub.endpoint("refresh").calls().remove(0);
    assert_eq!(request.target(), "/token?grant_type=refresh_token");
    assert_eq!((request.header("x-client"), &*request.text()), (Some("cli"), "refresh_token=r"));
    Ok(())
}
