//! The two clients of a rotation: this one, and reqwest by hand with a mutex around the token.

use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use sdk_runtime::{Result, TokenRequest, TokenResponse, Tokens, api_client};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::server::{By, Rotating};
use crate::subject::{FIELDS, Issue, OWNER, target};

pub trait Caller: Send + Sync + 'static {
    fn issue(&self, number: u32) -> impl Future<Output = u64> + Send;
}

#[derive(Serialize, TokenRequest)]
struct Asked {
    refresh_token: String,
}

#[derive(Deserialize, TokenResponse)]
struct Issued {
    access_token: String,
    refresh_token: String,
    #[token(expires_in = ms)]
    expires_in: u64,
}

#[api_client]
trait Tracker {
    #[post("/auth/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: Asked) -> Result<Issued>;

    #[get("/repos/{owner}/issues/{number}")]
    async fn issue(&self, owner: &str, number: u32, #[query] fields: &str) -> Result<Issue>;
}

pub struct Declared(TrackerClient);

impl Declared {
    pub fn new(server: &Rotating, by: By) -> Self {
        let tracker = TrackerClient::builder(&server.base).build().unwrap();
        let tokens = Tokens::new(server.present()).refresh_token("a refresh token");
        tracker.session().sign_in(tokens.expires_in(by.lifetime())).unwrap();
        Self(tracker)
    }
}

impl Caller for Declared {
    async fn issue(&self, number: u32) -> u64 {
        self.0.issue(OWNER, number, FIELDS).await.unwrap().id
    }
}

pub struct ByHand {
    client: reqwest::Client,
    base: String,
    held: Mutex<Held>,
}

struct Held {
    access: Arc<str>,
    refresh: String,
    ends: Instant,
}

impl ByHand {
    pub fn new(server: &Rotating, by: By) -> Self {
        let held = Held {
            access: server.present().into(),
            refresh: "a refresh token".to_owned(),
            ends: Instant::now() + by.lifetime(),
        };
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { client, base: server.base.clone(), held: Mutex::new(held) }
    }

    /// Returns a token that lives and is not `rejected`.
    async fn token(&self, rejected: Option<&str>) -> Arc<str> {
        let mut held = self.held.lock().await;
        if rejected == Some(&*held.access) || Instant::now() >= held.ends {
            let asked = Asked { refresh_token: held.refresh.clone() };
            let request = self.client.post(format!("{}/auth/refresh", self.base)).json(&asked);
            let answer = request.send().await.unwrap().error_for_status().unwrap();
            let issued: Issued = answer.json().await.unwrap();
            *held = Held {
                access: issued.access_token.into(),
                refresh: issued.refresh_token,
                ends: Instant::now() + Duration::from_millis(issued.expires_in),
            };
        }
        held.access.clone()
    }

    async fn send(&self, number: u32, token: &str) -> reqwest::Response {
        let request = self.client.get(target(&self.base, number)).bearer_auth(token);
        request.header("accept", "application/json").send().await.unwrap()
    }
}

impl Caller for ByHand {
    async fn issue(&self, number: u32) -> u64 {
        let token = self.token(None).await;
        let mut answer = self.send(number, &token).await;
        if answer.status() == StatusCode::UNAUTHORIZED {
            let token = self.token(Some(&*token)).await;
            answer = self.send(number, &token).await;
        }
        answer.error_for_status().unwrap().json::<Issue>().await.unwrap().id
    }
}
