//! `docs/cookbook/firebase.md`.

use std::error::Error as StdError;

use sdk_runtime::Error;
use sdk_testkit::{Backend, Reply};
use serde_json::{Value, json};

use crate::scripted::{answers, forms};

use sdk_runtime::error::BuildError;
use sdk_runtime::{Result, TokenResponse, api_client, oauth};
use serde::{Deserialize, Serialize};

/// At "https://securetoken.googleapis.com".
#[api_client]
pub trait SecureToken {
    #[post("/v1/token")]
    #[session(refresh)]
    async fn refresh(&self, #[form] request: oauth::RefreshRequest) -> Result<Refreshed>;
}

#[derive(Deserialize, TokenResponse)]
pub struct Refreshed {
    #[token(access)]
    id_token: String,
    refresh_token: String,
    expires_in: String,
    #[token(subject)]
    user_id: String,
}

/// At "https://identitytoolkit.googleapis.com".
#[api_client]
pub trait Accounts {
    #[post("/v1/accounts:signInWithPassword")]
    #[session(start)]
    async fn sign_in(&self, #[json] password: &Password<'_>) -> Result<SignedIn>;
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Password<'a> {
    pub email: &'a str,
    pub password: &'a str,
    pub return_secure_token: bool, // true
}

#[derive(Deserialize, TokenResponse)]
#[serde(rename_all = "camelCase")]
pub struct SignedIn {
    #[token(access)]
    id_token: String,
    refresh_token: String,
    expires_in: String,
    #[token(subject)]
    local_id: String,
}

/// `key` is the Web API key of the project, which is no secret.
fn firebase(tokens: &str, accounts: &str, key: &str) -> Result<AccountsClient, BuildError> {
    let tokens = SecureTokenClient::builder(tokens).header("x-goog-api-key", key).build()?;
    AccountsClient::builder(accounts).header("x-goog-api-key", key).session(tokens.session()).build()
}

type Outcome = std::result::Result<(), Box<dyn StdError>>;

#[tokio::test]
async fn a_login_at_firebase_is_refreshed_at_another_host() -> Outcome {
    let (tokens, accounts) = (Backend::new(), Backend::new());
    let (tokens_at, accounts_at) = (tokens.serve().await?, accounts.serve().await?);
    let signed_in = json!({
        "kind": "identitytoolkit#VerifyPasswordResponse", "localId": "u1", "email": "ann@example.com",
        "idToken": "i1", "registered": true, "refreshToken": "r1", "expiresIn": "3600",
    });
    accounts.reply("POST", "/v1/accounts:signInWithPassword", Reply::json(&signed_in));
    let refreshed = json!({
        "access_token": "i2", "expires_in": "3600", "token_type": "Bearer", "refresh_token": "r2",
        "id_token": "i2", "user_id": "u1", "project_id": "1234567890",
    });
    let refused =
        json!({ "error": { "code": 400, "message": "TOKEN_EXPIRED", "status": "INVALID_ARGUMENT" } });
    answers(&tokens, "/v1/token", vec![Reply::json(&refreshed), Reply::json(&refused).status(400)]);
    let client = firebase(&tokens_at.url(), &accounts_at.url(), "AIza1")?;
    client.sign_in(&Password { email: "ann@example.com", password: "pw", return_secure_token: true }).await?;
    let session = client.session();
    assert_eq!(session.access_token().await?.expose(), "i1");
    session.refresh().await?;
    assert_eq!(session.access_token().await?.expose(), "i2");
    let sent = accounts.last().ok_or("it was asked")?.json::<Value>()?;
    assert_eq!(sent, json!({ "email": "ann@example.com", "password": "pw", "returnSecureToken": true }));
    assert_eq!(forms(&tokens, "/v1/token")[0]["refresh_token"], "r1");
    for backend in [&tokens, &accounts] {
        assert!(backend.requests().iter().all(|request| request.header("x-goog-api-key") == Some("AIza1")));
    }
    assert!(matches!(session.refresh().await, Err(Error::SessionExpired(_))), "its user was disabled");
    Ok(())
}
