//! reqwest by hand: as people write it, with what a declared call has, and with the least work.

use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use reqwest::{Client, ClientBuilder, Method, Request, Url};

use crate::subject::{FIELDS, Issue, OWNER, encoded, on_one_thread, sum, target, token};
use crate::throughput::load::{Load, Protocol};

pub struct ByHand {
    client: Client,
    base: String,
    token: String,
    /// The token as a header, which the least work needs.
    header: HeaderValue,
}

impl ByHand {
    pub fn new(base: &str, protocol: Protocol) -> Self {
        Self::of(base, configured(Client::builder(), protocol))
    }

    fn of(base: &str, builder: ClientBuilder) -> Self {
        let header = HeaderValue::try_from(format!("Bearer {}", token())).unwrap();
        Self { client: builder.build().unwrap(), base: base.to_owned(), token: token(), header }
    }

    /// `format!`, `bearer_auth` and `json`.
    pub async fn plain(&self, number: u32) -> u64 {
        let answer = self
            .client
            .get(target(&self.base, number))
            .bearer_auth(&self.token)
            .header(ACCEPT, "application/json")
            .send()
            .await
            .unwrap();
        answer.error_for_status().unwrap().json::<Issue>().await.unwrap().id
    }

    /// The query by serde. The timeout is that of the client.
    pub async fn with_query(&self, number: u32) -> u64 {
        let owner = encoded(OWNER);
        let answer = self
            .client
            .get(format!("{}/repos/{owner}/issues/{number}", self.base))
            .query(&[("fields", FIELDS)])
            .bearer_auth(&self.token)
            .header(ACCEPT, "application/json")
            .send()
            .await
            .unwrap();
        answer.error_for_status().unwrap().json::<Issue>().await.unwrap().id
    }

    /// No builder of requests, and headers that are ready.
    pub async fn least(&self, number: u32) -> u64 {
        let mut request = Request::new(Method::GET, Url::parse(&target(&self.base, number)).unwrap());
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
        request.headers_mut().insert(AUTHORIZATION, self.header.clone());
        let answer = self.client.execute(request).await.unwrap();
        assert!(answer.status().is_success());
        serde_json::from_slice::<Issue>(&answer.bytes().await.unwrap()).unwrap().id
    }

    /// Reads an answer of so many bytes piece by piece. Returns its length.
    pub async fn pieces(&self, bytes: u64) -> u64 {
        let mut answer = self.get_blob(bytes).await;
        let mut length = 0;
        while let Some(piece) = answer.chunk().await.unwrap() {
            length += piece.len() as u64;
        }
        length
    }

    async fn get_blob(&self, bytes: u64) -> reqwest::Response {
        let request = self.client.get(format!("{}/blob/{bytes}", self.base)).bearer_auth(&self.token);
        request.send().await.unwrap().error_for_status().unwrap()
    }
}

/// Has no proxy, and speaks one protocol.
pub fn configured(builder: ClientBuilder, protocol: Protocol) -> ClientBuilder {
    match protocol {
        Protocol::Http1 => builder.no_proxy().http1_only(),
        Protocol::Http2 => builder.no_proxy().http2_prior_knowledge(),
    }
}

impl Load for ByHand {
    async fn issue(&self, number: u32) -> u64 {
        self.plain(number).await
    }

    async fn blob(&self, bytes: u64) -> u64 {
        self.get_blob(bytes).await.bytes().await.unwrap().len() as u64
    }
}

pub fn run_plain(base: &str, calls: u32) -> u64 {
    on_one_thread(async {
        let client = ByHand::of(base, Client::builder().no_proxy());
        sum(calls, |number| client.plain(number)).await
    })
}

pub fn run_with_query_and_timeout(base: &str, calls: u32) -> u64 {
    on_one_thread(async {
        let client = ByHand::of(base, Client::builder().no_proxy().timeout(Duration::from_secs(30)));
        sum(calls, |number| client.with_query(number)).await
    })
}

pub fn run_least(base: &str, calls: u32) -> u64 {
    on_one_thread(async {
        let client = ByHand::of(base, Client::builder().no_proxy());
        sum(calls, |number| client.least(number)).await
    })
}
