//! Decoded bodies as callers see them.

use sdk_runtime::{Error, Result};
use sdk_testkit::Reply;

use crate::coded::{CODINGS, CodedClient, CreateError, Event, answering, encoded, in_memory};

/// By other programs: CPython's zlib and gzip, and zstd's own.
const OF_OTHERS: [(&str, &str); 4] = [
    ("gzip", "1f8b0800000000000203ab56ca53b232af0500f89c118207000000"),
    ("deflate", "789cab56ca53b232af05000877021c"),
    ("deflate", "ab56ca53b232af0500"),
    ("zstd", "28b52ffd04583900007b226e223a377d95144714"),
];

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

#[tokio::test]
async fn each_coding_is_decoded_by_each_transport() {
    let text = "A line of it.\n".repeat(10_000);
    for (name, coding) in CODINGS {
        for name in
            [name.to_owned(), name.to_uppercase(), format!(" {name} , identity"), format!("identity,{name}")]
        {
            let body = encoded(coding, &text).await;
            let backend =
                answering(Reply::bytes(body).header("content-encoding", &name).header("etag", "\"1\""));
            let server = backend.serve().await.unwrap();
            for client in [in_memory(&backend), CodedClient::new(server.url()).unwrap()] {
                assert_eq!(client.text().await.unwrap(), text, "{name} {coding}");
                let answer = client.full().await.unwrap();
                assert_eq!(*answer.value(), text);
                assert!(!answer.headers().contains_key("content-encoding"));
                assert!(!answer.headers().contains_key("content-length"), "that of what was sent");
                assert_eq!(answer.headers()["etag"], "\"1\"");
            }
        }
    }
}

#[tokio::test]
async fn what_other_programs_have_compressed_is_read() {
    for (name, hex) in OF_OTHERS {
        let backend = answering(Reply::bytes(bytes(hex)).header("content-encoding", name));
        assert_eq!(in_memory(&backend).json().await.unwrap(), Event { n: 7 }, "{name}");
    }
}

#[tokio::test]
async fn several_codings_are_undone_in_reverse() {
    let inner = encoded("gzip", "text").await;
    let body = encoded("br", &inner).await;
    let reply = Reply::bytes(body.clone());
    for reply in [
        reply.clone().header("content-encoding", "gzip, br"),
        reply.clone().header("content-encoding", "X-GZip,, ,BR"),
        reply.clone().append_header("content-encoding", "gzip").append_header("content-encoding", "br"),
    ] {
        assert_eq!(in_memory(&answering(reply)).text().await.unwrap(), "text");
    }
    // An unknown coding leaves the body as it is, and so do more codings than any server applies.
    for names in ["compress", "gzip, compress", "compress, gzip", "gzip,gzip,gzip,gzip,gzip", "gzip; q=1"] {
        let reply = reply.clone().header("content-encoding", names);
        let answer = in_memory(&answering(reply)).full().await.unwrap();
        assert_eq!(
            (answer.headers()["content-encoding"].to_str().unwrap(), answer.value()),
            (names, &body.clone().into())
        );
    }
    let names = reply.header("content-encoding", "compress");
    let error = in_memory(&answering(names)).json().await.unwrap_err();
    assert!(error.to_string().contains("compress"), "{error}");
}

#[tokio::test]
async fn every_member_is_read() {
    for coding in ["gzip", "zstd"] {
        let parts = ["one ", "", "two ", "three"];
        let mut body = Vec::new();
        for part in parts {
            body.extend(encoded(coding, part).await);
        }
        let backend = answering(Reply::bytes(body).header("content-encoding", coding));
        let server = backend.serve().await.unwrap();
        for client in [in_memory(&backend), CodedClient::new(server.url()).unwrap()] {
            assert_eq!(client.text().await.unwrap(), "one two three", "{coding}");
        }
    }
}

#[tokio::test]
async fn what_has_no_body_is_not_decoded() {
    for (name, _) in CODINGS {
        for (status, text) in [(200, Ok("")), (404, Err(404)), (304, Err(304)), (500, Err(500))] {
            let backend = answering(Reply::empty().status(status).header("content-encoding", name));
            let server = backend.serve().await.unwrap();
            for client in [in_memory(&backend), CodedClient::new(server.url()).unwrap()] {
                let outcome: Result<String> = client.text().await;
                let got = outcome.as_deref().map_err(|error| error.status().unwrap().as_u16());
                assert_eq!(got, text, "{name} {status}");
                if let Err(error) = outcome {
                    assert!(error.response().unwrap().body_error().is_none(), "{name} {status}");
                }
            }
        }
        let backend = answering(Reply::empty().header("content-encoding", name));
        assert!(in_memory(&backend).perhaps().await.unwrap().is_none(), "204");
        let backend = answering(Reply::bytes("0123456789").header("content-encoding", name));
        let server = backend.serve().await.unwrap();
        for client in [in_memory(&backend), CodedClient::new(server.url()).unwrap()] {
            let head = client.head().await.unwrap();
            assert_eq!(head.headers()["content-encoding"], name, "of what a GET would get");
        }
    }
}

#[tokio::test]
async fn what_an_error_says_is_decoded_too() {
    for (name, coding) in CODINGS {
        let body = encoded(coding, r#"{"n":7,"title":"taken"}"#).await;
        let backend = answering(Reply::bytes(body).status(409).header("content-encoding", name));
        let client = in_memory(&backend);
        assert!(matches!(client.typed().await, Err(CreateError::Duplicate(Event { n: 7 }))), "{name}");
        let Err(Error::Status(answer)) = client.text().await else { panic!("{name}") };
        assert_eq!((answer.message(), answer.is_truncated()), (Some("taken"), false), "{name}");
    }
}

/// Answers that are read to their end leave their connection to the next call.
#[tokio::test]
async fn a_connection_is_used_again() {
    for (name, coding) in CODINGS {
        let backend = answering(
            Reply::bytes(encoded(coding, "x".repeat(32 << 10)).await).header("content-encoding", name),
        );
        let server = backend.serve().await.unwrap();
        let client = CodedClient::new(server.url()).unwrap();
        for _ in 0..20 {
            client.text().await.unwrap();
        }
        assert!(server.connections() < 10, "{name}: {server:?}");
    }
}
