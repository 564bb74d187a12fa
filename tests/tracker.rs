//! One trait with everything a declaration can say, and what each of its endpoints puts on the wire.

use std::fmt;

use sdk_runtime::{
    ApiError, Body, Bytes, Error, EventStream, Grant, Head, Pages, Part, Refusal, Response, Result,
    ServiceTransport, TokenRequest, TokenResponse, Tokens, api_client,
};
use sdk_testkit::{Reply, Request, StubRouter};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Serialize)]
pub struct Credentials {
    pub user: &'static str,
}

#[derive(Deserialize)]
pub struct LoginResponse {
    access_token: String,
    refresh_token: String,
}

impl TokenResponse for LoginResponse {
    fn tokens(&self, _: &Head) -> std::result::Result<Tokens, Refusal> {
        let scopes = ["issues:read", "issues:delete"];
        Ok(Tokens::new(self.access_token.as_str()).refresh_token(self.refresh_token.as_str()).scopes(scopes))
    }
}

#[derive(Serialize)]
pub struct RefreshRequest {
    refresh_token: String,
}

impl TokenRequest for RefreshRequest {
    fn from_grant(grant: &Grant) -> Option<Self> {
        Some(Self { refresh_token: grant.refresh_token()?.expose().to_owned() })
    }
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Issue {
    id: u64,
    title: String,
}

#[derive(Serialize)]
pub struct Filter {
    state: &'static str,
    assignee: Option<&'static str>,
}

#[derive(Serialize)]
pub struct NewIssue {
    title: &'static str,
}

#[derive(Serialize)]
pub struct IssuePatch {
    title: Option<&'static str>,
}

/// An entity tag.
pub struct ETag(&'static str);

impl fmt::Display for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0)
    }
}

#[derive(Debug, PartialEq, Deserialize)]
pub struct Event {
    issue: u64,
}

#[derive(Debug, ApiError)]
pub enum CreateIssueError {
    #[status(409)]
    Duplicate(Issue),
    #[status(422)]
    Invalid(Value),
    #[other]
    Other(Error),
}

#[api_client(timeout = 30s)]
pub trait Tracker {
    /// Signs in; the session starts with the tokens in the answer.
    #[post("/auth/login")]
    #[session(start)]
    async fn login(&self, #[json] credentials: &Credentials) -> Result<LoginResponse>;

    /// Sent by the session when the access token has to be refreshed. It is not a method of the client.
    #[post("/auth/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: RefreshRequest) -> Result<LoginResponse>;

    /// Ends the session here, for every answer of the server. The session supplies the argument.
    #[post("/auth/logout")]
    #[session(end)]
    async fn logout(
        &self,
        #[json]
        #[from_session]
        request: RefreshRequest,
    ) -> Result<()>;

    /// One issue, or `None` if there is no such issue.
    #[get("/issues/{id}")]
    async fn issue(&self, id: u64) -> Result<Option<Issue>>;

    #[get("/issues", retry = 5)]
    async fn search(
        &self,
        #[query] q: &str,
        #[query("label")] labels: &[&str],
        #[queries] filter: &Filter,
    ) -> Result<Vec<Issue>>;

    /// Safe to retry: one idempotency key per call goes with every attempt and with the replay.
    #[post("/issues", idempotent)]
    async fn create(&self, #[json] issue: &NewIssue) -> Result<Issue, CreateIssueError>;

    #[patch("/issues/{id}")]
    async fn update(
        &self,
        id: u64,
        #[header("if-match")] version: &ETag,
        #[json("application/merge-patch+json")] patch: &IssuePatch,
    ) -> Result<Response<Issue>>;

    #[delete("/issues/{id}", auth = scopes("issues:delete"))]
    async fn delete(&self, id: u64) -> Result<()>;

    /// Pages are fetched as the stream is read.
    #[get("/issues", paginate = link)]
    fn all_issues(&self, #[queries] filter: &Filter) -> Pages<Vec<Issue>>;

    #[put("/issues/{id}/files/{*path}", timeout = 10m)]
    async fn upload(&self, id: u64, path: &str, #[body("application/octet-stream")] file: Body)
    -> Result<()>;

    #[post("/issues/{issue-id}/picture")]
    async fn picture(
        &self,
        #[path("issue-id")] id: u64,
        #[part] caption: Option<&str>,
        #[part] image: Part,
    ) -> Result<()>;

    #[get("/events", timeout = none)]
    async fn events(&self) -> Result<EventStream<Event>>;

    #[endpoint("REPORT", "/issues")]
    async fn report(&self, #[body("application/xml")] query: String) -> Result<Bytes>;

    /// A composite call: a method without a verb keeps its own body.
    async fn issue_or_default(&self, id: u64) -> Result<Issue> {
        Ok(self.issue(id).await?.unwrap_or_default())
    }
}

const BASE: &str = "https://tracker.test/api/v1";

/// A server with an answer for every endpoint, and a client that is signed in.
async fn signed_in() -> (StubRouter, TrackerClient) {
    let server = StubRouter::with_base("/api/v1", TrackerClient::ENDPOINTS);
    let tokens =
        |number| json!({ "access_token": format!("a{number}"), "refresh_token": format!("r{number}") });
    server.endpoint("login").reply(Reply::json(&tokens(1)));
    server.endpoint("refresh").reply(Reply::json(&tokens(2)));
    let tracker =
        TrackerClient::builder(BASE).transport(ServiceTransport::new(server.clone())).build().unwrap();
    tracker.login(&Credentials { user: "ann" }).await.unwrap();
    (server, tracker)
}

fn issue() -> Reply {
    Reply::json(&json!({ "id": 7, "title": "seven" }))
}

fn seven() -> Issue {
    Issue { id: 7, title: "seven".to_owned() }
}

/// Method, target and body of a request.
fn line(request: &Request) -> String {
    format!("{} {} {}", request.method(), request.target(), request.text()).trim_end().to_owned()
}

/// The one request an endpoint got, signed.
fn only(server: &StubRouter, endpoint: &str) -> Request {
    server.endpoint(endpoint).assert_called(1);
    let request = server.endpoint(endpoint).calls().remove(0);
    assert_eq!(request.bearer(), Some("a1"), "{endpoint}");
    request
}

#[test]
fn its_endpoints_are_listed() {
    let listed: Vec<String> = TrackerClient::ENDPOINTS
        .iter()
        .map(|endpoint| {
            format!("{} {} {}", endpoint.qualified_name(), endpoint.method(), endpoint.template())
        })
        .collect();
    assert_eq!(
        listed,
        [
            "Tracker::login POST /auth/login",
            "Tracker::refresh POST /auth/refresh",
            "Tracker::logout POST /auth/logout",
            "Tracker::issue GET /issues/{id}",
            "Tracker::search GET /issues",
            "Tracker::create POST /issues",
            "Tracker::update PATCH /issues/{id}",
            "Tracker::delete DELETE /issues/{id}",
            "Tracker::all_issues GET /issues",
            "Tracker::upload PUT /issues/{id}/files/{*path}",
            "Tracker::picture POST /issues/{issue-id}/picture",
            "Tracker::events GET /events",
            "Tracker::report REPORT /issues",
        ]
    );
    assert_eq!(TrackerClient::ENDPOINTS[7].required_scopes(), ["issues:delete"]);
}

#[tokio::test]
async fn a_login_lives_on_and_ends() {
    let (server, tracker) = signed_in().await;
    let login = server.endpoint("login").calls().remove(0);
    assert_eq!(line(&login), r#"POST /api/v1/auth/login {"user":"ann"}"#);
    assert_eq!(login.bearer(), None);

    server.endpoint("issue").once(Reply::empty().status(401)).reply(issue());
    server.endpoint("logout").reply(Reply::empty());
    assert_eq!(tracker.issue(7).await.unwrap(), Some(seven()));
    let refresh = server.endpoint("refresh").calls().remove(0);
    assert_eq!(line(&refresh), r#"POST /api/v1/auth/refresh {"refresh_token":"r1"}"#);
    assert_eq!(refresh.bearer(), None);
    let bearers: Vec<_> = server.endpoint("issue").calls();
    assert_eq!(bearers.iter().map(Request::bearer).collect::<Vec<_>>(), [Some("a1"), Some("a2")]);

    tracker.logout().await.unwrap();
    let logout = server.endpoint("logout").calls().remove(0);
    assert_eq!(line(&logout), r#"POST /api/v1/auth/logout {"refresh_token":"r2"}"#);
    assert_eq!(logout.bearer(), Some("a2"));
    assert!(matches!(tracker.issue(7).await, Err(Error::NotSignedIn(_))));
}

#[tokio::test]
async fn an_issue_is_there_or_not() {
    let (server, tracker) = signed_in().await;
    server.endpoint("issue").once(issue()).reply(Reply::empty().status(404));
    assert_eq!(tracker.issue(7).await.unwrap(), Some(seven()));
    assert_eq!(tracker.issue(8).await.unwrap(), None);
    assert_eq!(tracker.issue_or_default(9).await.unwrap(), Issue::default());
    let lines: Vec<_> = server.endpoint("issue").calls().iter().map(line).collect();
    assert_eq!(lines, ["GET /api/v1/issues/7", "GET /api/v1/issues/8", "GET /api/v1/issues/9"]);
}

#[tokio::test(start_paused = true)]
async fn a_search_is_tried_again() {
    let (server, tracker) = signed_in().await;
    let busy = || Reply::empty().status(503);
    server.endpoint("search").once(busy()).once(busy()).reply(Reply::json(&json!([seven()])));
    let filter = Filter { state: "open", assignee: None };
    assert_eq!(tracker.search("a&b", &["bug", "ui"], &filter).await.unwrap(), [seven()]);
    server.endpoint("search").assert_called(3);
    for request in server.endpoint("search").calls() {
        assert_eq!(line(&request), "GET /api/v1/issues?q=a%26b&label=bug&label=ui&state=open");
    }
}

#[tokio::test]
async fn a_creation_has_errors_of_its_own_and_one_key() {
    let (server, tracker) = signed_in().await;
    server
        .endpoint("create")
        .once(Reply::empty().status(401))
        .once(issue().status(201))
        .once(issue().status(409))
        .once(Reply::json(&json!(["title"])).status(422))
        .reply(Reply::empty().status(500));
    let new = NewIssue { title: "seven" };
    assert_eq!(tracker.create(&new).await.unwrap(), seven());
    assert!(
        matches!(tracker.create(&new).await, Err(CreateIssueError::Duplicate(issue)) if issue == seven())
    );
    assert!(
        matches!(tracker.create(&new).await, Err(CreateIssueError::Invalid(why)) if why == json!(["title"]))
    );
    assert!(matches!(tracker.create(&new).await, Err(CreateIssueError::Other(Error::Status(_)))));

    let calls = server.endpoint("create").calls();
    assert!(calls.iter().all(|request| line(request) == r#"POST /api/v1/issues {"title":"seven"}"#));
    let keys: Vec<_> = calls.iter().map(|it| it.header("idempotency-key").unwrap().to_owned()).collect();
    assert_eq!(keys[0], keys[1], "the replay has the key of its call");
    assert_ne!(keys[1], keys[2], "another call has another");
}

#[tokio::test]
async fn an_update_is_conditional() {
    let (server, tracker) = signed_in().await;
    server.endpoint("update").reply(issue().header("etag", "\"2\""));
    let patch = IssuePatch { title: None };
    let updated = tracker.update(7, &ETag("1"), &patch).await.unwrap();
    assert_eq!((updated.headers()["etag"].as_bytes(), updated.value()), (&b"\"2\""[..], &seven()));
    let request = only(&server, "update");
    assert_eq!(line(&request), r#"PATCH /api/v1/issues/7 {"title":null}"#);
    assert_eq!(request.header("if-match"), Some("\"1\""));
    assert_eq!(request.header("content-type"), Some("application/merge-patch+json"));
}

#[tokio::test]
async fn a_deletion_needs_its_scope() {
    let (server, tracker) = signed_in().await;
    server.endpoint("delete").reply(Reply::empty());
    tracker.delete(7).await.unwrap();
    assert_eq!(line(&only(&server, "delete")), "DELETE /api/v1/issues/7");

    tracker.session().sign_in(Tokens::new("a3").scopes(["issues:read"])).unwrap();
    assert!(matches!(tracker.delete(7).await, Err(Error::InsufficientScope(_))));
    server.endpoint("delete").assert_called(1);
}

#[tokio::test]
async fn all_issues_are_fetched_page_by_page() {
    let (server, tracker) = signed_in().await;
    let next = "</api/v1/issues?page=2>; rel=\"next\"";
    server
        .endpoint("all_issues")
        .once(Reply::json(&json!([seven()])).header("link", next))
        .reply(Reply::json(&json!([Issue::default()])));
    let mut pages = tracker.all_issues(&Filter { state: "open", assignee: Some("ann") });
    server.endpoint("all_issues").assert_called(0);
    assert_eq!(pages.next().await.unwrap().unwrap(), [seven()]);
    server.endpoint("all_issues").assert_called(1);
    assert_eq!(pages.next().await.unwrap().unwrap(), [Issue::default()]);
    assert!(pages.next().await.is_none());
    let lines: Vec<_> = server.endpoint("all_issues").calls().iter().map(line).collect();
    assert_eq!(lines, ["GET /api/v1/issues?state=open&assignee=ann", "GET /api/v1/issues?page=2"]);
}

#[tokio::test]
async fn a_file_is_sent_below_its_path() {
    let (server, tracker) = signed_in().await;
    server.endpoint("upload").reply(Reply::empty());
    tracker.upload(7, "a b/c.txt", Body::new("text")).await.unwrap();
    let request = only(&server, "upload");
    assert_eq!(line(&request), "PUT /api/v1/issues/7/files/a%20b/c.txt text");
    assert_eq!(request.header("content-type"), Some("application/octet-stream"));
}

#[tokio::test]
async fn a_picture_has_parts() {
    let (server, tracker) = signed_in().await;
    server.endpoint("picture").reply(Reply::empty());
    let image = || Part::new(&b"pixels"[..]).file_name("a\"b.png");
    tracker.picture(7, Some("seven"), image()).await.unwrap();
    let request = only(&server, "picture");
    let boundary =
        request.header("content-type").unwrap().strip_prefix("multipart/form-data; boundary=").unwrap();
    assert_eq!(
        request.text().replace(boundary, "B"),
        "--B\r\nContent-Disposition: form-data; name=\"caption\"\r\n\r\nseven\r\n\
         --B\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a%22b.png\"\r\n\
         Content-Type: application/octet-stream\r\n\r\npixels\r\n--B--\r\n"
    );
    tracker.picture(7, None, image()).await.unwrap();
    assert!(!server.endpoint("picture").calls()[1].text().contains("caption"));
}

#[tokio::test]
async fn events_come_as_they_happen() {
    let (server, tracker) = signed_in().await;
    let stream = "data: {\"issue\":\ndata: 7}\n\nevent: done\ndata: {\"issue\": 8}\n\n";
    server.endpoint("events").reply(Reply::text(stream).header("content-type", "text/event-stream"));
    let mut events = tracker.events().await.unwrap();
    assert_eq!(events.next().await.unwrap().unwrap(), Event { issue: 7 });
    assert_eq!(events.next().await.unwrap().unwrap(), Event { issue: 8 });
    assert!(events.next().await.is_none());
    assert_eq!(only(&server, "events").header("accept"), Some("text/event-stream"));
}

#[tokio::test]
async fn a_report_has_a_method_of_its_own() {
    let (server, tracker) = signed_in().await;
    server.endpoint("report").reply(Reply::bytes(&b"report"[..]));
    assert_eq!(tracker.report("<all/>".to_owned()).await.unwrap(), "report");
    let request = only(&server, "report");
    assert_eq!(line(&request), "REPORT /api/v1/issues <all/>");
    assert_eq!(request.header("content-type"), Some("application/xml"));
}
