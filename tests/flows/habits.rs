//! Habits of backends in the field. Each needs only configuration and the two small traits.

use std::future::ready;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use sdk_runtime::{
    Error, ErrorResponse, Head, Refusal, Result, ServiceTransport, SessionState, TokenResponse, Tokens,
    api_client,
    error::ExpiredReason,
    session::{RefreshBearer, Verdict},
};
use sdk_testkit::{Backend, Reply, Request, TokenServer};
use serde::Deserialize;
use serde_json::{Value, json};
use test_support::RefreshRequest;

use crate::support::{Calling, crowd};

fn ann() -> Value {
    json!({ "username": "ann", "password": "right" })
}

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    refresh_token: Option<String>,
    expires_in: Option<u64>,
    expires_in_ms: Option<u64>,
    expires_at_ms: Option<u64>,
}

impl TokenResponse for Answer {
    fn tokens(&self, _: &Head) -> std::result::Result<Tokens, Refusal> {
        let mut tokens = Tokens::new(self.access_token.as_str());
        if let Some(token) = &self.refresh_token {
            tokens = tokens.refresh_token(token.as_str());
        }
        let ms = self.expires_in_ms.map(Duration::from_millis);
        if let Some(lifetime) = self.expires_in.map(Duration::from_secs).or(ms) {
            tokens = tokens.expires_in(lifetime);
        }
        if let Some(at) = self.expires_at_ms {
            tokens = tokens.expires_at(SystemTime::UNIX_EPOCH + Duration::from_millis(at));
        }
        Ok(tokens)
    }
}

#[api_client]
trait Api {
    #[post("/auth/login")]
    #[session(start)]
    async fn login(&self, #[json] credentials: &Value) -> Result<Answer>;

    #[post("/auth/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: RefreshRequest) -> Result<Answer>;

    #[get("/issues/{id}")]
    async fn issue(&self, id: u64) -> Result<u64>;
}

/// The same with the refresh token as the bearer of an empty `POST`.
#[api_client]
trait BearerApi {
    #[post("/auth/refresh")]
    #[session(refresh, refused = malformed)]
    async fn refresh(&self, #[header("authorization")] token: RefreshBearer) -> Result<Answer>;

    #[get("/issues/{id}")]
    async fn issue(&self, id: u64) -> Result<u64>;
}

/// 422 says to the refresh what it says to a call: this is no token.
fn malformed(answer: &ErrorResponse) -> Option<Refusal> {
    (answer.status() == 422).then(|| Refusal::Dead(answer.text()))
}

fn memory(backend: &Backend) -> ServiceTransport<Backend> {
    ServiceTransport::new(backend.clone())
}

async fn signed_in(server: &TokenServer) -> ApiClient {
    let client = ApiClient::builder("http://localhost").transport(memory(server.backend())).build().unwrap();
    client.login(&ann()).await.unwrap();
    client
}

fn with_issues(server: TokenServer) -> TokenServer {
    server.guard("GET", "/issues/{id}", |request, _| async move {
        Reply::text(request.param("id")).header("content-type", "application/json")
    })
}

fn refresh_requests(backend: &Backend) -> Vec<Request> {
    backend.requests().into_iter().filter(|request| request.path() == "/auth/refresh").collect()
}

fn pair(access_token: String, refresh_token: String) -> Reply {
    Reply::json(&json!({ "access_token": access_token, "refresh_token": refresh_token }))
}

fn no_token() -> Reply {
    Reply::json(&json!({ "msg": "Not enough segments" })).status(422)
}

/// A server that wants the refresh token as a bearer token, and answers 422 to a token that is none.
fn bearer_server() -> TokenServer {
    let server = TokenServer::new();
    let issues = server.authority();
    server.backend().route("GET", "/issues/{id}", move |request| {
        let id = request.param("id").to_owned();
        let reply = match (request.bearer(), issues.authorize(&request)) {
            (Some(token), _) if !token.contains('-') => no_token(),
            (_, Ok(_)) if id == "0" => Reply::json(&json!({ "errors": { "id": "is zero" } })).status(422),
            (_, Ok(_)) => Reply::json(&id.parse::<u64>().ok()),
            (_, Err(_)) => Reply::json(&json!({ "msg": "Token has expired" })).status(401),
        };
        ready(reply)
    });
    let refresh = server.authority();
    server.backend().route("POST", "/auth/refresh", move |request| {
        let reply = match request.bearer() {
            _ if !request.body().is_empty() => Reply::json(&json!({ "msg": "A body" })).status(400),
            Some(token) if !token.contains('-') => no_token(),
            token => match refresh.refresh(token.unwrap_or_default()) {
                Some(new) => pair(new.access_token, new.refresh_token.unwrap_or_default()),
                None => Reply::json(&json!({ "msg": "Token has been revoked" })).status(401),
            },
        };
        ready(reply)
    });
    server
}

fn bearer_client(server: &TokenServer) -> BearerApiClient {
    let builder = BearerApiClient::builder("http://localhost").transport(memory(server.backend()));
    let is_malformed = |answer: &ErrorResponse| answer.status() == 422 && answer.text().contains("msg");
    let is_bad = move |answer: &ErrorResponse| answer.status() == 401 || is_malformed(answer);
    builder.token_bad(is_bad).build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn the_refresh_token_is_the_bearer_of_an_empty_post() {
    let server = bearer_server();
    let client = bearer_client(&server);
    let issued = server.issue("ann");
    let old = issued.refresh_token.unwrap();
    client.session().sign_in(Tokens::new(issued.access_token).refresh_token(old.as_str())).unwrap();
    for _ in 0..2 {
        server.expire_access_tokens();
        assert_eq!(client.issue(7).await.unwrap(), 7);
    }
    let requests = refresh_requests(server.backend());
    let [first, second] = &requests[..] else { panic!("{requests:?}") };
    assert_eq!((first.bearer(), first.body().len()), (Some(old.as_str()), 0));
    assert_ne!(second.bearer(), first.bearer(), "the rotated one");
    assert_eq!((server.counts().rotations, server.counts().reused), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn a_malformed_token_is_answered_by_422() {
    let server = bearer_server();
    let client = bearer_client(&server);
    let good = server.issue("ann").refresh_token.unwrap();
    client.session().sign_in(Tokens::new("garbage").refresh_token(good)).unwrap();
    assert_eq!(client.issue(7).await.unwrap(), 7);
    assert_eq!(server.counts().refreshes, 1);

    let error = client.issue(0).await.unwrap_err();
    assert!(matches!(&error, Error::Status(answer) if answer.status() == 422), "another 422: {error:?}");
    assert_eq!(server.counts().refreshes, 1);

    client.session().sign_in(Tokens::new("garbage").refresh_token("garbage")).unwrap();
    let Error::SessionExpired(expired) = client.issue(7).await.unwrap_err() else { panic!("not expired") };
    assert_eq!(expired.reason(), ExpiredReason::RefreshRejected);
    assert_eq!(expired.message(), Some(r#"{"msg":"Not enough segments"}"#));
}

#[tokio::test(start_paused = true)]
async fn login_and_refresh_refuse_any_stale_authorization() {
    let server = with_issues(TokenServer::builder().refuses_signed_auth(true).build());
    let client = signed_in(&server).await;
    server.expire_access_tokens();
    assert_eq!(client.issue(7).await.unwrap(), 7);
    server.expire_access_tokens();
    client.login(&ann()).await.unwrap();
    assert_eq!(client.issue(7).await.unwrap(), 7);
    assert_eq!((server.counts().logins, server.counts().rotations), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn access_tokens_are_the_same_bytes_within_a_second() {
    let server = with_issues(TokenServer::builder().identical_within_a_second(true).build());
    let client = signed_in(&server).await;
    let token = |client: &ApiClient| match client.session().state() {
        SessionState::SignedIn(login) => login.access_token().unwrap().expose().to_owned(),
        other => panic!("{other:?}"),
    };
    let before = token(&client);
    for expiry in 1..=3 {
        server.expire_access_tokens();
        let answers = crowd(0..100, |id| {
            let call = client.issue(id);
            Box::pin(async move { call.await.map(Some) }) as Calling
        });
        for (id, answer) in answers.await {
            assert_eq!(answer.unwrap(), Some(id));
        }
        assert_eq!(token(&client), before);
        assert_eq!((server.counts().refreshes, server.counts().reused), (expiry, 0));
    }
}

/// By the server's clock, which is years behind: 2023-11-14 22:13:20, a minute before the token ends.
const DATE: &str = "Tue, 14 Nov 2023 22:13:20 GMT";
/// `{"iat":1700000000,"exp":1700000060}`, the claims of a minute from [`DATE`] on.
const CLAIMS: &str = "eyJpYXQiOjE3MDAwMDAwMDAsImV4cCI6MTcwMDAwMDA2MH0";

#[tokio::test(start_paused = true)]
async fn the_expiry_is_told_in_many_ways() {
    for (told, fields, prefix, refused) in [
        ("in milliseconds", json!({ "expires_in_ms": 60_000 }), "", 0),
        ("in seconds", json!({ "expires_in": 60 }), "", 0),
        ("as a date", json!({ "expires_at_ms": 1_700_000_060_000_u64 }), "", 0),
        ("as the exp of a JWT", json!({}), CLAIMS, 0),
        ("not at all", json!({}), "", 1),
    ] {
        let server = TokenServer::builder().access_lifetime(Duration::from_secs(60)).build();
        let answer = move |issued: sdk_testkit::Issued| {
            let mut body = fields.clone();
            body["refresh_token"] = issued.refresh_token.into();
            // In place of a signature the JWT has the token that the authority knows.
            body["access_token"] = match prefix {
                "" => issued.access_token.into(),
                claims => format!("e30.{claims}.{}", issued.access_token).into(),
            };
            Reply::json(&body).header("date", DATE)
        };
        let (authority, login) = (server.authority(), answer.clone());
        server.backend().route("POST", "/auth/login", move |_| ready(login(authority.issue("ann"))));
        let authority = server.authority();
        server.backend().route("POST", "/auth/refresh", move |request| {
            let body: Value = request.json().unwrap();
            ready(answer(authority.refresh(body["refresh_token"].as_str().unwrap()).unwrap()))
        });
        let authority = server.authority();
        server.backend().route("GET", "/issues/{id}", move |request| {
            let token = request.bearer().and_then(|token| token.rsplit('.').next());
            let judged = authority.authorize_token(token).map(|_| Reply::json(&7));
            ready(judged.unwrap_or_else(|refusal| refusal))
        });

        let client = signed_in(&server).await;
        tokio::time::advance(Duration::from_secs(44)).await;
        assert_eq!(client.issue(7).await.unwrap(), 7);
        assert_eq!(server.counts().refreshes, 0, "{told}: good for a minute");
        tokio::time::advance(Duration::from_secs(17)).await;
        assert_eq!(client.issue(7).await.unwrap(), 7);
        let counts = server.counts();
        assert_eq!((counts.refreshes, counts.rejected_calls), (1, refused), "{told}");
    }
}

#[tokio::test(start_paused = true)]
async fn invalid_grant_ends_the_login_with_every_status() {
    for status in [400, 401, 403] {
        let server = with_issues(TokenServer::new());
        let client = signed_in(&server).await;
        server.expire_access_tokens();
        let body = json!({ "error": "invalid_grant", "error_description": "Token was revoked" });
        server.next_refresh(Reply::json(&body).status(status));
        let error = client.issue(7).await.unwrap_err();
        let Error::SessionExpired(expired) = error else { panic!("{status} gave {error:?}") };
        assert_eq!(expired.reason(), ExpiredReason::RefreshRejected, "{status}");
        assert_eq!(expired.message(), Some("Token was revoked"), "{status}");
        assert_eq!(expired.refresh_response().unwrap().status(), status);
        assert!(!client.session().state().is_signed_in(), "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refresh_answer_without_a_refresh_token_keeps_the_old_one() {
    let server = with_issues(TokenServer::builder().rotating(false).build());
    let client = signed_in(&server).await;
    for _ in 0..3 {
        server.expire_access_tokens();
        assert_eq!(client.issue(7).await.unwrap(), 7);
    }
    let requests = refresh_requests(server.backend());
    assert_eq!(requests.len(), 3);
    for request in requests {
        assert_eq!(request.json::<Value>().unwrap(), json!({ "refresh_token": "refresh-00000001" }));
    }
}

/// The pairs of a server whose old refresh token is good until the new pair is used.
#[derive(Default)]
struct Pairs {
    newest: usize,
    used: usize,
    is_expired: bool,
    loses_the_next: bool,
}

impl Pairs {
    fn login(&self) -> Reply {
        pair(format!("a{}", self.newest), format!("r{}", self.newest))
    }

    fn refresh(&mut self, request: &Request) -> Reply {
        let body: Value = request.json().unwrap();
        match body["refresh_token"].as_str().and_then(|token| token[1..].parse::<usize>().ok()) {
            Some(pair) if pair >= self.used => {
                self.newest = pair + 1;
                self.is_expired = false;
                let answer = self.login();
                if std::mem::take(&mut self.loses_the_next) { Reply::reset() } else { answer }
            }
            _ => Reply::json(&json!({ "error": "invalid_grant" })).status(400),
        }
    }

    fn issue(&mut self, request: &Request) -> Reply {
        if self.is_expired || request.bearer() != Some(&format!("a{}", self.newest)) {
            return Reply::empty().status(401);
        }
        self.used = self.newest;
        Reply::json(&7)
    }
}

#[tokio::test(start_paused = true)]
async fn the_old_refresh_token_is_good_until_the_new_pair_is_used() {
    let pairs = Arc::new(Mutex::new(Pairs::default()));
    let server = TokenServer::new();
    let (one, two, three) = (pairs.clone(), pairs.clone(), pairs.clone());
    server
        .backend()
        .route("POST", "/auth/login", move |_| ready(one.lock().unwrap().login()))
        .route("POST", "/auth/refresh", move |it| ready(two.lock().unwrap().refresh(&it)))
        .route("GET", "/issues/{id}", move |it| ready(three.lock().unwrap().issue(&it)));
    let client = signed_in(&server).await;

    *pairs.lock().unwrap() = Pairs { is_expired: true, loses_the_next: true, ..Pairs::default() };
    // The first answer is lost, so the same refresh token is all there is to ask with.
    assert_eq!(client.issue(7).await.unwrap(), 7);
    pairs.lock().unwrap().is_expired = true;
    assert_eq!(client.issue(7).await.unwrap(), 7);

    let bodies: Vec<Value> = refresh_requests(server.backend()).iter().map(|it| it.json().unwrap()).collect();
    let tokens: Vec<_> = bodies.iter().map(|body| body["refresh_token"].as_str().unwrap()).collect();
    assert_eq!(tokens, ["r0", "r0", "r1"]);
    assert_eq!(pairs.lock().unwrap().used, 2);
}

#[tokio::test(start_paused = true)]
async fn a_flag_in_the_401_says_whether_refreshing_can_help() {
    let is_soft = Arc::new(AtomicBool::new(true));
    let server = TokenServer::new();
    let (authority, flag) = (server.authority(), is_soft.clone());
    server.backend().route("GET", "/issues/{id}", move |request| {
        let body = json!({ "errcode": "M_UNKNOWN_TOKEN", "soft_logout": flag.load(Ordering::SeqCst) });
        let judged = authority.authorize(&request).map(|_| Reply::json(&7));
        ready(judged.unwrap_or_else(|_| Reply::json(&body).status(401)))
    });
    let judge = |answer: &ErrorResponse| match answer.json::<Value>().map(|body| body["soft_logout"] == true)
    {
        Ok(true) => Verdict::TokenBad,
        Ok(false) if answer.status() == 401 => Verdict::LoginOver,
        _ => Verdict::Surface,
    };
    let builder = ApiClient::builder("http://localhost").transport(memory(server.backend()));
    let client = builder.token_bad(judge).build().unwrap();
    client.login(&ann()).await.unwrap();
    server.expire_access_tokens();
    assert_eq!(client.issue(7).await.unwrap(), 7);
    assert_eq!(server.counts().refreshes, 1);

    // Without the flag nothing is refreshed, and all callers are told that the login is over.
    is_soft.store(false, Ordering::SeqCst);
    server.revoke_all();
    let Error::SessionExpired(expired) = client.issue(7).await.unwrap_err() else { panic!("not expired") };
    assert_eq!(expired.reason(), ExpiredReason::LoginOver);
    assert!(expired.response().is_some_and(|answer| answer.text().contains("M_UNKNOWN_TOKEN")));
    assert!(matches!(client.session().state(), SessionState::Expired(_)));
    assert_eq!(server.counts().refreshes, 1);
}
