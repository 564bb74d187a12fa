//! Requests that the server provably has not looked at: sent again at once, without a retry.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use http_body_util::BodyExt;
use sdk_runtime::__private::{Call, ClientBuilder, Endpoint, body};
use sdk_runtime::{
    ByteStream, Error,
    body::{BodyStream, IntoBody},
    error::{TransportError, TransportErrorKind},
    transport::{Transport, TransportFuture, TransportRequest},
};
use sdk_testkit::{Backend, Reply};

use crate::support::{Api, Faulty, decoder, endpoint, tokens_of};

fn it(method: &'static str) -> &'static Endpoint {
    endpoint(Endpoint::new("Api::it", method, "/it"))
}

fn api(transport: impl Transport) -> Api {
    let api: Api = ClientBuilder::new("http://localhost").transport(transport).build().unwrap();
    api.session().sign_in(tokens_of("ann")).unwrap();
    api
}

/// With each method: it is the first time for the server.
#[tokio::test(start_paused = true)]
async fn what_the_server_did_not_take_is_sent_again_twice_at_most() {
    use TransportErrorKind::{Connect, NotSent, Request};
    for method in ["GET", "POST", "PATCH"] {
        for (kind, faults, sends, is_ok) in [
            (NotSent, 0, 1, true),
            (NotSent, 1, 2, true),
            (NotSent, 2, 3, true),
            (NotSent, 3, 3, false),
            (NotSent, usize::MAX, 3, false),
            (Connect, 1, 1, false),
            (Request, 1, 1, false),
        ] {
            let backend = Backend::new().reply(method, "/it", Reply::text("done"));
            let count = Arc::new(AtomicUsize::new(0));
            let api = api(Faulty { backend, kind, faults, sends: count.clone() });
            let outcome = api.call(it(method)).await;
            let case = format!("{method} {kind:?} {faults}");
            assert_eq!((count.load(Ordering::SeqCst), outcome.is_ok()), (sends, is_ok), "{case}");
            if let Err(error) = outcome {
                let Error::Transport(error) = error else { panic!("{case}: {error:?}") };
                assert_eq!((error.kind(), error.may_have_arrived()), (kind, kind == Request), "{case}");
            }
        }
    }
}

/// Of what a redirect led to, the request it was made of has arrived.
#[tokio::test(start_paused = true)]
async fn behind_a_redirect_something_has_arrived_all_the_same() {
    struct Second(Backend, AtomicUsize);

    impl Transport for Second {
        fn send(&self, request: TransportRequest) -> TransportFuture {
            assert!(self.1.fetch_add(1, Ordering::SeqCst) < 20, "it is sent without end");
            if request.url.path() == "/to" {
                return Box::pin(async {
                    Err(TransportError::new(TransportErrorKind::Connect, "on purpose"))
                });
            }
            sdk_runtime::ServiceTransport::new(self.0.clone()).send(request)
        }
    }

    let backend = Backend::new().reply("GET", "/it", Reply::redirect("/to"));
    let Err(Error::Transport(error)) = api(Second(backend, AtomicUsize::new(0))).call(it("GET")).await else {
        panic!("no error")
    };
    assert_eq!((error.kind(), error.may_have_arrived()), (TransportErrorKind::Connect, true));
}

/// Takes as much of a body as it is told to, and then none of the request.
struct Reads {
    pieces: usize,
    sends: Arc<Mutex<usize>>,
}

impl Transport for Reads {
    fn send(&self, mut request: TransportRequest) -> TransportFuture {
        let mut sends = self.sends.lock().unwrap();
        *sends += 1;
        assert!(*sends < 20, "it is sent without end");
        drop(sends);
        let pieces = self.pieces;
        Box::pin(async move {
            for _ in 0..pieces {
                let _ = request.body.as_mut().unwrap().frame().await;
            }
            Err(TransportError::new(TransportErrorKind::NotSent, "on purpose"))
        })
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_was_read_is_not_sent_again() {
    for (streamed, pieces, expected) in [(false, 0, 3), (false, 1, 3), (true, 0, 3), (true, 1, 1)] {
        let sends = Arc::new(Mutex::new(0));
        let api = api(Reads { pieces, sends: sends.clone() });
        let mut request = api.0.request(it("PUT"));
        let stream = BodyStream::from_stream(ByteStream::from_iter(["a", "b"]));
        body(&mut request, if streamed { stream.into_body() } else { "ab".into_body() }, None);
        let call: Call<String> = request.finish(decoder!(String));
        assert!(
            matches!(call.await, Err(Error::Transport(error)) if error.kind() == TransportErrorKind::NotSent)
        );
        assert_eq!(*sends.lock().unwrap(), expected, "streamed: {streamed}, read: {pieces}");
    }
}
