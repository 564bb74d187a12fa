//! Answers that are read while they arrive.

use bytes::Bytes;
use sdk_runtime::stream::ByteStream;

use crate::api::{client, served};

async fn whole(mut stream: ByteStream) -> Bytes {
    let mut all = Vec::new();
    while let Some(piece) = stream.next().await {
        all.extend_from_slice(&piece.unwrap());
    }
    all.into()
}

#[tokio::test]
#[ignore = "needs python3"]
async fn each_line_arrives_once_and_in_order() {
    for count in [1, 20, 100] {
        let mut lines = client().lines(count).await.unwrap();
        let mut next = 0;
        while let Some(line) = lines.next().await {
            let line = line.unwrap();
            assert_eq!((line.id, line.url), (next, format!("{}/stream/{count}", served().url())));
            next += 1;
        }
        assert_eq!(next, count);
    }
    assert!(client().lines(0).await.unwrap().next().await.is_none());
}

#[tokio::test]
#[ignore = "needs python3"]
async fn streamed_bytes_are_the_same_in_pieces_of_any_size() {
    let client = client();
    for (count, size) in [(0, 1), (1, 1), (100, 1), (1000, 7), (100_000, 10_000), (102_400, 102_400)] {
        let streamed = whole(client.stream_bytes(count, 7, size).await.unwrap()).await;
        assert_eq!(streamed.len(), count as usize, "in pieces of {size}");
    }
}

#[tokio::test]
#[ignore = "needs python3"]
async fn a_drip_is_whole() {
    let streamed = whole(client().drip(1000, 0, 200).await.unwrap()).await;
    assert_eq!(streamed, "*".repeat(1000));
    let error = client().drip(10, 0, 503).await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(503));
}

#[tokio::test]
#[ignore = "needs python3"]
async fn a_stream_is_read_before_its_end_and_can_be_dropped() {
    let client = client();
    // The server would need two minutes for the rest.
    let mut stream = client.drip(120, 120, 200).await.unwrap();
    let first = stream.next().await.unwrap().unwrap();
    assert!(!first.is_empty() && first.len() < 120, "{first:?}");
    drop(stream);
    assert_eq!(client.get("after", &[]).await.unwrap().method, "GET");
}
