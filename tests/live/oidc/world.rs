//! The server, with its counts and its faults, and the API behind it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use sdk_runtime::oauth::ClientCredentials;
use sdk_runtime::oauth2::{AuthorizationServer, OAuthClient, OAuthClientBuilder};
use sdk_runtime::{Result, api_client};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::node;
use crate::process::Served;

/// The secret of each client of the server that has one.
pub const SECRET: &str = r#"s3:cret /+%&="\~"#;
/// The scopes of a login that is refreshed.
pub const SCOPES: [&str; 2] = ["openid", "offline_access"];

#[derive(Debug, Deserialize, PartialEq, Eq)]
pub struct Me {
    pub user: Option<String>,
    pub program: String,
    pub scope: String,
    pub audience: Vec<String>,
}

#[api_client]
pub trait Api {
    #[get("/me")]
    async fn me(&self) -> Result<Me>;
}

/// A program at an issuer, with this identifier, and a secret if it is not `cli`.
pub async fn program(issuer: &str, id: &str) -> OAuthClientBuilder {
    let credentials = match id {
        "cli" => ClientCredentials::public(id),
        _ => ClientCredentials::new(id, SECRET),
    };
    OAuthClient::builder(AuthorizationServer::discover(issuer).await.unwrap(), credentials)
}

/// A server of its own, so that its counts are those of one test.
pub struct World {
    served: Served,
}

impl World {
    /// Starts a server whose access tokens live for `seconds`.
    pub fn new(seconds: u32) -> Self {
        Self::with(&json!({ "seconds": seconds }))
    }

    pub fn with(options: &Value) -> Self {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("live/oidc");
        let folder = node::installed("oidc", &source, "server.mjs");
        let mut command = Command::new("node");
        command.arg(folder.join("server.mjs")).arg(options.to_string());
        Self { served: Served::start(&mut command) }
    }

    pub fn url(&self) -> String {
        self.served.url()
    }

    /// The same server under another name.
    pub fn other_url(&self) -> String {
        self.served.other_url()
    }

    /// A program with this identifier, and a secret if it is not `cli`.
    pub async fn program(&self, id: &str) -> OAuthClientBuilder {
        program(&self.url(), id).await
    }

    pub fn api(&self, oauth: &OAuthClient) -> ApiClient {
        ApiClient::builder(self.url()).session(oauth.session()).build().unwrap()
    }

    /// How often the server did what `name` says, such as `refresh_token` and `reused`.
    pub async fn count(&self, name: &str) -> u64 {
        let counts = reqwest::get(format!("{}/control/counts", self.url())).await.unwrap();
        let counts: BTreeMap<String, u64> = serde_json::from_str(&counts.text().await.unwrap()).unwrap();
        counts.get(name).copied().unwrap_or_default()
    }

    /// Lets the next requests to the token endpoint fail in this way.
    pub async fn fault(&self, kind: &str, times: u32) {
        let url = format!("{}/control/fault?kind={kind}&times={times}", self.url());
        assert!(reqwest::get(url).await.unwrap().status().is_success());
    }

    /// What the server itself says of a token (RFC 7662).
    pub async fn is_active(&self, token: &str) -> bool {
        let fields = [("token", token), ("client_id", "post"), ("client_secret", SECRET)];
        let answer: Value = serde_json::from_str(&self.told("introspection", &fields).await).unwrap();
        answer["active"].as_bool().unwrap_or_else(|| panic!("{answer}"))
    }

    /// Revokes a token of `cli` behind its back (RFC 7009).
    pub async fn revoke(&self, token: &str) {
        self.told("revocation", &[("token", token), ("client_id", "cli")]).await;
    }

    async fn told(&self, endpoint: &str, fields: &[(&str, &str)]) -> String {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = reqwest::Client::new()
            .post(format!("{}/token/{endpoint}", self.url()))
            .header("content-type", "application/x-www-form-urlencoded");
        let answer = request.body(body).send().await.unwrap();
        assert!(answer.status().is_success(), "{answer:?}");
        answer.text().await.unwrap()
    }
}
