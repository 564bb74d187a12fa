//! Requests whose answers may be compressed: those that set no `accept-encoding`.

use sdk_runtime::ServiceTransport;
use sdk_testkit::{Backend, Reply};

use crate::coded::{CodedClient, answering, encoded, in_memory};

fn asked(backend: &Backend) -> Option<String> {
    backend.last().unwrap().header("accept-encoding").map(str::to_owned)
}

#[tokio::test]
async fn what_can_be_decoded_is_asked_for() {
    let backend = answering(Reply::empty());
    let server = backend.serve().await.unwrap();
    for client in [in_memory(&backend), CodedClient::new(server.url()).unwrap()] {
        client.full().await.unwrap();
        assert_eq!(asked(&backend).as_deref(), Some("gzip, br, zstd, deflate"));
        client.head().await.unwrap();
        assert_eq!(asked(&backend).as_deref(), Some("gzip, br, zstd, deflate"));
    }
}

#[tokio::test]
async fn a_caller_that_sets_accept_encoding_gets_the_body_as_sent() {
    let body = encoded("gzip", "text").await;
    let reply = Reply::bytes(body.clone()).header("content-encoding", "gzip");
    let backend = answering(reply);
    let server = backend.serve().await.unwrap();
    let memory =
        || CodedClient::builder("http://localhost").transport(ServiceTransport::new(backend.clone()));
    let socket = || CodedClient::builder(server.url());
    for (client, own) in [
        (memory().build().unwrap(), memory().header("accept-encoding", "br").build().unwrap()),
        (socket().build().unwrap(), socket().header("accept-encoding", "br").build().unwrap()),
    ] {
        for (call, wanted) in [
            (client.declared(), Some("gzip")),
            (client.full().header("accept-encoding", "identity"), Some("identity")),
            (own.full(), Some("br")),
            (client.part("bytes=0-9"), None),
        ] {
            let answer = call.await.unwrap();
            assert_eq!(asked(&backend).as_deref(), wanted);
            assert_eq!(answer.headers()["content-encoding"], "gzip", "{wanted:?}");
            assert_eq!(answer.headers()["content-length"].to_str().unwrap(), body.len().to_string());
            assert_eq!(*answer.value(), body, "{wanted:?}");
        }
    }
}

#[tokio::test]
async fn a_redirect_asks_again() {
    let backend = Backend::new().reply("GET", "/x", Reply::redirect("/y")).reply(
        "GET",
        "/y",
        Reply::bytes(encoded("br", "there").await).header("content-encoding", "br"),
    );
    assert_eq!(in_memory(&backend).text().await.unwrap(), "there");
    assert_eq!(asked(&backend).as_deref(), Some("gzip, br, zstd, deflate"));
}
