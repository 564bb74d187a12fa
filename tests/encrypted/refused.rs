//! Requests that the server provably did not process are sent again, with every method; others are not.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sdk_runtime::{
    Body, Error, Tokens,
    error::{TransportErrorKind, UnavailableCause},
};

use crate::api::{ApiClient, client, in_time, trusting};
use crate::network::Network;
use crate::support::authority::Authority;
use crate::support::frames::{ENHANCE_YOUR_CALM, Frames, INTERNAL_ERROR, NO_ERROR, REFUSED_STREAM};
use crate::support::server::{Server, Setup};

/// How a request is turned down.
#[derive(Clone, Copy, Debug)]
enum No {
    Reset(u32),
    /// By GOAWAY, with the last stream that was looked at: none, or this one.
    GoAway {
        includes: bool,
        code: u32,
    },
}

/// A server that turns the first `times` requests down, and how many have come.
async fn turning_down(authority: &Authority, no: No, times: usize) -> (Server, Arc<AtomicUsize>) {
    let requests = Arc::new(AtomicUsize::new(0));
    let counted = requests.clone();
    let server = Server::start(Setup::h2(authority), move |connection| {
        let requests = counted.clone();
        async move {
            let Ok(mut frames) = Frames::begin(connection).await else { return };
            while let Ok(stream) = frames.request().await {
                if requests.fetch_add(1, Ordering::SeqCst) >= times {
                    frames.answer(stream, &[], "1").await.unwrap();
                    continue;
                }
                match no {
                    No::Reset(code) => frames.reset(stream, code).await.unwrap(),
                    No::GoAway { includes, code } => {
                        return frames.go_away(if includes { stream } else { 0 }, code).await.unwrap();
                    }
                }
            }
        }
    });
    (server.await, requests)
}

const UNSEEN: [No; 2] = [No::Reset(REFUSED_STREAM), No::GoAway { includes: false, code: NO_ERROR }];

#[tokio::test]
async fn it_goes_out_again_with_a_file_and_without_idempotency() {
    let file = std::env::temp_dir().join(format!("refused-{}", std::process::id()));
    std::fs::write(&file, [b'x'; 20_000]).unwrap();
    let authority = Authority::new();
    for no in UNSEEN {
        for upload in [true, false] {
            let (server, requests) = turning_down(&authority, no, 1).await;
            let client = client(&server.url(), &authority).bearer("token").build().unwrap();
            match upload {
                true => in_time(client.upload(1, Body::file(&file))).await.unwrap(),
                false => assert_eq!(in_time(client.create("title")).await.unwrap(), 1),
            }
            assert_eq!(requests.load(Ordering::SeqCst), 2, "{no:?}");
        }
    }
    std::fs::remove_file(file).unwrap();
}

#[tokio::test]
async fn what_is_turned_down_again_and_again_was_not_sent() {
    let authority = Authority::new();
    for no in UNSEEN {
        // Three at once, and as many for each time that the client tries again, which it does for what is
        // idempotent.
        for (creates, retry, sends) in [(true, 0, 3), (true, 1, 3), (false, 1, 6)] {
            let (server, requests) = turning_down(&authority, no, usize::MAX).await;
            let client = client(&server.url(), &authority).bearer("token").retry(retry).build().unwrap();
            let call = if creates { client.create("title") } else { client.issue(1) };
            let Err(Error::Transport(error)) = in_time(call).await else { panic!("{no:?}") };
            assert_eq!(
                (error.kind(), error.may_have_arrived()),
                (TransportErrorKind::NotSent, false),
                "{error}"
            );
            assert_eq!(requests.load(Ordering::SeqCst), sends, "{no:?}");
        }
    }
}

#[tokio::test]
async fn what_may_have_been_looked_at_does_not_go_out_again() {
    let authority = Authority::new();
    let seen = [No::Reset(INTERNAL_ERROR), No::GoAway { includes: true, code: NO_ERROR }];
    for (no, may_have_arrived) in seen
        .map(|no| (no, true))
        // It was not, but the server wants to be left alone.
        .into_iter()
        .chain([(No::GoAway { includes: false, code: ENHANCE_YOUR_CALM }, false)])
    {
        let (server, requests) = turning_down(&authority, no, usize::MAX).await;
        let client = client(&server.url(), &authority).bearer("token").build().unwrap();
        let Err(Error::Transport(error)) = in_time(client.create("title")).await else { panic!("{no:?}") };
        assert_eq!(error.kind(), TransportErrorKind::Request, "{no:?}: {error}");
        assert_eq!(error.may_have_arrived(), may_have_arrived, "{no:?}: {error}");
        assert_eq!(requests.load(Ordering::SeqCst), 1, "{no:?}");
    }
}

/// In TLS 1.3 the server finds it out after the client has sent its request.
#[tokio::test]
async fn a_request_without_the_certificate_that_the_server_wants_was_not_sent() {
    for protocols in [&["h2"][..], &["http/1.1"]] {
        let authority = Authority::new();
        let tls = authority.server(&authority.issue("localhost", |_| ()), protocols, true);
        let server = Server::start(Setup { tls }, |_| async { unreachable!("there is no handshake") }).await;
        let client = client(&server.url(), &authority).build().unwrap();
        let Err(Error::Transport(error)) = in_time(client.open()).await else { panic!("{protocols:?}") };
        assert_eq!((error.kind(), error.may_have_arrived()), (TransportErrorKind::Tls, false), "{error}");
        assert!(error.to_string().contains("CertificateRequired"), "{error}");

        let before = server.connections();
        client.session().sign_in(Tokens::new("access").refresh_token("r0")).unwrap();
        let Err(Error::RefreshUnavailable(error)) = in_time(client.session().refresh()).await else {
            panic!("{protocols:?}")
        };
        let UnavailableCause::Transport(cause) = error.cause() else { panic!("{error}") };
        assert_eq!((cause.kind(), cause.may_have_arrived()), (TransportErrorKind::Tls, false));
        assert_eq!(server.connections() - before, 1, "it is in no doubt, and is not sent again");
    }
}

#[tokio::test]
async fn a_certificate_that_the_server_does_not_trust_is_told_as_that() {
    let authority = Authority::new();
    let tls = authority.server(&authority.issue("localhost", |_| ()), &["h2"], true);
    let server = Server::start(Setup { tls }, |_| async { unreachable!("there is no handshake") }).await;
    let stranger = Authority::new().issue("client", |_| ()).pem();
    let network = Network { identity: Some(stranger), ..trusting(&authority) };
    let client = ApiClient::builder(server.url()).transport(network.transport()).build().unwrap();
    let Err(Error::Transport(error)) = in_time(client.open()).await else { panic!("it is not trusted") };
    assert_eq!((error.kind(), error.may_have_arrived()), (TransportErrorKind::Tls, false), "{error}");
}
