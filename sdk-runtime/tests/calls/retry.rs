//! Retries of failures that may pass, counted at the server, and the key that makes them safe.

use std::future::IntoFuture;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sdk_runtime::__private::{Call, ClientBuilder, Endpoint, body};
use sdk_runtime::{
    ByteStream, CancellationToken, Error, Head, Refusal, TokenResponse, Tokens,
    body::{BodyStream, IntoBody},
    error::TransportErrorKind,
    response::{BufferedResponse, FromResponse},
};
use sdk_testkit::{Backend, Reply};
use tokio::time::Instant;

use crate::support::{Api, Faulty, client, decoder, endpoint, headers, script, tokens_of};

/// More than any of these calls takes, so that one which is repeated without end ends here.
const HOUR: Duration = Duration::from_secs(3600);

const fn it(method: &'static str) -> Endpoint {
    Endpoint::new("Api::it", method, "/it")
}

fn status(status: u16) -> Reply {
    Reply::empty().status(status)
}

#[tokio::test(start_paused = true)]
async fn a_transient_answer_is_asked_for_again_where_that_is_safe() {
    const KEY: &str = "idempotency-key";
    // The endpoint, the client's default, the call's own; what the server answers, and how often it is asked.
    for (case, endpoint_of, default, own, answer, sends) in [
        ("nothing said", it("GET"), 0, None, 503, 1),
        ("declared", it("GET").retry(2), 0, None, 503, 3),
        ("default", it("GET"), 1, None, 503, 2),
        ("declared never", it("GET").retry(0), 3, None, 503, 1),
        ("declared wins", it("GET").retry(1), 3, None, 503, 2),
        ("call wins", it("GET").retry(1), 3, Some(2), 503, 3),
        ("call says never", it("GET").retry(1), 3, Some(0), 503, 1),
        ("PUT", it("PUT").retry(1), 0, None, 503, 2),
        ("DELETE", it("DELETE"), 1, None, 503, 2),
        ("HEAD", it("HEAD"), 1, None, 503, 2),
        ("OPTIONS", it("OPTIONS"), 1, None, 503, 2),
        ("TRACE", it("TRACE"), 1, None, 503, 2),
        ("PATCH by default", it("PATCH"), 3, None, 503, 1),
        ("POST by default", it("POST"), 3, None, 503, 1),
        ("POST with a key", it("POST").retry(3).idempotent(KEY), 0, None, 503, 4),
        ("POST with a key by default", it("POST").idempotent(KEY), 2, None, 503, 3),
        ("408", it("GET").retry(1), 0, None, 408, 2),
        ("429", it("GET").retry(1), 0, None, 429, 2),
        ("500", it("GET").retry(1), 0, None, 500, 2),
        ("502", it("GET").retry(1), 0, None, 502, 2),
        ("504", it("GET").retry(1), 0, None, 504, 2),
        ("407", it("GET").retry(1), 0, None, 407, 1),
        ("409", it("GET").retry(1), 0, None, 409, 1),
        ("501", it("GET").retry(1), 0, None, 501, 1),
        ("505", it("GET").retry(1), 0, None, 505, 1),
        ("404", it("GET").retry(1), 0, None, 404, 1),
        ("425", it("GET").retry(1), 0, None, 425, 1),
    ] {
        let endpoint = endpoint(endpoint_of);
        let backend = Backend::new().reply(endpoint.method(), "/it", status(answer));
        let api = client(&backend, |builder| builder.retry(default).timeout(HOUR));
        let call = api.call(endpoint);
        let call = match own {
            Some(times) => call.retry(times),
            None => call,
        };
        let error = call.await.unwrap_err();
        assert_eq!(error.status().map(|status| status.as_u16()), Some(answer), "{case}: as it is");
        assert_eq!(backend.requests().len(), sends, "{case}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_broken_connection_is_had_again_where_the_server_may_see_the_request_twice() {
    use TransportErrorKind::{Body, Connect, Redirect, Request};
    for (method, kind, sends) in [
        ("GET", Connect, 2),
        ("GET", Request, 2),
        ("GET", Body, 2),
        ("GET", Redirect, 1),
        ("POST", Connect, 1),
        ("POST", Request, 1),
        ("POST", Body, 1),
    ] {
        let backend = Backend::new().reply(method, "/it", Reply::text("done"));
        let count = Arc::new(AtomicUsize::new(0));
        let faulty = Faulty { backend, kind, faults: 1, sends: count.clone() };
        let builder = ClientBuilder::new("http://localhost").retry(3).transport(faulty);
        let api: Api = builder.build().unwrap();
        api.session().sign_in(tokens_of("ann")).unwrap();
        let outcome = api.call(endpoint(it(method))).await;
        assert_eq!(count.load(Ordering::SeqCst), sends, "{method} {kind:?}");
        assert_eq!(outcome.is_ok(), sends > 1, "{method} {kind:?}");
    }
}

/// Even where nothing of it was read: a stream is for one send.
#[tokio::test(start_paused = true)]
async fn a_body_that_is_a_stream_is_sent_once() {
    let stream = || BodyStream::from_stream(ByteStream::from_iter(["contents"]));
    // What is declared, what the call says, and how often it is sent; `None` for a call that says that it
    // cannot be.
    for (declared, own, streamed, sends) in [
        (it("PUT"), None, true, Some(1)),
        (it("PUT"), None, false, Some(2)),
        (it("PUT").retry(2), None, false, Some(3)),
        (it("PUT").retry(2), None, true, None),
        (it("PUT"), Some(1), true, None),
        (it("PUT").retry(2), Some(0), true, Some(1)),
        (it("PUT").retry(0), None, true, Some(1)),
    ] {
        let backend = Backend::new().reply("PUT", "/it", status(503));
        let api = client(&backend, |builder| builder.retry(1));
        let mut request = api.0.request(endpoint(declared));
        body(&mut request, if streamed { stream().into_body() } else { "contents".into_body() }, None);
        let mut call: Call<String> = request.finish(decoder!(String));
        if let Some(times) = own {
            call = call.retry(times);
        }
        assert_eq!(call.request().is_ok(), sends.is_some(), "the preview says the same");
        let error = call.await.unwrap_err();
        assert_eq!(backend.requests().len(), sends.unwrap_or(0), "{own:?}, streamed: {streamed}");
        match sends {
            Some(_) => assert_eq!(error.status().unwrap(), 503),
            None => {
                assert!(matches!(&error, Error::InvalidRequest(it) if it.argument() == "retry"), "{error}");
            }
        }
    }
}

/// The key stays behind when a redirect leads to another origin, and without it each attempt is another
/// request there.
#[tokio::test(start_paused = true)]
async fn what_only_a_key_makes_safe_is_not_repeated_where_the_key_did_not_go() {
    const AWAY: &str = "http://127.0.0.1/elsewhere";
    let keyed = |method| endpoint(it(method).idempotent("x-key").retry(2));
    for (case, declared, redirects, sends) in [
        ("by its key, here", keyed("POST"), vec![("/elsewhere", 307)], 6),
        ("by its key, away", keyed("POST"), vec![(AWAY, 307)], 2),
        ("by its key, and back", keyed("POST"), vec![(AWAY, 307), ("http://localhost/back", 307)], 3),
        ("read where it was sent to", keyed("POST"), vec![(AWAY, 307), ("/read", 303)], 3),
        ("to read away", keyed("POST"), vec![(AWAY, 303)], 6),
        ("by its method, away", keyed("PUT"), vec![(AWAY, 307)], 6),
    ] {
        for last in [status(503), Reply::reset()] {
            let backend = Backend::new();
            let mut from = "/it".to_owned();
            for (to, status) in &redirects {
                for method in ["GET", "POST", "PUT"] {
                    backend.route(method, &from, {
                        let reply = Reply::redirect(to).status(*status);
                        move |_| {
                            let reply = reply.clone();
                            async move { reply }
                        }
                    });
                }
                from = format!("/{}", to.rsplit('/').next().unwrap());
            }
            for method in ["GET", "POST", "PUT"] {
                script(&backend, method, &from, vec![last.clone()]);
            }
            let api = client(&backend, |builder| builder.timeout(HOUR));
            api.call(declared).await.unwrap_err();
            assert_eq!(backend.requests().len(), sends, "{case}, {last:?}");
        }
    }
}

struct Opened(String);

impl TokenResponse for Opened {
    fn tokens(&self, _: &Head) -> Result<Tokens, Refusal> {
        Ok(Tokens::new(self.0.as_str()))
    }
}

impl FromResponse for Opened {
    fn from_response(answer: BufferedResponse) -> Result<Self, Error> {
        String::from_response(answer).map(Self)
    }
}

/// With each method, also where the client repeats all that can be repeated.
#[tokio::test(start_paused = true)]
async fn the_request_of_a_session_endpoint_is_sent_once() {
    for method in ["POST", "GET", "PUT"] {
        for (own, is_refused) in [(None, false), (Some(0), false), (Some(1), true), (Some(u32::MAX), true)] {
            let backend = Backend::new().reply(method, "/it", status(503));
            let api = client(&backend, |builder| builder.retry(3));
            let started: Call<Opened> = api.0.request(endpoint(it(method))).finish_start(decoder!(Opened));
            let ended: Call<()> =
                api.0.request(endpoint(it(method))).finish_end(decoder!(()), |_, _| Some(()));
            let (started, ended) = match own {
                Some(times) => (started.retry(times), ended.retry(times)),
                None => (started, ended),
            };
            for error in [started.await.map(drop).unwrap_err(), ended.await.unwrap_err()] {
                match is_refused {
                    true => {
                        let is_told = matches!(&error, Error::InvalidRequest(it) if it.argument() == "retry");
                        assert!(is_told, "{method} {own:?}: {error:?}");
                    }
                    false => assert_eq!(error.status().unwrap(), 503, "{method} {own:?}"),
                }
            }
            assert_eq!(backend.requests().len(), if is_refused { 0 } else { 2 }, "{method} {own:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_stays_the_same_over_retries_and_the_replay() {
    let backend = Backend::new().reply("POST", "/refresh", Reply::text("new"));
    script(&backend, "POST", "/it", vec![status(503), status(401), status(503), Reply::text("done")]);
    let api = client(&backend, |builder| builder);
    let endpoint = endpoint(it("POST").idempotent("idempotency-key").retry(2));
    assert_eq!(api.call(endpoint).await.unwrap(), "done");
    let keys = headers(&backend, "/it", "idempotency-key");
    assert_eq!(keys.len(), 4);
    assert!(keys[0].is_some() && keys.iter().all(|key| *key == keys[0]), "{keys:?}");
    let signed = headers(&backend, "/it", "authorization");
    assert_eq!(signed[3].as_deref(), Some("Bearer new"));

    api.call(endpoint).await.unwrap();
    assert_ne!(headers(&backend, "/it", "idempotency-key")[4], keys[0], "another call, another key");
}

#[tokio::test(start_paused = true)]
async fn both_sends_of_a_call_share_one_budget() {
    let backend = Backend::new().reply("POST", "/refresh", Reply::text("new"));
    script(&backend, "GET", "/it", vec![status(503), status(401), status(503), status(500)]);
    let api = client(&backend, |builder| builder);
    let error = api.call(endpoint(it("GET").retry(2))).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 500, "the last failure, as it is");
    assert_eq!(backend.count("GET", "/it"), 4);
    assert_eq!(backend.count("POST", "/refresh"), 1);
}

#[tokio::test(start_paused = true)]
async fn who_names_a_key_has_it() {
    let backend = Backend::new().reply("POST", "/it", Reply::text("done")).reply("GET", "/it", status(204));
    let api = client(&backend, |builder| builder);
    let keyed = endpoint(it("POST").idempotent("x-key"));
    let declared = endpoint(it("POST").idempotent("x-key").headers(&[("x-key", "declared")]));
    api.call(keyed).idempotency_key("mine").await.unwrap();
    api.call(keyed).header("x-key", "header").await.unwrap();
    api.call(declared).await.unwrap();
    let keys = headers(&backend, "/it", "x-key");
    assert_eq!(keys, ["mine", "header", "declared"].map(|key| Some(key.to_owned())));
    let previewed = api.call(keyed);
    assert!(previewed.request().unwrap().headers().contains_key("x-key"));

    for refused in [
        api.call(endpoint(it("GET"))).idempotency_key("k"),
        api.call(keyed).idempotency_key("a\nb"),
        api.call(keyed).idempotency_key(""),
        api.call(keyed).idempotency_key(" "),
        api.call(keyed).idempotency_key("\t \t"),
        api.call(keyed).header("x-key", "").retry(1),
        api.call(keyed).header("x-key", " ").retry(1),
        api.call(keyed).header("x-key", "\t").retry(1),
        api.call(keyed).header("x-key", vec!["a", "b"]).retry(1),
        api.call(endpoint(it("POST"))).retry(1),
    ] {
        let error = refused.await.unwrap_err();
        assert!(matches!(error, Error::InvalidRequest(_)), "{error:?}");
    }
    assert_eq!(backend.requests().len(), 3);
}

/// On the paused clock, which nothing but the pauses moves.
#[tokio::test(start_paused = true)]
async fn each_pause_is_twice_as_long_as_the_one_before_up_to_8_s() {
    let backend = Backend::new();
    let sent = Arc::new(Mutex::new(Vec::new()));
    let seen = sent.clone();
    backend.route("GET", "/it", move |_| {
        seen.lock().unwrap().push(Instant::now());
        async { status(503) }
    });
    let api = client(&backend, |builder| builder.timeout(HOUR));
    api.call(endpoint(it("GET").retry(7))).await.unwrap_err();
    let sent = sent.lock().unwrap();
    let pauses: Vec<_> = sent.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(pauses.len(), 7);
    for (pause, longest) in pauses.iter().zip([500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]) {
        let longest = Duration::from_millis(longest);
        // A timer ends at a whole millisecond.
        let range = longest / 2..=longest + Duration::from_millis(1);
        assert!(range.contains(pause), "{pause:?} is not half of {longest:?} at least and that at most");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_is_asked_again_when_it_says_and_not_at_all_when_that_is_too_late() {
    for (after, timeout, sends, at_least) in [
        (None, None, 2, 0),
        (Some("20"), None, 2, 20),
        (Some("60"), None, 2, 60),
        (Some("61"), None, 1, 0),
        // It would be over before, or at the same time.
        (Some("20"), Some(Duration::from_secs(10)), 1, 0),
        (Some("10"), Some(Duration::from_secs(10)), 1, 0),
        (Some("9"), Some(Duration::from_secs(10)), 2, 9),
    ] {
        let busy = match after {
            Some(seconds) => status(503).header("retry-after", seconds),
            None => status(503),
        };
        let backend = Backend::new();
        script(&backend, "GET", "/it", vec![busy, Reply::text("done")]);
        let api = client(&backend, |builder| builder);
        let begun = Instant::now();
        let outcome = api.call(endpoint(it("GET").retry(1))).timeout(timeout).await;
        assert_eq!(backend.requests().len(), sends, "{after:?}");
        assert!(begun.elapsed() >= Duration::from_secs(at_least), "{after:?}");
        match outcome {
            Ok(text) => assert_eq!(text, "done"),
            Err(error) => assert_eq!(error.status().unwrap(), 503, "the answer at hand"),
        }
    }
}

/// I12.
#[tokio::test(start_paused = true)]
async fn i12_a_retry_asks_whether_the_login_is_still_its_own() {
    let backend = Backend::new().reply("GET", "/it", status(503).header("retry-after", "30"));
    let api = client(&backend, |builder| builder.timeout(HOUR));
    for (end, ends) in [(0, "signed in"), (1, "signed out"), (2, "closed")] {
        let before = backend.requests().len();
        let call = tokio::spawn(api.call(endpoint(it("GET").retry(5))).into_future());
        backend.received(before + 1).await;
        match end {
            0 => api.session().sign_in(tokens_of("bob")).unwrap(),
            1 => api.session().sign_out(),
            _ => api.session().close(),
        }
        let error = call.await.unwrap().unwrap_err();
        let expected = match end {
            0 => matches!(&error, Error::IdentityChanged(changed) if changed.was_sent()),
            1 => matches!(error, Error::NotSignedIn(_)),
            _ => matches!(error, Error::Closed(_)),
        };
        assert!(expected, "{ends}: {error:?}");
        assert_eq!(backend.requests().len(), before + 1, "{ends}");
        let _ = api.session().sign_in(tokens_of("ann"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_retry_can_be_called_off_while_it_waits() {
    let backend = Backend::new().reply("GET", "/it", status(503).header("retry-after", "30"));
    let api = client(&backend, |builder| builder.timeout(HOUR));
    let token = CancellationToken::new();
    let call = api.call(endpoint(it("GET").retry(5))).cancel_on(&token);
    let call = tokio::spawn(call.into_future());
    backend.received(1).await;
    token.cancel();
    assert!(matches!(call.await.unwrap(), Err(Error::Cancelled(_))));
    assert_eq!(backend.requests().len(), 1);
}

/// A token that was rejected for another call meanwhile is not sent again.
#[tokio::test(start_paused = true)]
async fn a_retry_is_signed_with_what_is_good_by_then() {
    let backend = Backend::new().reply("POST", "/refresh", Reply::text("new"));
    script(&backend, "GET", "/it", vec![status(503).header("retry-after", "30"), Reply::text("done")]);
    script(&backend, "GET", "/other", vec![status(401), Reply::text("done")]);
    let api = client(&backend, |builder| builder.timeout(HOUR));
    let call = tokio::spawn(api.call(endpoint(it("GET").retry(1))).into_future());
    backend.received(1).await;
    api.call(endpoint(Endpoint::new("Api::other", "GET", "/other"))).await.unwrap();
    call.await.unwrap().unwrap();
    let signed = headers(&backend, "/it", "authorization");
    assert_eq!(signed, ["Bearer ann", "Bearer new"].map(|it| Some(it.to_owned())));
}
