//! Bodies that are read while they arrive: each piece can be read before the next is sent.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use http_body::Frame;
use http_body_util::BodyExt;
use sdk_runtime::{
    Bytes, Error,
    error::TransportErrorKind,
    transport::{ResponseBody, Transport, TransportFuture, TransportRequest},
};
use tokio::sync::mpsc;

use crate::coded::{CODINGS, CodedClient, Event, pieces};

/// A body whose pieces come when the test sends them.
struct Fed(mpsc::UnboundedReceiver<Bytes>);

impl http_body::Body for Fed {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(cx).map(|piece| piece.map(|piece| Ok(Frame::data(piece))))
    }
}

/// A transport whose one answer has this body.
struct Feed(&'static str, Arc<Mutex<Option<Fed>>>);

impl Transport for Feed {
    fn send(&self, _: TransportRequest) -> TransportFuture {
        let body = self.1.lock().unwrap().take().unwrap().map_err(|never| match never {});
        let answer = http::Response::builder()
            .header("content-encoding", self.0)
            .header("content-type", "text/event-stream")
            .body(ResponseBody::new(body))
            .unwrap();
        Box::pin(std::future::ready(Ok(answer)))
    }
}

fn feed(name: &'static str) -> (mpsc::UnboundedSender<Bytes>, CodedClient) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let transport = Feed(name, Arc::new(Mutex::new(Some(Fed(receiver)))));
    let client = CodedClient::builder("http://localhost").transport(transport).build().unwrap();
    (sender, client)
}

#[tokio::test]
async fn a_piece_can_be_read_before_the_next_is_sent() {
    for (name, coding) in CODINGS {
        let (sender, client) = feed(name);
        let mut written = pieces(coding, &["one", "two", "three"]).await.into_iter();
        let mut bytes = client.bytes().await.unwrap();
        assert!(!bytes.head().headers().contains_key("content-encoding"));
        for piece in ["one", "two", "three"] {
            sender.send(written.next().unwrap().into()).unwrap();
            assert_eq!(bytes.next().await.unwrap().unwrap(), piece, "{name}");
        }
        sender.send(written.next().unwrap().into()).unwrap();
        drop(sender);
        assert!(bytes.next().await.is_none(), "{name}");
    }
}

#[tokio::test]
async fn events_and_lines_come_one_by_one() {
    for (name, coding) in CODINGS {
        let (sender, client) = feed(name);
        let mut written = pieces(coding, &["data: {\"n\":1}\n\n", "data: {\"n\":2}\n\n"]).await.into_iter();
        let mut events = client.events().await.unwrap();
        for n in [1, 2] {
            // Each byte on its own.
            for byte in written.next().unwrap() {
                sender.send(vec![byte].into()).unwrap();
            }
            assert_eq!(events.next().await.unwrap().unwrap(), Event { n }, "{name}");
        }
        // Without the end of the coding.
        drop(sender);
        let error = events.next().await.unwrap().unwrap_err();
        // Bare deflate looks like anything.
        let kind = if coding == "raw" { TransportErrorKind::Encoding } else { TransportErrorKind::Body };
        assert!(matches!(&error, Error::Transport(error) if error.kind() == kind), "{name}: {error:?}");
        assert!(events.next().await.is_none(), "{name}");

        let (sender, client) = feed(name);
        let mut written = pieces(coding, &["{\"n\":1}\n", "{\"n\":2}\n"]).await.into_iter();
        let mut lines = client.lines().await.unwrap();
        for n in [1, 2] {
            sender.send(written.next().unwrap().into()).unwrap();
            assert_eq!(lines.next().await.unwrap().unwrap(), Event { n }, "{name}");
        }
        sender.send(written.next().unwrap().into()).unwrap();
        drop(sender);
        assert!(lines.next().await.is_none(), "{name}");
    }
}
