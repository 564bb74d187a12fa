//! Cases from the tests of Ktor's bearer authentication that no other test here has.

use sdk_runtime::{
    Attach, Error, ServiceTransport, SessionState, Tokens,
    error::{ExpiredReason, UnavailableCause},
};
use sdk_testkit::{Backend, Reply};
use serde_json::json;

use crate::api::{ApiClient, backend_of, refresh, signed_in, spent};
use crate::tracker::{client, server};

#[tokio::test(start_paused = true)]
async fn an_access_token_that_is_good_needs_no_refresh_token_that_is() {
    for (access_is_good, refresh_is_good, refreshes) in
        [(true, true, 0), (true, false, 0), (false, true, 1), (false, false, 1)]
    {
        let server = server();
        let client = client(&server);
        let issued = server.issue("ann");
        let access = if access_is_good { issued.access_token } else { "unknown".to_owned() };
        let refresh = if refresh_is_good { issued.refresh_token.unwrap() } else { "unknown".to_owned() };
        client.session().sign_in(Tokens::new(access).refresh_token(refresh)).unwrap();
        match client.issue(1).await {
            Ok(issue) => assert!((access_is_good || refresh_is_good) && issue.owner == "ann"),
            Err(Error::SessionExpired(expired)) => {
                assert!(!access_is_good && !refresh_is_good);
                assert_eq!(expired.reason(), ExpiredReason::RefreshRejected);
                assert_eq!(expired.response().unwrap().status(), 401, "its own answer");
            }
            Err(error) => panic!("{error:?}"),
        }
        assert_eq!(server.counts().refreshes, refreshes, "{access_is_good}, {refresh_is_good}");
    }
}

/// One server that takes tokens of two schemes. With several providers Ktor refreshes none if no challenge
/// names one; here each login knows what it has sent.
#[tokio::test(start_paused = true)]
async fn a_challenge_is_for_those_whom_it_names() {
    const BEARER: [&str; 1] = ["authorization: Bearer"];
    const KEY: [&str; 1] = ["authorization: Key"];
    const BOTH: [&str; 2] = ["authorization: Bearer", "authorization: Key"];
    for (challenges, refreshed) in [
        (&[][..], &BOTH[..]),
        (&["Bearer realm=\"api\""], &BEARER),
        (&["key realm=\"api\""], &KEY),
        (&["Basic realm=\"api\""], &[]),
        (&["Basic realm=\"api\", Key realm=\"api\""], &KEY),
        (&["Key realm=\"api\", Bearer realm=\"api\", error=\"invalid_token\""], &BOTH),
        (&["Basic realm=\"Bearer, Key\"", "Bearer error=\"invalid_token\""], &BEARER),
        (&["Bearer", "Key"], &BOTH),
    ] {
        let refusal = challenges.iter().fold(Reply::empty().status(401), |reply, challenge| {
            reply.append_header("www-authenticate", challenge)
        });
        // What a refresh gives is taken, or it is as bad as what was there.
        for (is_taken, scheme) in [(true, "Bearer"), (true, "Key"), (false, "Bearer"), (false, "Key")] {
            let what = format!("{challenges:?} to {scheme}, taken: {is_taken}");
            let backend = Backend::new().reply("POST", "/refresh", refresh());
            let (refusal, good) = (refusal.clone(), format!("{scheme} a1"));
            backend.route("GET", "/x", move |request| {
                let is_good = is_taken && request.header("authorization") == Some(good.as_str());
                std::future::ready(if is_good { Reply::text("welcome") } else { refusal.clone() })
            });
            let client = ApiClient::builder("http://localhost")
                .attach(Attach::header("authorization", scheme))
                .transport(ServiceTransport::new(backend.clone()))
                .build()
                .unwrap();
            client.session().sign_in(Tokens::new("a0").refresh_token("r0")).unwrap();
            let is_refreshed = refreshed.iter().any(|it| it.ends_with(scheme));
            match client.x().await {
                Ok(_) => assert!(is_refreshed && is_taken, "{what}"),
                Err(Error::Status(answer)) => assert!(!is_refreshed && answer.status() == 401, "I23: {what}"),
                Err(Error::SessionExpired(expired)) => {
                    assert!(is_refreshed && !is_taken, "{what}");
                    assert_eq!(expired.reason(), ExpiredReason::ReplayRejected, "{what}");
                }
                Err(error) => panic!("{what}: {error:?}"),
            }
            assert_eq!(spent(&backend).len(), usize::from(is_refreshed), "I19, I23: {what}");
            assert!(client.session().state().is_signed_in(), "I16: {what}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_gives_no_token_sends_nothing_more() {
    let backend = backend_of("a1", Reply::json(&json!({ "access": null })));
    let client = signed_in(&backend);
    for _ in 0..3 {
        let Err(Error::RefreshUnavailable(told)) = client.x().await else { panic!("answered") };
        assert!(matches!(told.cause(), UnavailableCause::TryLater(_)), "{told:?}");
    }
    assert_eq!((backend.count("GET", "/x"), spent(&backend).len()), (1, 1), "I5, I18");
}

/// The refresh's own refusal went to what refreshes, which refused again.
#[tokio::test(start_paused = true)]
async fn a_rejected_refresh_starts_no_other_refresh() {
    let refusal = Reply::empty().status(401).header("www-authenticate", "Bearer error=\"invalid_token\"");
    let backend = backend_of("a1", refusal);
    let client = signed_in(&backend);
    for _ in 0..3 {
        let Err(Error::SessionExpired(expired)) = client.x().await else { panic!("answered") };
        assert_eq!(expired.reason(), ExpiredReason::RefreshRejected);
    }
    assert_eq!((backend.count("GET", "/x"), spent(&backend).len()), (1, 1), "I21, I29");
    assert!(matches!(client.session().state(), SessionState::Expired(_)));
    let requests = backend.requests();
    let refresh = requests.iter().find(|request| request.path() == "/refresh").unwrap();
    assert_eq!(refresh.header("authorization"), None, "I21");
}

/// What was loaded once was kept after it had been cleared.
#[tokio::test(start_paused = true)]
async fn what_was_forgotten_is_not_used_and_what_comes_next_is() {
    let backend = Backend::new().reply("GET", "/x", Reply::text("welcome"));
    let client = signed_in(&backend);
    for token in ["a1", "a2", "a3"] {
        client.session().sign_out();
        assert!(matches!(client.x().await, Err(Error::NotSignedIn(_))));
        client.session().sign_in(Tokens::new(token)).unwrap();
        client.x().await.unwrap();
        assert_eq!(backend.last().unwrap().bearer(), Some(token));
    }
    assert_eq!(backend.requests().len(), 3, "I29");
}
