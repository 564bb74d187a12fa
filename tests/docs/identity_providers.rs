//! `docs/cookbook/identity_providers.md`.

use std::io;
use std::sync::Mutex;

use sdk_runtime::oauth2::{Interaction, UserCode};
use sdk_runtime::{SessionState, Url};
use sdk_testkit::{Backend, Reply, Server};
use serde_json::json;

use crate::scripted::{answers, forms, key};

use sdk_runtime::oauth::ClientCredentials;
use sdk_runtime::oauth2::{AuthorizationServer, ClientAuth, OAuthClient, OAuthError, PrivateKey};
use std::error::Error as StdError;

/// `issuer` is such as "https://acme.eu.auth0.com/", and `api` the identifier of the API.
async fn auth0(issuer: &str, id: &str, api: &str) -> Result<OAuthClient, OAuthError> {
    OAuthClient::builder(AuthorizationServer::discover(issuer).await?, ClientCredentials::public(id))
        .scopes(["openid", "offline_access"])
        .audience(api)
        .redirect_uri("http://127.0.0.1:8400/callback")
        .build()
}

/// `issuer` is such as "https://id.example/realms/acme".
async fn keycloak(issuer: &str, id: &str, secret: &str) -> Result<OAuthClient, OAuthError> {
    OAuthClient::builder(AuthorizationServer::discover(issuer).await?, ClientCredentials::new(id, secret))
        .client_credentials()
        .build()
}

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};

/// `issuer` is such as "https://acme.okta.com", and `key_id` the name of the key there.
async fn okta(issuer: &str, id: &str, pem: &str, key_id: &str) -> Result<OAuthClient, Box<dyn StdError>> {
    let key = EncodingKey::from_rsa_pem(pem.as_bytes())?;
    let header = Header { kid: Some(key_id.to_owned()), ..Header::new(Algorithm::RS256) };
    let audience = format!("{issuer}/oauth2/v1/token");
    let key = PrivateKey::from_signer(move |mut statement| {
        statement.aud.clone_from(&audience);
        encode(&header, &statement, &key)
    });
    let server = AuthorizationServer::discover(issuer).await?;
    Ok(OAuthClient::builder(server, ClientCredentials::public(id))
        .auth(ClientAuth::PrivateKeyJwt(key))
        .scopes(["okta.users.read"])
        .dpop()
        .client_credentials()
        .build()?)
}

/// `issuer` is such as "https://login.microsoftonline.com/TENANT/v2.0", and `x5t` the SHA-256 of the
/// certificate, as Base64 for URLs.
async fn entra(issuer: &str, id: &str, pem: &str, x5t: &str) -> Result<OAuthClient, Box<dyn StdError>> {
    let key = EncodingKey::from_rsa_pem(pem.as_bytes())?;
    let header = Header { x5t_s256: Some(x5t.to_owned()), ..Header::new(Algorithm::PS256) };
    let audience = format!("{}/oauth2/v2.0/token", issuer.trim_end_matches("/v2.0"));
    let key = PrivateKey::from_signer(move |mut statement| {
        statement.aud.clone_from(&audience);
        encode(&header, &statement, &key)
    });
    let server = AuthorizationServer::discover(issuer).await?;
    Ok(OAuthClient::builder(server, ClientCredentials::public(id))
        .auth(ClientAuth::PrivateKeyJwt(key))
        .scopes(["https://graph.microsoft.com/.default"])
        .client_credentials()
        .build()?)
}

/// `issuer` is "https://accounts.google.com".
async fn google(issuer: &str, id: &str, secret: &str) -> Result<OAuthClient, OAuthError> {
    OAuthClient::builder(AuthorizationServer::discover(issuer).await?, ClientCredentials::new(id, secret))
        .auth(ClientAuth::Post)
        .scopes(["openid", "https://www.googleapis.com/auth/drive.file"])
        .build()
}

/// `issuer` is such as "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Ab12", and `back` such as
/// "http://localhost:8400/callback".
async fn cognito(issuer: &str, id: &str, back: &str) -> Result<OAuthClient, OAuthError> {
    OAuthClient::builder(AuthorizationServer::discover(issuer).await?, ClientCredentials::public(id))
        .scopes(["openid", "profile"])
        .redirect_uri(back)
        .build()
}

/// `base` is "https://github.com".
fn github(base: &str, id: &str) -> Result<OAuthClient, OAuthError> {
    let server = AuthorizationServer::new(base, &format!("{base}/login/oauth/access_token"))?
        .authorization_endpoint(&format!("{base}/login/oauth/authorize"))?
        .device_endpoint(&format!("{base}/login/device/code"))?
        .scope_separator(','); // its answers say `"scope": "repo,gist"`
    OAuthClient::builder(server, ClientCredentials::public(id)).scopes(["repo", "gist"]).build()
}

type Outcome<T = ()> = Result<T, Box<dyn StdError>>;

/// A server that is discovered below `path`. Its endpoints are at the paths of the provider.
async fn provider(path: &str, endpoints: &[(&str, &str)]) -> Outcome<(Backend, Server, String)> {
    let backend = Backend::new();
    let server = backend.serve().await?;
    let issuer = format!("{}{path}", server.url());
    let mut document = json!({ "issuer": issuer });
    for (name, path) in endpoints {
        document[*name] = json!(format!("{}{path}", server.url()));
    }
    let at = format!("{}/.well-known/openid-configuration", path.trim_end_matches('/'));
    backend.reply("GET", &at, Reply::json(&document));
    Ok((backend, server, issuer))
}

/// A user who does what the program says.
#[derive(Default)]
struct User(Mutex<Vec<UserCode>>);

impl Interaction for User {
    async fn open(&self, url: &Url) -> io::Result<()> {
        tokio::spawn(reqwest::get(url.clone()));
        Ok(())
    }

    async fn show_code(&self, code: &UserCode) -> io::Result<()> {
        self.0.lock().unwrap().push(code.clone());
        Ok(())
    }
}

/// Lets an endpoint send the browser back.
fn agrees(backend: &Backend, path: &str) {
    backend.route("GET", path, |request| {
        let query = |name| request.query_value(name).unwrap_or_default();
        let back = format!("{}?code=c1&state={}", query("redirect_uri"), query("state"));
        std::future::ready(Reply::redirect(&back))
    });
}

#[tokio::test]
async fn auth0_issues_tokens_for_the_api_that_is_named() -> Outcome {
    let endpoints = [
        ("authorization_endpoint", "/authorize"),
        ("token_endpoint", "/oauth/token"),
        ("device_authorization_endpoint", "/oauth/device/code"),
        ("revocation_endpoint", "/oauth/revoke"),
    ];
    let (backend, _server, issuer) = provider("/", &endpoints).await?;
    let code = json!({
        "device_code": "Ag_EE", "user_code": "QTZL-MCBW", "verification_uri": format!("{issuer}activate"),
        "verification_uri_complete": format!("{issuer}activate?user_code=QTZL-MCBW"), "expires_in": 900,
        "interval": 0,
    });
    backend.reply("POST", "/oauth/device/code", Reply::json(&code));
    let pending = json!({ "error": "authorization_pending", "error_description": "User has yet to..." });
    let issued = json!({
        "access_token": "a1", "refresh_token": "v1.r1",
        "id_token": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm4ifQ.x", // {"sub":"ann"}
        "token_type": "Bearer", "expires_in": 86400, "scope": "openid offline_access",
    });
    let rotated = json!({ "access_token": "a2", "refresh_token": "v1.r2", "token_type": "Bearer" });
    let replies = vec![Reply::json(&pending).status(403), Reply::json(&issued), Reply::json(&rotated)];
    answers(&backend, "/oauth/token", replies);
    backend.reply("POST", "/oauth/revoke", Reply::empty());
    let oauth = auth0(&issuer, "cli", "https://api.example").await?;
    let user = User::default();
    oauth.sign_in_by_device(&user).await?;
    assert_eq!(user.0.lock().unwrap()[0].code, "QTZL-MCBW");
    assert_eq!(forms(&backend, "/oauth/device/code")[0]["audience"], "https://api.example");
    let SessionState::SignedIn(login) = oauth.session().state() else { panic!("signed in") };
    assert_eq!(login.subject(), Some("ann"));
    oauth.session().refresh().await?;
    oauth.sign_out().await?;
    assert_eq!(forms(&backend, "/oauth/token")[2]["refresh_token"], "v1.r1");
    assert_eq!(forms(&backend, "/oauth/revoke")[0]["token"], "v1.r2");
    Ok(())
}

#[tokio::test]
async fn a_service_account_of_keycloak() -> Outcome {
    let token = "/realms/acme/protocol/openid-connect/token";
    let (backend, server, issuer) = provider("/realms/acme", &[("token_endpoint", token)]).await?;
    let issued = json!({
        "access_token": "a1", "expires_in": 300, "refresh_expires_in": 0, "token_type": "Bearer",
        "not-before-policy": 0, "scope": "profile email",
    });
    backend.reply("POST", token, Reply::json(&issued));
    let oauth = keycloak(&issuer, "worker", "s3cret").await?;
    assert_eq!(oauth.session().access_token().await?.expose(), "a1");
    let sent = backend.last().ok_or("it was asked")?;
    assert_eq!(sent.header("authorization"), Some("Basic d29ya2VyOnMzY3JldA==")); // `worker:s3cret`
    assert_eq!(sent.form_pairs(), [("grant_type".to_owned(), "client_credentials".to_owned())]);
    assert!(keycloak(&format!("{}/realms/ACME", server.url()), "worker", "s3cret").await.is_err());
    Ok(())
}

#[tokio::test]
async fn a_service_application_of_okta_signs_and_proves() -> Outcome {
    let (pem, said) = key(Algorithm::RS256)?;
    let (backend, _server, issuer) = provider("", &[("token_endpoint", "/oauth2/v1/token")]).await?;
    // The first proof has no nonce.
    let nonce = json!({ "error": "use_dpop_nonce", "error_description": "It requires nonce in DPoP proof." });
    let issued = json!({
        "token_type": "DPoP", "expires_in": 3600, "access_token": "a1", "scope": "okta.users.read",
    });
    let replies = vec![Reply::json(&nonce).status(400).header("dpop-nonce", "n1"), Reply::json(&issued)];
    answers(&backend, "/oauth2/v1/token", replies);
    let oauth = okta(&issuer, "0oa1", &pem, "k1").await?;
    assert_eq!(oauth.session().access_token().await?.expose(), "a1");
    let sent = forms(&backend, "/oauth2/v1/token");
    let mut names = Vec::new();
    for form in &sent {
        let (header, claims) = said(&form["client_assertion"])?;
        assert_eq!(header.kid.as_deref(), Some("k1"));
        assert_eq!((&claims["iss"], &claims["sub"]), (&json!("0oa1"), &json!("0oa1")));
        assert_eq!(claims["aud"], format!("{issuer}/oauth2/v1/token"));
        names.push(claims["jti"].clone());
    }
    assert!(names.len() == 2 && names[0] != names[1], "{names:?}");
    assert!(backend.last().is_some_and(|request| request.header("dpop").is_some()));
    Ok(())
}

#[tokio::test]
async fn a_worker_with_a_certificate_at_entra() -> Outcome {
    let (pem, said) = key(Algorithm::PS256)?;
    let token = "/6f3e/oauth2/v2.0/token";
    let (backend, server, issuer) = provider("/6f3e/v2.0", &[("token_endpoint", token)]).await?;
    let issued = json!({
        "token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": "a1",
    });
    backend.reply("POST", token, Reply::json(&issued));
    let oauth = entra(&issuer, "535f", &pem, "gx8tGysyjcRqKjFPnd7RFwvwZI0").await?;
    assert_eq!(oauth.session().access_token().await?.expose(), "a1");
    let sent = &forms(&backend, token)[0];
    assert_eq!(sent["scope"], "https://graph.microsoft.com/.default");
    let (header, claims) = said(&sent["client_assertion"])?;
    assert_eq!(header.x5t_s256.as_deref(), Some("gx8tGysyjcRqKjFPnd7RFwvwZI0"));
    assert_eq!(claims["aud"], format!("{}{token}", server.url()));
    // The document of `common` names the issuer with a placeholder.
    let named = format!("{}/{{tenantid}}/v2.0", server.url());
    let document = json!({ "issuer": named, "token_endpoint": server.url() });
    backend.reply("GET", "/common/v2.0/.well-known/openid-configuration", Reply::json(&document));
    let common = format!("{}/common/v2.0", server.url());
    assert!(matches!(AuthorizationServer::discover(&common).await, Err(OAuthError::Unsupported(_))));
    Ok(())
}

#[tokio::test]
async fn a_user_of_google_on_this_and_on_another_device() -> Outcome {
    let endpoints = [
        ("authorization_endpoint", "/o/oauth2/v2/auth"),
        ("token_endpoint", "/token"),
        ("device_authorization_endpoint", "/device/code"),
    ];
    let (backend, _server, issuer) = provider("", &endpoints).await?;
    agrees(&backend, "/o/oauth2/v2/auth");
    let issued = json!({
        "access_token": "a1", "expires_in": 3599, "refresh_token": "1//r1", "token_type": "Bearer",
        "scope": "openid https://www.googleapis.com/auth/drive.file",
    });
    let pending = json!({ "error": "authorization_pending", "error_description": "Precondition Required" });
    let replies = vec![Reply::json(&issued), Reply::json(&pending).status(428), Reply::json(&issued)];
    answers(&backend, "/token", replies);
    // Google writes `verification_url`.
    let code = json!({
        "device_code": "4/4-G", "user_code": "GQVQ-JKEC", "verification_url": "https://www.google.com/device",
        "expires_in": 1800, "interval": 0,
    });
    backend.reply("POST", "/device/code", Reply::json(&code));
    let oauth = google(&issuer, "id", "GOCSPX-1").await?;
    oauth.sign_in(&User::default()).await?;
    assert_eq!(forms(&backend, "/token")[0]["client_secret"], "GOCSPX-1");
    let user = User::default();
    oauth.sign_in_by_device(&user).await?;
    assert_eq!(user.0.lock().unwrap()[0].url.as_str(), "https://www.google.com/device");
    assert_eq!(forms(&backend, "/token").len(), 3);
    Ok(())
}

#[tokio::test]
async fn cognito_keeps_the_refresh_token() -> Outcome {
    let endpoints = [("authorization_endpoint", "/oauth2/authorize"), ("token_endpoint", "/oauth2/token")];
    let (backend, _server, issuer) = provider("/eu-central-1_Ab12", &endpoints).await?;
    agrees(&backend, "/oauth2/authorize");
    let issued = json!({
        "access_token": "a1", "id_token": "x", "refresh_token": "r1", "expires_in": 3600,
        "token_type": "Bearer",
    });
    let again = json!({ "access_token": "a2", "id_token": "x", "expires_in": 3600, "token_type": "Bearer" });
    answers(&backend, "/oauth2/token", vec![Reply::json(&issued), Reply::json(&again)]);
    let oauth = cognito(&issuer, "id", "http://localhost/callback").await?;
    oauth.sign_in(&User::default()).await?;
    for _ in 0..2 {
        oauth.session().refresh().await?;
    }
    let sent = forms(&backend, "/oauth2/token");
    assert!(sent[0]["redirect_uri"].starts_with("http://localhost:"), "{}", sent[0]["redirect_uri"]);
    assert_eq!([&*sent[1]["refresh_token"], &*sent[2]["refresh_token"]], ["r1", "r1"]);
    let asked = backend.requests();
    let page = asked.iter().find(|request| request.path() == "/oauth2/authorize").ok_or("it was opened")?;
    assert_eq!(page.query_value("scope").as_deref(), Some("openid profile"));
    Ok(())
}

#[tokio::test]
async fn github_refuses_with_200() -> Outcome {
    let backend = Backend::new();
    let server = backend.serve().await?;
    let code = json!({
        "device_code": "3584d83530557fdd", "user_code": "WDJB-MJHT",
        "verification_uri": format!("{}/login/device", server.url()), "expires_in": 900, "interval": 0,
    });
    backend.reply("POST", "/login/device/code", Reply::json(&code));
    let pending = json!({ "error": "authorization_pending", "error_description": "It is still pending." });
    let issued = json!({ "access_token": "gho_1", "token_type": "bearer", "scope": "gist,repo" });
    answers(&backend, "/login/oauth/access_token", vec![Reply::json(&pending), Reply::json(&issued)]);
    let oauth = github(&server.url(), "Iv1.8a61f9b3")?;
    oauth.sign_in_by_device(&User::default()).await?;
    assert_eq!(oauth.session().access_token().await?.expose(), "gho_1");
    let SessionState::SignedIn(login) = oauth.session().state() else { panic!("the user is signed in") };
    assert_eq!(login.scopes(), Some(&["gist".to_owned(), "repo".to_owned()][..]));
    // It answers with a form, unless it is asked for JSON.
    let sent = backend.last().ok_or("it was asked")?;
    assert!(sent.header("accept").is_some_and(|accept| accept.contains("application/json")));
    Ok(())
}
