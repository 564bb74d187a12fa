//! The callers of this client in a storm.

use std::time::Duration;

use sdk_runtime::{Result, ServiceTransport, TokenRequest, TokenResponse, Tokens, api_client};
use serde::{Deserialize, Serialize};

use super::service::{ADDRESS, Memory};
use crate::subject::FIELDS;

#[derive(Serialize, TokenRequest)]
struct Asked {
    refresh_token: String,
}

#[derive(Deserialize, TokenResponse)]
struct Issued {
    access_token: String,
    refresh_token: String,
    expires_in: u64,
}

#[derive(Deserialize)]
pub struct Issue {
    pub id: u64,
}

#[api_client]
pub trait Tracker {
    #[post("/auth/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: Asked) -> Result<Issued>;

    #[get("/issues/{id}")]
    async fn issue(&self, id: u64, #[query] fields: &str) -> Result<Issue>;
}

/// Returns a client whose token lapses after `lifetime`.
pub fn client(memory: &Memory, lifetime: Duration) -> TrackerClient {
    let transport = ServiceTransport::new(memory.clone());
    let client = TrackerClient::builder(ADDRESS).transport(transport).build().unwrap();
    let tokens = Tokens::new("the first token").refresh_token("a refresh token").expires_in(lifetime);
    client.session().sign_in(tokens).unwrap();
    client
}

pub async fn call(client: TrackerClient, id: u64) -> u64 {
    client.issue(id, FIELDS).await.unwrap().id
}
