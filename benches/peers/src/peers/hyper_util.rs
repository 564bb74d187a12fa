//! The pooled client of hyper-util, by hand.

use bytes::Bytes;
use http::Request;
use http::header::{ACCEPT, AUTHORIZATION};
use http_body_util::{BodyExt, Empty};
use hyper::body::Body;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::subject::{Issue, on_one_thread, sum, target, token};
use crate::throughput::load::{Load, Protocol};

/// Returns a client for one protocol.
pub fn client<B>(protocol: Protocol) -> Client<HttpConnector, B>
where
    B: Body<Data: Send> + Send,
{
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    Client::builder(TokioExecutor::new()).http2_only(protocol == Protocol::Http2).build(connector)
}

pub struct ByHand {
    client: Client<HttpConnector, Empty<Bytes>>,
    base: String,
    token: String,
}

impl ByHand {
    pub fn new(base: &str, protocol: Protocol) -> Self {
        Self { client: client(protocol), base: base.to_owned(), token: token() }
    }

    async fn get(&self, address: String) -> Bytes {
        let request = Request::get(address)
            .header(ACCEPT, "application/json")
            .header(AUTHORIZATION, format!("Bearer {}", self.token))
            .body(Empty::new())
            .unwrap();
        let answer = self.client.request(request).await.unwrap();
        assert!(answer.status().is_success());
        answer.into_body().collect().await.unwrap().to_bytes()
    }

    pub async fn issue(&self, number: u32) -> u64 {
        let body = self.get(target(&self.base, number)).await;
        serde_json::from_slice::<Issue>(&body).unwrap().id
    }
}

impl Load for ByHand {
    async fn issue(&self, number: u32) -> u64 {
        self.issue(number).await
    }

    async fn blob(&self, bytes: u64) -> u64 {
        self.get(format!("{}/blob/{bytes}", self.base)).await.len() as u64
    }
}

pub fn run(base: &str, calls: u32) -> u64 {
    on_one_thread(async {
        let client = ByHand::new(base, Protocol::Http1);
        sum(calls, |number| client.issue(number)).await
    })
}
