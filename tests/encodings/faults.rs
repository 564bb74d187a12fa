//! Bodies that are not in the coding they name, or exceed the limit when they are decoded.

use std::cell::Cell;
use std::convert::Infallible;
use std::future::IntoFuture;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http_body::Frame;
use sdk_runtime::{Bytes, Error, ServiceTransport, error::TransportErrorKind};
use sdk_testkit::Reply;

use crate::broken::{Answer, Broken, End};
use crate::coded::{CODINGS, CodedClient, answering, chain, encoded, in_memory};

fn client(broken: &Broken) -> CodedClient {
    CodedClient::builder("http://localhost").transport(broken.clone()).build().unwrap()
}

fn kind(error: &Error) -> TransportErrorKind {
    match error {
        Error::Transport(error) => error.kind(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_is_not_what_it_says_it_is_is_told_and_not_asked_for_again() {
    for (name, _) in CODINGS {
        for body in ["{\"n\":7}", "<html>no</html>", "x", "\u{1f}\u{8b}"] {
            let backend = answering(Reply::text(body).header("content-encoding", name));
            let server = backend.serve().await.unwrap();
            for client in [in_memory(&backend), CodedClient::new(server.url()).unwrap()] {
                let before = backend.requests().len();
                let error = client.again().await.unwrap_err();
                assert_eq!(kind(&error), TransportErrorKind::Encoding, "{name} {body:?}: {error:?}");
                let name = name.trim_start_matches("x-");
                let text = chain(&error);
                assert!(text.contains(&format!("is not the {name} it says it is")), "{text}");
                assert_eq!(text.matches("it says it is").count(), 1, "told once: {text}");
                assert!(!text.contains("interrupted"), "{text}");
                assert_eq!(backend.requests().len(), before + 1, "{name} {body:?}");
            }
        }
        let backend = answering(Reply::text("no").status(503).header("content-encoding", name));
        let Err(Error::Status(answer)) = in_memory(&backend).text().await else { panic!("{name}") };
        assert_eq!(answer.body_error().unwrap().kind(), TransportErrorKind::Encoding, "{name}");
    }
}

/// At each byte it may be cut at, whether the connection breaks there or the server says that this is all.
#[tokio::test]
async fn what_is_cut_is_an_error_wherever_it_is_cut() {
    for (name, coding) in CODINGS {
        let body = encoded(coding, "The first line.\nThe second line.\n".repeat(20)).await;
        for length in 1..body.len() {
            for end in [End::Whole, End::Cut] {
                let body = Bytes::copy_from_slice(&body[..length]);
                let broken = Broken::new(move |_| {
                    Answer::new(200, body.clone(), end).header("content-encoding", name)
                });
                let error = client(&broken).text().await.expect_err("it was cut");
                let kind = kind(&error);
                assert!(
                    kind == TransportErrorKind::Body
                        || end == End::Whole && kind == TransportErrorKind::Encoding,
                    "{name} {length} {end:?}: {error:?}"
                );
            }
        }
    }
}

#[tokio::test]
async fn what_was_changed_on_its_way_is_an_error() {
    for (name, coding) in CODINGS {
        // brotli and bare deflate have no sum to check.
        if matches!(coding, "br" | "raw" | "zstd") {
            continue;
        }
        let body = encoded(coding, "The first line.").await;
        for at in body.len() - 4..body.len() {
            let mut body = body.clone();
            body[at] ^= 1;
            let backend = answering(Reply::bytes(body).header("content-encoding", name));
            let error = in_memory(&backend).text().await.unwrap_err();
            assert_eq!(kind(&error), TransportErrorKind::Encoding, "{name} {at}");
        }
    }
}

#[tokio::test]
async fn nothing_may_come_behind_the_end() {
    for (name, coding) in CODINGS {
        let mut body = encoded(coding, "The first line.").await;
        body.extend(b"and more");
        let backend = answering(Reply::bytes(body).header("content-encoding", name));
        let error = in_memory(&backend).text().await.unwrap_err();
        assert_eq!(kind(&error), TransportErrorKind::Encoding, "{name}: {error:?}");
    }
}

#[tokio::test]
async fn limits_count_what_is_decoded() {
    for (name, coding) in CODINGS {
        let body = encoded(coding, vec![0; 8 << 20]).await;
        assert!(body.len() < 64 << 10, "{name} is a bomb of {} bytes", body.len());
        // A bomb in a bomb.
        let twice = encoded(coding, &body).await;
        for (names, body) in [(name.to_owned(), body), (format!("{name},{name}"), twice)] {
            let backend = answering(Reply::bytes(body.clone()).header("content-encoding", &names));
            let builder = CodedClient::builder("http://localhost").body_limit(1 << 20);
            let client = builder.transport(ServiceTransport::new(backend.clone())).build().unwrap();
            let Err(Error::BodyTooLarge(error)) = client.text().await else { panic!("{names}") };
            assert_eq!(error.limit(), 1 << 20);
            // As much of an error as of any other is kept, and a line is as long as any other.
            let backend = answering(Reply::bytes(body).status(500).header("content-encoding", &names));
            let Err(Error::Status(answer)) = in_memory(&backend).text().await else { panic!("{names}") };
            assert!(
                answer.body().len() == 64 << 10 && answer.is_truncated() && answer.body_error().is_none()
            );
        }
        let backend = answering(
            Reply::bytes(encoded(coding, vec![b' '; 8 << 20]).await).header("content-encoding", name),
        );
        let mut lines = in_memory(&backend).lines().await.unwrap();
        assert!(matches!(lines.next().await, Some(Err(Error::BodyTooLarge(_)))), "{name}");
    }
}

/// A few bytes of a bomb are work for long: others on the thread have their turn all the while.
#[tokio::test]
async fn what_is_decoded_leaves_time_to_others() {
    const SIZE: usize = 16 << 20;
    for (name, coding) in CODINGS {
        let body = encoded(coding, vec![0; SIZE]).await;
        let backend = answering(Reply::bytes(body).header("content-encoding", name));
        let client = in_memory(&backend);
        let (turns, whole) = (Cell::new(0), client.full().into_future());
        let other = async {
            loop {
                turns.set(turns.get() + 1);
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            whole = whole => assert_eq!(whole.unwrap().value().len(), SIZE),
            () = other => {}
        }
        assert!(turns.get() >= SIZE >> 20, "{name}: {} turns for each of {SIZE} bytes", turns.get());
    }
}

/// RFC 9659: a decoder need not hold more than 8 MiB.
#[tokio::test]
async fn a_zstd_body_cannot_ask_for_all_the_memory() {
    // A frame whose head asks for a window of 128 MiB.
    let body = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x88, 0x01, 0x00, 0x00];
    let backend = answering(Reply::bytes(body.to_vec()).header("content-encoding", "zstd"));
    let error = in_memory(&backend).text().await.unwrap_err();
    assert_eq!(kind(&error), TransportErrorKind::Encoding, "{error:?}");
}

/// A body without an end that decodes to nothing.
#[derive(Clone)]
struct Endless(Bytes);

impl http_body::Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(Some(Ok(Frame::data(self.0.clone()))))
    }
}

/// On one thread: what decodes without end leaves it to the timer, and to others.
#[tokio::test]
async fn what_decodes_to_nothing_for_ever_ends_with_the_call() {
    for (name, coding) in [("gzip", "gzip"), ("zstd", "zstd")] {
        let piece = Bytes::from(encoded(coding, "").await.repeat(1_000));
        let service = tower(move |_| {
            let body = Endless(piece.clone());
            http::Response::builder().header("content-encoding", name).body(body).unwrap()
        });
        let builder = CodedClient::builder("http://localhost").transport(ServiceTransport::new(service));
        let client = builder.build().unwrap();
        let call = client.text().timeout(Duration::from_millis(20));
        assert!(matches!(call.await, Err(Error::Timeout(_))), "{name}");
    }
}

/// A service of one function.
#[derive(Clone)]
struct Answers<F>(F);

fn tower<F>(answer: F) -> Answers<F> {
    Answers(answer)
}

impl<F, R, B> tower_service::Service<http::Request<R>> for Answers<F>
where
    F: Fn(http::Request<R>) -> http::Response<B>,
{
    type Response = http::Response<B>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<http::Response<B>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<R>) -> Self::Future {
        std::future::ready(Ok((self.0)(request)))
    }
}
