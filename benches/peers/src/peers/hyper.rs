//! hyper alone: one connection, without a pool.

use bytes::Bytes;
use http::Request;
use http::header::{ACCEPT, AUTHORIZATION, HOST};
use http_body_util::{BodyExt, Empty};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::subject::{Issue, on_one_thread, target, token};

pub fn run(base: &str, calls: u32) -> u64 {
    on_one_thread(async {
        let (authority, path) = base.trim_start_matches("http://").split_once('/').unwrap();
        let stream = TcpStream::connect(authority).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream));
        let (mut sender, connection) = handshake.await.unwrap();
        tokio::spawn(connection);
        let (token, path) = (token(), format!("/{path}"));
        let mut sum = 0;
        for number in 0..calls {
            let request = Request::get(target(&path, number))
                .header(HOST, authority)
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
