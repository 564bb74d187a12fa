//! What a server sends behind a body.

use std::convert::Infallible;

use bytes::Bytes;
use http::HeaderMap;
use http_body_util::{BodyExt, Full};
use sdk_runtime::body::RequestBody;
use sdk_runtime::{ByteStream, Result, ServiceTransport, api_client};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tower::service_fn;

#[api_client(auth = none)]
trait Files {
    #[get("/f")]
    async fn bytes(&self) -> Result<ByteStream>;
    #[get("/f")]
    async fn text(&self) -> Result<String>;
}

/// Returns the pieces of the stream, and the checksum behind them.
async fn read(mut stream: ByteStream) -> (String, Option<String>) {
    let mut text = String::new();
    while let Some(piece) = stream.next().await {
        assert!(stream.trailers().is_none(), "the body goes on");
        text.push_str(std::str::from_utf8(&piece.unwrap()).unwrap());
    }
    let checksum = stream.trailers().and_then(|trailers| trailers.get("x-checksum"));
    (text, checksum.map(|it| it.to_str().unwrap().to_owned()))
}

#[tokio::test]
async fn trailers_are_there_at_the_end_of_a_stream() {
    for checksum in [None, Some("7")] {
        let service = service_fn(move |_: http::Request<RequestBody>| async move {
            let trailers = checksum
                .map(|it| HeaderMap::from_iter([("x-checksum".parse().unwrap(), it.parse().unwrap())]));
            let body = Full::new(Bytes::from("abc")).with_trailers(async move { trailers.map(Ok) });
            Ok::<_, Infallible>(http::Response::new(body))
        });
        let builder = FilesClient::builder("http://localhost").transport(ServiceTransport::new(service));
        let client = builder.build().unwrap();
        let read = read(client.bytes().on_download(|_, _| {}).await.unwrap()).await;
        assert_eq!(read, ("abc".to_owned(), checksum.map(str::to_owned)));
        assert_eq!(client.text().await.unwrap(), "abc", "they are no part of a body");
    }
}

#[tokio::test]
async fn trailers_come_over_http_1() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        assert!(connection.read(&mut [0; 4096]).await.unwrap() > 0);
        let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x-checksum\r\n\r\n";
        let answer = format!("{head}3\r\nabc\r\n0\r\nx-checksum: 7\r\n\r\n");
        connection.write_all(answer.as_bytes()).await.unwrap();
        drop(connection.read(&mut [0; 1]).await);
    });
    let stream = FilesClient::new(url).unwrap().bytes().await.unwrap();
    assert_eq!(read(stream).await, ("abc".to_owned(), Some("7".to_owned())));
}
