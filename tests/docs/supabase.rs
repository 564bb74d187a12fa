//! `docs/cookbook/supabase.md`.

use sdk_runtime::{ApiError, Error, Result, TokenRequest, TokenResponse, api_client};
use serde::{Deserialize, Serialize};

#[derive(Deserialize, TokenResponse)]
pub struct Session {
    access_token: String,
    refresh_token: String,
    expires_in: u64,
    pub user: User,
}

#[derive(Debug, PartialEq, Deserialize)]
pub struct User {
    pub id: String,
}

#[derive(Serialize, TokenRequest)]
pub struct Refresh {
    refresh_token: String,
}

#[derive(Serialize)]
pub struct Password<'a> {
    pub email: &'a str,
    pub password: &'a str,
}

#[api_client]
pub trait Supabase {
    #[post("/auth/v1/token?grant_type=password")]
    #[session(start)]
    async fn login(&self, #[json] password: &Password<'_>) -> Result<Session>;

    #[post("/auth/v1/token?grant_type=refresh_token")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: Refresh) -> Result<Session>;

    #[post("/auth/v1/logout?scope=local")]
    #[session(end)]
    async fn logout(&self) -> Result<()>;

    /// Rows of a table: `id` is a filter such as `eq.7`.
    #[get("/rest/v1/issues?select=id,title")]
    async fn issues(&self, #[query] id: Option<&str>) -> Result<Vec<Issue>>;

    #[post("/rest/v1/issues", headers("prefer" = "return=representation"))]
    async fn insert(&self, #[json] rows: &[Issue]) -> Result<Vec<Issue>, InsertError>;
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Issue {
    pub id: u64,
    pub title: String,
}

#[derive(Debug, ApiError)]
pub enum InsertError {
    /// A row with this key exists.
    #[status(409)]
    Conflict,
    #[other]
    Other(Error),
}

use std::error::Error as StdError;

use sdk_testkit::{Reply, StubRouter};
use serde_json::json;

use sdk_runtime::error::BuildError;

fn supabase(base: &str, key: &str) -> Result<SupabaseClient, BuildError> {
    SupabaseClient::builder(base).header("apikey", key).build()
}

#[tokio::test]
async fn one_endpoint_signs_in_and_refreshes() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(SupabaseClient::ENDPOINTS);
    let session = |number: u32| {
        Reply::json(&json!({
            "access_token": format!("a{number}"), "token_type": "bearer", "expires_in": 3600,
            "expires_at": 4_102_444_800_u64, "refresh_token": format!("r{number}"), "user": { "id": "u7" },
        }))
    };
    let unknown =
        json!({ "code": 400, "error_code": "refresh_token_not_found", "msg": "Invalid Refresh Token" });
    stub.endpoint("login").once(session(1)).once(session(2)).reply(Reply::json(&unknown).status(400));
    let expired = || Reply::json(&json!({ "code": "PGRST301", "message": "JWT expired" })).status(401);
    let rows = Reply::json(&json!([{ "id": 7, "title": "Leak" }]));
    stub.endpoint("issues").once(expired()).once(rows).reply(expired());
    stub.endpoint("insert")
        .reply(Reply::json(&json!({ "code": "23505", "message": "duplicate" })).status(409));
    let server = stub.serve().await?;
    let supabase = supabase(&server.url(), "public")?;
    let login = supabase.login(&Password { email: "ann@site.example", password: "right" }).await?;
    assert_eq!(login.user, User { id: "u7".to_owned() });
    assert_eq!(supabase.issues(Some("eq.7")).await?[0].title, "Leak");
    let inserted = supabase.insert(&[Issue { id: 7, title: "Leak".to_owned() }]).await;
    assert!(matches!(inserted, Err(InsertError::Conflict)));

    let requests = stub.backend().requests();
    assert!(requests.iter().all(|request| request.header("apikey") == Some("public")));
    assert_eq!(requests[0].target(), "/auth/v1/token?grant_type=password");
    let refresh = requests.iter().find(|it| it.query() == Some("grant_type=refresh_token")).unwrap();
    assert_eq!(refresh.text(), r#"{"refresh_token":"r1"}"#);
    assert_eq!(stub.endpoint("issues").calls()[1].target(), "/rest/v1/issues?select=id,title&id=eq.7");

    let Err(Error::SessionExpired(expired)) = supabase.issues(None).await else {
        panic!("the login goes on")
    };
    assert!(expired.requires_sign_in());
    stub.endpoint("logout").reply(Reply::empty().status(204));
    Ok(())
}
