//! `docs/cookbook/choosing_a_login.md`.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::io;
use std::sync::{Arc, Mutex};

use jsonwebtoken::{DecodingKey, Validation, decode};
use rcgen::{KeyPair, PKCS_RSA_SHA256};
use sdk_runtime::error::BuildError;
use sdk_runtime::store::MemoryStore;
use sdk_runtime::{Error, Result, SessionState, Url};
use sdk_testkit::{Backend, Reply, Request, Server};
use serde_json::{Value, json};

use sdk_runtime::oauth::ClientCredentials;
use sdk_runtime::oauth2::{AuthorizationServer, Interaction, OAuthClient, OAuthError, UserCode};
use sdk_runtime::store::TokenStore;

async fn program(issuer: &str, store: impl TokenStore) -> Result<OAuthClient, OAuthError> {
    let server = AuthorizationServer::discover(issuer).await?;
    OAuthClient::builder(server, ClientCredentials::public("tracker-cli"))
        .scopes(["openid", "offline_access"]) // the second asks for a refresh token
        .store(store)
        .build()
}

/// Tells the user what to do.
struct Terminal;

impl Interaction for Terminal {
    async fn open(&self, url: &Url) -> io::Result<()> {
        eprintln!("Sign in at {url}"); // `open::that_detached(url.as_str())` opens the browser
        Ok(())
    }

    async fn show_code(&self, code: &UserCode) -> io::Result<()> {
        eprintln!("Go to {} and type {}", code.url, code.code);
        Ok(())
    }
}

async fn worker(issuer: &str, secret: &str) -> Result<OAuthClient, OAuthError> {
    let server = AuthorizationServer::discover(issuer).await?;
    OAuthClient::builder(server, ClientCredentials::new("worker", secret))
        .scopes(["jobs:read"])
        .client_credentials()
        .build()
}

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, get_current_timestamp};
use sdk_runtime::Refusal;
use serde::{Deserialize, Serialize};
use std::future::ready;

/// The file that Google gives for a service account, as far as it is needed.
#[derive(Deserialize)]
struct ServiceAccount {
    client_email: String,
    private_key: String,
    token_uri: String, // "https://oauth2.googleapis.com/token"
}

#[derive(Serialize)]
struct Statement<'a> {
    iss: &'a str,
    scope: &'a str,
    aud: &'a str,
    iat: u64,
    exp: u64,
}

fn google(account: ServiceAccount, scope: &'static str) -> Result<OAuthClient, Box<dyn StdError>> {
    let key = EncodingKey::from_rsa_pem(account.private_key.as_bytes())?;
    let server = AuthorizationServer::new("https://accounts.google.com", &account.token_uri)?;
    let program = ClientCredentials::public(account.client_email.clone());
    let statement = move || {
        let now = get_current_timestamp();
        let (iss, aud) = (&account.client_email, &account.token_uri);
        let statement = Statement { iss, scope, aud, iat: now, exp: now + 600 };
        ready(encode(&Header::new(Algorithm::RS256), &statement, &key).map_err(Refusal::try_later))
    };
    Ok(OAuthClient::builder(server, program).jwt_bearer(statement).build()?)
}

use sdk_runtime::session::Grant;
use sdk_runtime::{Tokens, api_client};
use std::time::Duration;

#[api_client]
trait App {
    #[post("/app/installations/{id}/access_tokens")]
    async fn token(&self, id: u64) -> Result<InstallationToken>;
}

#[derive(Deserialize)]
struct InstallationToken {
    token: String,
}

#[derive(Serialize)]
struct AppStatement {
    iss: String,
    iat: u64,
    exp: u64,
}

#[api_client(headers("accept" = "application/vnd.github.raw+json"))]
trait Repositories {
    #[get("/repos/{owner}/{name}/readme")]
    async fn readme(&self, owner: &str, name: &str) -> Result<String>;
}

/// `base` is "https://api.github.com", and `id` the client ID of the app.
fn app(base: &str, id: &str, pem: &str) -> Result<AppClient, Box<dyn StdError>> {
    let (id, key) = (id.to_owned(), EncodingKey::from_rsa_pem(pem.as_bytes())?);
    let signed = move |_: Grant| {
        let now = get_current_timestamp();
        // The clock of GitHub may be behind. It takes statements for at most ten minutes.
        let statement = AppStatement { iss: id.clone(), iat: now - 60, exp: now + 540 };
        let jwt = encode(&Header::new(Algorithm::RS256), &statement, &key);
        ready(jwt.map(Tokens::new).map_err(Refusal::try_later))
    };
    Ok(AppClient::builder(base).header("user-agent", "my-app/1.0").refresh_with(signed).build()?)
}

fn of_installation(base: &str, app: AppClient, id: u64) -> Result<RepositoriesClient, BuildError> {
    let issued = move |_: Grant| {
        let issued = app.token(id);
        async move {
            let issued = issued.await.map_err(Refusal::try_later)?;
            Ok(Tokens::new(issued.token).expires_in(Duration::from_secs(3600))) // GitHub's live an hour
        }
    };
    RepositoriesClient::builder(base).header("user-agent", "my-app/1.0").refresh_with(issued).build()
}

async fn traded(issuer: &str, secret: &str, token: String) -> Result<OAuthClient, OAuthError> {
    let server = AuthorizationServer::discover(issuer).await?;
    OAuthClient::builder(server, ClientCredentials::new("portal", secret))
        .audience("https://tracker.example")
        .token_exchange("urn:ietf:params:oauth:token-type:access_token", move || ready(Ok(token.clone())))
        .build()
}

async fn delete(
    tracker: &TrackerClient,
    id: u64,
    oauth: &OAuthClient,
    user: &impl Interaction,
) -> Result<(), Box<dyn StdError>> {
    match tracker.delete(id).await {
        Err(Error::InsufficientScope(lacking)) => {
            oauth.with_scopes(lacking.required()).sign_in(user).await?;
            Ok(tracker.delete(id).await?)
        }
        outcome => Ok(outcome?),
    }
}

#[api_client]
trait Tracker {
    #[delete("/issues/{id}")]
    async fn delete(&self, id: u64) -> Result<()>;
}

type Outcome<T = ()> = Result<T, Box<dyn StdError>>;

/// A server that issues `a1`, `a2` and so on, with the scopes that were asked for last.
async fn server() -> Outcome<(Backend, Server)> {
    let backend = Backend::new();
    let server = backend.serve().await?;
    let issuer = server.url();
    let document = json!({
        "issuer": issuer,
        "token_endpoint": format!("{issuer}/token"),
        "authorization_endpoint": format!("{issuer}/authorize"),
        "device_authorization_endpoint": format!("{issuer}/device"),
    });
    backend.reply("GET", "/.well-known/openid-configuration", Reply::json(&document));
    let scope = Arc::new(Mutex::new(String::new()));
    let asked = scope.clone();
    backend.route("GET", "/authorize", move |request| {
        let query = |name| request.query_value(name).unwrap_or_default();
        *asked.lock().unwrap() = query("scope");
        std::future::ready(Reply::redirect(&format!(
            "{}?code=c&state={}",
            query("redirect_uri"),
            query("state")
        )))
    });
    let code = json!({
        "device_code": "d", "user_code": "WDJB-MJHT", "verification_uri": format!("{issuer}/activate"),
        "expires_in": 60, "interval": 0,
    });
    backend.reply("POST", "/device", Reply::json(&code));
    let number = Mutex::new(0);
    backend.route("POST", "/token", move |_| {
        let mut number = number.lock().unwrap();
        *number += 1;
        let issued = json!({
            "access_token": format!("a{number}"), "token_type": "Bearer", "scope": *scope.lock().unwrap(),
        });
        std::future::ready(Reply::json(&issued))
    });
    Ok((backend, server))
}

/// A user whose browser agrees.
struct Agreeing;

impl Interaction for Agreeing {
    async fn open(&self, url: &Url) -> io::Result<()> {
        tokio::spawn(reqwest::get(url.clone()));
        Ok(())
    }
}

fn last_form(backend: &Backend) -> HashMap<String, String> {
    backend.last().map(|request| request.form_pairs().into_iter().collect()).unwrap_or_default()
}

#[tokio::test]
async fn a_user_signs_in_and_then_with_more_rights() -> Outcome {
    let (backend, server) = server().await?;
    let oauth = program(&server.url(), MemoryStore::default()).await?;
    let by_browser = async {
        oauth.sign_in(&Terminal).await?;
        Ok::<_, OAuthError>(())
    };
    let waiting = tokio::time::timeout(Duration::from_millis(20), by_browser).await;
    assert!(waiting.is_err(), "it waits for the browser, which nothing opens");
    oauth.sign_in_by_device(&Terminal).await?;
    assert!(oauth.session().state().is_signed_in());

    backend.route("DELETE", "/issues/{id}", |request| async move {
        let challenge = r#"Bearer error="insufficient_scope", scope="issues:delete""#;
        match request.bearer() {
            Some("a2") => Reply::empty(),
            _ => Reply::empty().status(403).header("www-authenticate", challenge),
        }
    });
    let tracker = TrackerClient::builder(server.url()).session(oauth.session()).build()?;
    delete(&tracker, 7, &oauth, &Agreeing).await?;
    let SessionState::SignedIn(login) = oauth.session().state() else { panic!("signed in") };
    assert_eq!(login.scopes().unwrap_or_default(), ["openid", "offline_access", "issues:delete"]);
    Ok(())
}

#[tokio::test]
async fn a_program_acts_for_itself_and_by_a_token_of_another_server() -> Outcome {
    let (backend, server) = server().await?;
    worker(&server.url(), "s3cret").await?.session().resume().await?;
    assert_eq!(last_form(&backend)["grant_type"], "client_credentials");
    traded(&server.url(), "s3cret", "t1".to_owned()).await?.session().resume().await?;
    let sent = last_form(&backend);
    assert_eq!((&*sent["subject_token"], &*sent["audience"]), ("t1", "https://tracker.example"));
    Ok(())
}

/// Returns a key as PEM, and what a statement that it has signed says.
fn key() -> Outcome<(String, impl Fn(&str) -> Outcome<Value>)> {
    let pair = KeyPair::generate_for(&PKCS_RSA_SHA256)?;
    let public = DecodingKey::from_rsa_pem(pair.public_key_pem().as_bytes())?;
    let said = move |jwt: &str| {
        let mut rules = Validation::new(Algorithm::RS256);
        rules.validate_aud = false;
        Ok(decode::<Value>(jwt, &public, &rules)?.claims)
    };
    Ok((pair.serialize_pem(), said))
}

fn lifetime(claims: &Value) -> Option<u64> {
    claims["exp"].as_u64()?.checked_sub(claims["iat"].as_u64()?)
}

#[tokio::test]
async fn a_service_account_of_google_signs_a_statement() -> Outcome {
    let (private_key, said) = key()?;
    let backend = Backend::new();
    let server = backend.serve().await?;
    backend.route("POST", "/token", |request: Request| async move {
        // Google has no program of that name.
        match request.form_value("client_id") {
            None => Reply::json(&json!({ "access_token": "a1", "token_type": "Bearer", "expires_in": 3599 })),
            Some(_) => Reply::json(&json!({ "error": "invalid_client" })).status(401),
        }
    });
    let token_uri = format!("{}/token", server.url());
    let file = json!({ "client_email": "robot@p.iam", "private_key": private_key, "token_uri": token_uri });
    let oauth = google(serde_json::from_value(file)?, "https://www.googleapis.com/auth/pubsub")?;
    assert_eq!(oauth.session().access_token().await?.expose(), "a1");
    let sent = last_form(&backend);
    assert_eq!(sent["grant_type"], "urn:ietf:params:oauth:grant-type:jwt-bearer");
    let claims = said(&sent["assertion"])?;
    assert_eq!((&claims["iss"], &claims["aud"]), (&json!("robot@p.iam"), &json!(token_uri)));
    assert_eq!(claims["scope"], "https://www.googleapis.com/auth/pubsub");
    assert_eq!(lifetime(&claims), Some(600), "at most an hour");
    Ok(())
}

#[tokio::test]
async fn a_github_app_gets_a_token_for_each_installation() -> Outcome {
    let (pem, said) = key()?;
    let backend = Backend::new();
    let server = backend.serve().await?;
    let issued = Reply::json(&json!({ "token": "ghs_1", "expires_at": "2016-07-11T22:14:10Z" })).status(201);
    backend.reply("POST", "/app/installations/{id}/access_tokens", issued);
    backend.route("GET", "/repos/{owner}/{name}/readme", |request| async move {
        match request.bearer() {
            Some("ghs_1") => Reply::text("# Hello"),
            _ => Reply::empty().status(401),
        }
    });
    let repositories = of_installation(&server.url(), app(&server.url(), "Iv1.8a61f9b3", &pem)?, 42)?;
    for _ in 0..2 {
        assert_eq!(repositories.readme("octocat", "hello").await?, "# Hello");
    }
    let sent = backend.requests();
    assert_eq!(
        sent.iter().map(Request::path).collect::<Vec<_>>(),
        ["/app/installations/42/access_tokens", "/repos/octocat/hello/readme", "/repos/octocat/hello/readme",]
    );
    let claims = said(sent[0].bearer().ok_or("the app signs")?)?;
    assert_eq!((claims["iss"].as_str(), lifetime(&claims)), (Some("Iv1.8a61f9b3"), Some(600)));
    Ok(())
}
