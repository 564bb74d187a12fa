//! Classification of answers: its table, row by row, and the answer that asks for more scopes.

use sdk_runtime::{
    ApiError, Attach, Error, ErrorResponse, Head, Refusal, Result, ServiceTransport, SessionState,
    TokenResponse, Tokens, Url, api_client, client::ClientBuilder, error::InsufficientScope, http,
    session::Verdict,
};
use sdk_testkit::{Backend, Reply};
use serde::Deserialize;
use serde_json::json;
use test_support::RefreshRequest;

#[derive(Deserialize)]
struct Refreshed {
    access: String,
    scope: Option<String>,
}

impl TokenResponse for Refreshed {
    fn tokens(&self, _: &Head) -> std::result::Result<Tokens, Refusal> {
        Ok(Tokens::new(self.access.as_str()).scopes(self.scope.as_deref()))
    }
}

#[derive(Debug, ApiError)]
enum Forbidden {
    #[status(403)]
    Because(Reason),
    #[other]
    Other(Error),
}

#[derive(Debug, Deserialize)]
struct Reason {
    reason: String,
}

#[api_client]
trait Judged {
    #[post("/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: RefreshRequest) -> Result<Refreshed>;

    #[get("/x")]
    async fn x(&self) -> Result<String>;

    #[get("/x", retry = 2)]
    async fn perhaps(&self) -> Result<Option<String>>;

    #[get("/x", auth = none)]
    async fn unsigned(&self) -> Result<String>;

    #[get("/x", auth = scopes("x:read"))]
    async fn scoped(&self) -> Result<String>;

    #[get("/x")]
    async fn declared(&self) -> Result<String, Forbidden>;

    #[get]
    async fn anywhere(&self, #[url] url: &Url) -> Result<String>;
}

const LACKING: &str = "Bearer realm=\"x\", error=\"insufficient_scope\", scope=\"x:read x:write\"";

/// A backend that gives the token `a1` for a refresh, and answers `reply` to calls with another.
fn backend_of(reply: Reply) -> Backend {
    let backend = Backend::new().reply("POST", "/refresh", Reply::json(&json!({ "access": "a1" })));
    backend.route("GET", "/x", move |request| {
        let credential = request.header("authorization").or(request.header("x-auth")).unwrap_or_default();
        let reply = match credential.ends_with("a1") {
            true => Reply::text("welcome"),
            false => reply.clone(),
        };
        async move { reply }
    })
}

fn answer(status: u16, challenges: &[&str]) -> Reply {
    challenges.iter().fold(Reply::empty().status(status), |reply, it| reply.header("www-authenticate", *it))
}

/// A client that is signed in with the access token `a0`, which may do `scopes` if any are told.
fn signed_in(
    backend: &Backend,
    scopes: Option<&str>,
    configure: impl FnOnce(ClientBuilder<JudgedClient>) -> ClientBuilder<JudgedClient>,
) -> JudgedClient {
    let builder = JudgedClient::builder("http://localhost").transport(ServiceTransport::new(backend.clone()));
    let client = configure(builder).build().unwrap();
    client.session().sign_in(Tokens::new("a0").refresh_token("r0").scopes(scopes)).unwrap();
    client
}

fn lacking(error: Error) -> InsufficientScope {
    match error {
        Error::InsufficientScope(error) => error,
        error => panic!("{error:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn each_answer_means_what_the_table_says() {
    const REFRESHED: &str = "refreshed";
    const SURFACED: &str = "surfaced";
    const LACKS: &str = "lacks";
    for (status, challenges, of_bearer, of_a_raw_token) in [
        (401, &["Bearer realm=\"x\", error=\"invalid_token\""][..], REFRESHED, REFRESHED),
        (
            401,
            &["Negotiate YWJj==, Basic realm=\"a, b\"", "bearer error = invalid_token"],
            REFRESHED,
            REFRESHED,
        ),
        (401, &["Bearer realm=\"x\""], REFRESHED, REFRESHED),
        (401, &["Bearer"], REFRESHED, REFRESHED),
        (401, &[], REFRESHED, REFRESHED),
        (401, &["\"=,"], REFRESHED, REFRESHED),
        (401, &["Basic realm=\"x\""], SURFACED, REFRESHED),
        (401, &["Basic realm=\"x, Bearer\"", "Negotiate"], SURFACED, REFRESHED),
        (401, &["Bearer error=\"invalid_request\""], SURFACED, REFRESHED),
        (401, &["Bearer error=\"insufficient_scope\""], SURFACED, REFRESHED),
        (401, &["Basic error=\"invalid_token\", Bearer error=\"invalid_request\""], SURFACED, REFRESHED),
        (403, &[LACKING], LACKS, LACKS),
        (403, &["Basic realm=\"x\", BEARER error=insufficient_scope"], LACKS, LACKS),
        (403, &["Token error=\"insufficient_scope\""], SURFACED, LACKS),
        (403, &["Bearer error=\"invalid_token\""], SURFACED, SURFACED),
        (403, &["Bearer scope=\"x:read\""], SURFACED, SURFACED),
        (403, &[], SURFACED, SURFACED),
        (400, &[LACKING], SURFACED, SURFACED),
        (422, &["Bearer error=\"invalid_token\""], SURFACED, SURFACED),
        (404, &[LACKING], SURFACED, SURFACED),
        (500, &[], SURFACED, SURFACED),
    ] {
        for (attach, expected) in [
            (Attach::bearer(), of_bearer),
            (Attach::header("x-auth", "BEARER"), of_bearer),
            (Attach::raw("x-auth"), of_a_raw_token),
        ] {
            let what = format!("{status} {challenges:?} to {attach:?}");
            let backend = backend_of(answer(status, challenges));
            let client = signed_in(&backend, None, |builder| builder.attach(attach));
            let came = match client.x().await {
                Ok(_) => REFRESHED,
                Err(Error::Status(answer)) if answer.status() == status => SURFACED,
                Err(Error::InsufficientScope(_)) => LACKS,
                Err(error) => panic!("{what}: {error:?}"),
            };
            assert_eq!(came, expected, "I23: {what}");
            let refreshes = usize::from(expected == REFRESHED);
            assert_eq!(backend.count("POST", "/refresh"), refreshes, "I23: {what}");
            assert_eq!(backend.count("GET", "/x"), 1 + refreshes, "{what}");
            let SessionState::SignedIn(login) = client.session().state() else { panic!("I23: {what}") };
            let token = if refreshes == 1 { "a1" } else { "a0" };
            assert_eq!(login.access_token().unwrap().expose(), token, "I23: {what}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn who_was_not_signed_is_told_what_came() {
    for challenge in ["Bearer error=\"invalid_token\"", LACKING] {
        for status in [401, 403] {
            let backend = backend_of(answer(status, &[challenge]));
            let client = signed_in(&backend, None, |builder| builder);
            let foreign = Url::parse("https://other.test/x").unwrap();
            for error in [client.unsigned().await.unwrap_err(), client.anywhere(&foreign).await.unwrap_err()]
            {
                assert!(matches!(&error, Error::Status(it) if it.status() == status), "I23: {error:?}");
            }
            assert_eq!(backend.count("POST", "/refresh"), 0, "I23");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_wants_more_scopes_says_which() {
    for (granted, challenge, required, missing) in [
        (None, LACKING, &["x:read", "x:write"][..], &["x:read", "x:write"][..]),
        (Some("x:read y"), LACKING, &["x:read", "x:write"], &["x:write"]),
        (Some("x:write x:read"), LACKING, &["x:read", "x:write"], &[]),
        // A challenge of another scheme is not for this session.
        (
            None,
            "DPoP error=insufficient_scope, scope=d, Bearer scope=\"a\", Bearer error=insufficient_scope, \
             scope=\"b  c\"",
            &["b", "c"],
            &["b", "c"],
        ),
        // It does not say, but the declaration does.
        (None, "Bearer error=insufficient_scope", &["x:read"], &["x:read"]),
        (Some("x:read"), "Bearer error=insufficient_scope", &["x:read"], &[]),
    ] {
        let backend = backend_of(Reply::text("why").status(403).header("www-authenticate", challenge));
        let client = signed_in(&backend, granted, |builder| builder);
        let error = client.scoped().await.unwrap_err();
        assert_eq!((error.status(), error.requires_sign_in()), (Some(http::StatusCode::FORBIDDEN), false));
        assert_eq!(error.response().unwrap().text(), "why");
        for shown in [error.to_string(), format!("{error:?}")] {
            assert!(shown.contains("scoped") && shown.contains("403"), "{shown}");
            assert!(!shown.contains("write") && !shown.contains("why"), "I27: {shown}");
        }
        let error = lacking(error);
        assert_eq!(error.required(), required, "{granted:?} {challenge}");
        assert_eq!(error.missing().collect::<Vec<_>>(), missing, "{granted:?} {challenge}");
        assert_eq!(error.granted().map(|it| it.join(" ")).as_deref(), granted);
        let response = error.response().unwrap();
        assert_eq!(response.challenges().last().unwrap().error(), Some("insufficient_scope"));
        assert_eq!(backend.requests().len(), 1, "I23");
        assert!(client.session().state().is_signed_in(), "I23");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refreshed_token_may_lack_scopes_too() {
    let backend = Backend::new()
        .reply("POST", "/refresh", Reply::json(&json!({ "access": "a1", "scope": "x:read" })))
        .route("GET", "/x", |request| {
            let refreshed = request.bearer() == Some("a1");
            std::future::ready(if refreshed { answer(403, &[LACKING]) } else { answer(401, &["Bearer"]) })
        });
    let error = lacking(signed_in(&backend, None, |builder| builder).x().await.unwrap_err());
    assert_eq!(error.granted().unwrap(), ["x:read"], "those of the token it was sent with");
    assert_eq!(error.missing().collect::<Vec<_>>(), ["x:write"]);
    assert_eq!((backend.count("POST", "/refresh"), backend.count("GET", "/x")), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn a_declared_403_wins() {
    let declared = async |body: &str| {
        let reply = Reply::text(body).status(403).header("www-authenticate", LACKING);
        signed_in(&backend_of(reply), None, |builder| builder).declared().await.unwrap_err()
    };
    let error = declared(r#"{"reason":"not yours"}"#).await;
    assert!(matches!(&error, Forbidden::Because(it) if it.reason == "not yours"), "{error:?}");
    // A body that is not what was declared is no such error, and the answer says why.
    let Forbidden::Other(error) = declared("<h1>Forbidden</h1>").await else { panic!("declared") };
    let reason = error.response().unwrap().decode_error().unwrap();
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), reason.to_string());
    assert_eq!(lacking(error).required(), ["x:read", "x:write"]);
}

/// The whole table: the classifier may say the same, of any status.
#[tokio::test(start_paused = true)]
async fn a_judge_of_the_users_replaces_the_table() {
    let judged = async |reply: Reply, verdict: Verdict| {
        let backend = backend_of(reply);
        let client = signed_in(&backend, Some("x:read"), |builder| builder.token_bad(move |_| verdict));
        let outcome = client.perhaps().await;
        (outcome, backend.count("GET", "/x"), backend.count("POST", "/refresh"))
    };
    let (outcome, ..) = judged(answer(403, &[LACKING]), Verdict::Surface).await;
    assert!(matches!(outcome, Err(Error::Status(_))), "{outcome:?}");
    let (outcome, _, refreshes) = judged(answer(403, &[LACKING]), Verdict::TokenBad).await;
    assert_eq!((outcome.unwrap().as_deref(), refreshes), (Some("welcome"), 1));
    // Neither nothing, as a 404 would be, nor something that may pass.
    for status in [403, 404, 503] {
        let (outcome, sends, refreshes) = judged(answer(status, &[]), Verdict::InsufficientScope).await;
        let error = lacking(outcome.unwrap_err());
        assert_eq!((error.required().len(), error.response().unwrap().status().as_u16()), (0, status));
        assert_eq!((sends, refreshes), (1, 0), "{status}");
    }
}

#[test]
fn a_fake_can_ask_for_scopes() {
    let answer = http::Response::builder().status(403).header("www-authenticate", LACKING);
    let error = InsufficientScope::from(ErrorResponse::from(answer.body("".into()).unwrap()));
    assert_eq!((error.required().len(), error.granted()), (2, None));
}
