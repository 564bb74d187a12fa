//! The declared call, over three transports.

use bytes::Bytes;
use sdk_runtime::transport::{HttpTransport, LeanTransport};
use sdk_runtime::{ByteStream, Result, ServiceTransport, Tokens, api_client};

use super::hyper_util::client as hyper_util_client;
use super::reqwest::configured;
use crate::subject::{FIELDS, Issue, OWNER, on_one_thread, sum, token};
use crate::throughput::load::{Load, Protocol};

#[api_client]
trait Tracker {
    #[get("/repos/{owner}/issues/{number}")]
    async fn issue(&self, owner: &str, number: u32, #[query] fields: &str) -> Result<Issue>;

    #[get("/blob/{bytes}")]
    async fn blob(&self, bytes: u64) -> Result<Bytes>;

    #[get("/blob/{bytes}")]
    async fn blob_in_pieces(&self, bytes: u64) -> Result<ByteStream>;
}

pub struct Declared(TrackerClient);

impl Declared {
    /// Over the default transport, as it is.
    pub fn by_default(base: &str) -> Self {
        Self::signed_in(TrackerClient::builder(base).build().unwrap())
    }

    /// Over the default transport, with one protocol.
    pub fn over_reqwest(base: &str, protocol: Protocol) -> Self {
        if protocol == Protocol::Http1 {
            return Self::by_default(base);
        }
        let transport = HttpTransport::new(move |http| configured(http, protocol));
        Self::signed_in(TrackerClient::builder(base).transport(transport).build().unwrap())
    }

    pub fn over_hyper_util(base: &str, protocol: Protocol) -> Self {
        let transport = ServiceTransport::new(hyper_util_client(protocol));
        Self::signed_in(TrackerClient::builder(base).transport(transport).build().unwrap())
    }

    pub fn over_lean(base: &str) -> Self {
        let transport = LeanTransport::default();
        Self::signed_in(TrackerClient::builder(base).transport(transport).build().unwrap())
    }

    fn signed_in(tracker: TrackerClient) -> Self {
        tracker.session().sign_in(Tokens::new(token()).refresh_token("a refresh token")).unwrap();
        Self(tracker)
    }

    pub async fn issue(&self, number: u32) -> u64 {
        self.0.issue(OWNER, number, FIELDS).await.unwrap().id
    }

    /// Reads an answer of so many bytes piece by piece. Returns its length.
    pub async fn pieces(&self, bytes: u64) -> u64 {
        let mut pieces = self.0.blob_in_pieces(bytes).await.unwrap();
        let mut length = 0;
        while let Some(piece) = pieces.next().await {
            length += piece.unwrap().len() as u64;
        }
        length
    }
}

impl Load for Declared {
    async fn issue(&self, number: u32) -> u64 {
        self.issue(number).await
    }

    async fn blob(&self, bytes: u64) -> u64 {
        self.0.blob(bytes).await.unwrap().len() as u64
    }
}

pub fn run_by_default(base: &str, calls: u32) -> u64 {
    run(calls, || Declared::by_default(base))
}

pub fn run_over_hyper_util(base: &str, calls: u32) -> u64 {
    run(calls, || Declared::over_hyper_util(base, Protocol::Http1))
}

pub fn run_over_lean(base: &str, calls: u32) -> u64 {
    run(calls, || Declared::over_lean(base))
}

fn run(calls: u32, client: impl FnOnce() -> Declared) -> u64 {
    on_one_thread(async {
        let client = client();
        sum(calls, |number| client.issue(number)).await
    })
}

/// Returns the bytes of a call, and of its future, which is on the heap.
pub fn sizes() -> (usize, usize) {
    let tracker = TrackerClient::new("http://localhost").unwrap();
    let call = tracker.issue(OWNER, 7, "id");
    (size_of_val(&call), size_of_val(&*call.response().into_future()))
}
