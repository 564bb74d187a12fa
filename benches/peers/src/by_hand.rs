//! The call written by hand.

use bytes::Bytes;
use http::Request;
use http::header::{ACCEPT, AUTHORIZATION};
use http_body_util::{BodyExt, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::net::TcpStream;

use crate::subject::{Issue, OWNER, on_one_thread, token};

/// A connection of hyper, without a pool.
pub fn hyper_connection(base: &str, calls: u32) -> u64 {
    on_one_thread(async {
        let authority = base.trim_start_matches("http://").split('/').next().unwrap().to_owned();
        let stream = TcpStream::connect(&authority).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream));
        let (mut sender, connection) = handshake.await.unwrap();
        tokio::spawn(connection);
        let token = token();
        let mut sum = 0;
        for number in 0..calls {
            let request = Request::get(format!("/api/v1/repos/{OWNER}/issues/{number}?fields=id%2Ctitle"))
                .header("host", &authority)
                .header(ACCEPT, "application/json")
                .header(AUTHORIZATION, format!("Bearer {token}"))
                .body(Empty::<Bytes>::new())
                .unwrap();
            sender.ready().await.unwrap();
            let answer = sender.send_request(request).await.unwrap();
            assert!(answer.status().is_success());
            let body = answer.into_body().collect().await.unwrap().to_bytes();
            sum += serde_json::from_slice::<Issue>(&body).unwrap().id;
        }
        sum
    })
}

/// The pooled client of hyper-util.
pub fn hyper_util(base: &str, calls: u32) -> u64 {
    on_one_thread(async {
        let client = Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
        let token = token();
        let mut sum = 0;
        for number in 0..calls {
            let request = Request::get(format!("{base}/repos/{OWNER}/issues/{number}?fields=id%2Ctitle"))
                .header(ACCEPT, "application/json")
                .header(AUTHORIZATION, format!("Bearer {token}"))
                .body(Empty::new())
                .unwrap();
            let answer = client.request(request).await.unwrap();
            assert!(answer.status().is_success());
            let body = answer.into_body().collect().await.unwrap().to_bytes();
            sum += serde_json::from_slice::<Issue>(&body).unwrap().id;
        }
        sum
    })
}

/// As people write it: `format!`, `bearer_auth`, `json`.
pub fn reqwest_plain(base: &str, calls: u32) -> u64 {
    on_one_thread(async {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let token = token();
        let mut sum = 0;
        for number in 0..calls {
            let owner = utf8_percent_encode(OWNER, NON_ALPHANUMERIC);
            let issue: Issue = client
                .get(format!("{base}/repos/{owner}/issues/{number}?fields=id%2Ctitle"))
                .bearer_auth(&token)
                .header(ACCEPT, "application/json")
                .send()
                .await
                .unwrap()
                .error_for_status()
                .unwrap()
                .json()
                .await
                .unwrap();
            sum += issue.id;
        }
        sum
    })
}

/// With what a declared call has: the query by serde, and a timeout.
pub fn reqwest_with_query_and_timeout(base: &str, calls: u32) -> u64 {
    on_one_thread(async {
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(std::time::Duration::from_secs(30))
            .build()
            .unwrap();
        let token = token();
        let mut sum = 0;
        for number in 0..calls {
            let owner = utf8_percent_encode(OWNER, NON_ALPHANUMERIC);
            let issue: Issue = client
                .get(format!("{base}/repos/{owner}/issues/{number}"))
                .query(&[("fields", "id,title")])
                .bearer_auth(&token)
                .header(ACCEPT, "application/json")
                .send()
                .await
                .unwrap()
                .error_for_status()
                .unwrap()
                .json()
                .await
                .unwrap();
            sum += issue.id;
        }
        sum
    })
}
