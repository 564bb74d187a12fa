//! reqwest-middleware with a refresh that is written by hand: it signs, refreshes a token that has lapsed or
//! that a 401 rejects, once for all callers, and sends again.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use http::Extensions;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use reqwest::{Client, Request, Response, StatusCode};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Middleware, Next, Result};
use serde::Deserialize;
use tokio::sync::RwLock;

use crate::subject::{Issue, on_one_thread, sum, target, token};

#[derive(Clone)]
struct Held {
    access: String,
    refresh: String,
    ends: Instant,
}

#[derive(Deserialize)]
struct Issued {
    access_token: String,
    refresh_token: String,
    expires_in: u64,
}

struct Refresh {
    client: Client,
    address: String,
    held: RwLock<Held>,
}

impl Refresh {
    async fn token(&self) -> Result<String> {
        let held = self.held.read().await;
        if Instant::now() < held.ends {
            return Ok(held.access.clone());
        }
        let access = held.access.clone();
        drop(held);
        self.after(&access).await
    }

    /// Returns a token that is none of `rejected`, which another caller may have got already.
    async fn after(&self, rejected: &str) -> Result<String> {
        let mut held = self.held.write().await;
        if held.access == rejected {
            let request = self.client.post(&self.address).json(&[("refresh_token", &held.refresh)]);
            let issued: Issued = request.send().await?.error_for_status()?.json().await?;
            let ends = Instant::now() + Duration::from_secs(issued.expires_in);
            *held = Held { access: issued.access_token, refresh: issued.refresh_token, ends };
        }
        Ok(held.access.clone())
    }
}

fn sign(request: &mut Request, token: &str) {
    let mut header = HeaderValue::try_from(format!("Bearer {token}")).unwrap();
    header.set_sensitive(true);
    request.headers_mut().insert(AUTHORIZATION, header);
}

#[async_trait]
impl Middleware for Refresh {
    async fn handle(
        &self,
        mut request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let token = self.token().await?;
        let again = request.try_clone();
        sign(&mut request, &token);
        let answer = next.clone().run(request, extensions).await?;
        let (StatusCode::UNAUTHORIZED, Some(mut again)) = (answer.status(), again) else {
            return Ok(answer);
        };
        sign(&mut again, &self.after(&token).await?);
        next.run(again, extensions).await
    }
}

pub struct WithRefresh {
    client: ClientWithMiddleware,
    base: String,
}

impl WithRefresh {
    pub fn new(base: &str) -> Self {
        let client = Client::builder().no_proxy().build().unwrap();
        let ends = Instant::now() + Duration::from_secs(3_600);
        let held = Held { access: token(), refresh: "a refresh token".to_owned(), ends };
        let address = format!("{base}/auth/refresh");
        let refresh = Refresh { client: client.clone(), address, held: RwLock::new(held) };
        Self { client: ClientBuilder::new(client).with(refresh).build(), base: base.to_owned() }
    }

    pub async fn issue(&self, number: u32) -> u64 {
        let request = self.client.get(target(&self.base, number)).header(ACCEPT, "application/json");
        let answer = request.send().await.unwrap().error_for_status().unwrap();
        answer.json::<Issue>().await.unwrap().id
    }
}

pub fn run(base: &str, calls: u32) -> u64 {
    on_one_thread(async {
        let client = WithRefresh::new(base);
        sum(calls, |number| client.issue(number)).await
    })
}
