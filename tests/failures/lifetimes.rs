//! Servers and clocks that say strange things about how long a token lives.

use std::time::Duration;

use sdk_runtime::{Error, Tokens, error::UnavailableCause};
use sdk_testkit::{Reply, TokenServer};
use serde_json::{Value, json};
use test_support::user;
use tokio::time::advance;

use crate::api::{backend_of, client, signed_in};
use crate::tracker::{self, LATENCY, with_issues};

/// Calls `/x` ten times a second for a minute, with a token that the server says lives for `expires_in`.
/// Returns how many of the calls succeeded, and how often the token was refreshed.
async fn a_minute_of(expires_in: &Value) -> (usize, usize) {
    let answer = Reply::json(&json!({ "access": "a1", "refresh": "r1", "expires_in": expires_in }));
    // A circle takes time, and so ends here.
    let backend = backend_of("a1", answer.clone().delay(LATENCY)).reply("POST", "/login", answer);
    let client = client(&backend);
    client.login().await.unwrap();
    let mut answered = 0;
    for _ in 0..600 {
        match client.x().timeout(Duration::from_secs(1)).await {
            Ok(_) => answered += 1,
            Err(Error::RefreshUnavailable(told)) => {
                assert!(matches!(told.cause(), UnavailableCause::DeadOnArrival), "{expires_in}: {told:?}");
            }
            Err(error) => panic!("{expires_in}: {error:?}"),
        }
        advance(Duration::from_millis(100)).await;
    }
    (answered, backend.count("POST", "/refresh"))
}

/// Row 43: tokens that were out of date when they came kept a processor busy with refreshing them.
#[tokio::test(start_paused = true)]
async fn no_lifetime_makes_a_session_refresh_in_a_circle() {
    for (expires_in, all_answered, refreshes) in [
        // They make no sense, and the server takes the token all the same.
        (json!(0), true, 0..=0),
        (json!(-1), true, 0..=0),
        (json!(0.5), true, 0..=0),
        (json!(1), true, 30..=80),
        (json!(30), true, 2..=3),
        (json!(null), true, 0..=0),
        (json!(1_u64 << 63), true, 0..=0),
        (json!(u64::MAX), true, 0..=0),
        (json!(1e300), true, 0..=0),
    ] {
        let (answered, refreshed) = a_minute_of(&expires_in).await;
        assert!(refreshes.contains(&refreshed), "I18, I25: {expires_in} was refreshed {refreshed} times");
        assert_eq!(answered == 600, all_answered, "{expires_in}: {answered} of 600");
    }
}

/// Row 43, where the type of the answer has no place for a negative number: it is no answer, and no reason to
/// ask again at once.
#[tokio::test(start_paused = true)]
async fn a_lifetime_that_is_no_number_is_an_answer_that_is_not_understood() {
    for expires_in in [json!("an hour"), json!([]), json!({})] {
        let backend = backend_of("a1", Reply::json(&json!({ "access": "a1", "expires_in": expires_in })));
        let client = signed_in(&backend);
        for _ in 0..100 {
            let Err(Error::RefreshUnavailable(told)) = client.x().await else { panic!("answered") };
            assert!(matches!(told.cause(), UnavailableCause::Decode(_)), "{expires_in}: {told:?}");
        }
        // It may have been asked once more what it meant.
        assert!(backend.count("POST", "/refresh") <= 2, "I18: {expires_in}");
        assert!(client.session().state().is_signed_in(), "I16: {expires_in}");
    }
}

/// Row 6: "another token than the one refused" was enough, even if that one was out of date.
#[tokio::test(start_paused = true)]
async fn a_replacement_that_is_out_of_date_signs_nothing() {
    // A JWT that ended in 1970: `{"exp":100}`.
    let access = "e30.eyJleHAiOjEwMH0.s";
    let answer = Reply::json(&json!({ "access": access }));
    let backend = backend_of(access, answer.delay(LATENCY));
    let client = signed_in(&backend);
    let outcome = client.x().timeout(Duration::from_secs(1)).await;
    let Err(Error::RefreshUnavailable(told)) = outcome else { panic!("I5: {outcome:?}") };
    assert!(matches!(told.cause(), UnavailableCause::DeadOnArrival));
    let shown: Vec<_> = backend.requests().iter().map(|it| it.bearer().map(str::to_owned)).collect();
    assert_eq!(shown, [Some("a0".to_owned()), None], "I5: no server is shown it");
}

/// A server that tells a lifetime of nothing means none: its tokens work, and a rejection tells when they are
/// over.
#[tokio::test(start_paused = true)]
async fn a_lifetime_that_makes_no_sense_kills_no_login_that_works() {
    // `{"iat":100,"exp":100}`
    let jwt = "e30.eyJpYXQiOjEwMCwiZXhwIjoxMDB9.s";
    for (access, expires_in) in
        [("a1", json!(0)), ("a1", json!(-60)), ("a1", json!(0.99)), (jwt, json!(null))]
    {
        let answer = Reply::json(&json!({ "access": access, "refresh": "r1", "expires_in": expires_in }));
        let backend = backend_of(access, answer.clone().delay(LATENCY));
        let client = signed_in(&backend);
        for _ in 0..600 {
            assert_eq!(client.x().await.unwrap(), "welcome", "I34: {access} {expires_in}");
            advance(Duration::from_secs(1)).await;
        }
        assert_eq!(backend.count("POST", "/refresh"), 1, "I18: {access} {expires_in}");
    }
}

/// Row 59: "refresh five minutes early" was longer than the tokens lived, so that each was refreshed at once.
#[tokio::test(start_paused = true)]
async fn a_life_shorter_than_anybody_s_margin_is_lived() {
    for seconds in [2, 5, 10, 60, 300] {
        let builder =
            TokenServer::builder().access_lifetime(Duration::from_secs(seconds)).tells_lifetime(true);
        let server = with_issues(builder.build());
        let client = tracker::client(&server);
        client.login(&user("ann")).await.unwrap();
        // Two thirds of twenty lives, in twentieths of a life.
        for _ in 0..400 {
            client.issue(1).await.unwrap();
            advance(Duration::from_secs(seconds) / 20).await;
        }
        let counts = server.counts();
        assert!((20..=27).contains(&counts.refreshes), "I25: {seconds} s: {} in 20 lives", counts.refreshes);
        assert_eq!(counts.rejected_calls, 0, "{seconds} s");
    }
}

/// Of 14 November 2023, and good for an hour: `{"iat":1699996400,"exp":1700000000}`.
const JWT: &str = "e30.eyJpYXQiOjE2OTk5OTY0MDAsImV4cCI6MTcwMDAwMDAwMH0.s";

/// Row 38: on a clock that was an hour fast each new token was out of date; the storm led to 429, and that to
/// the end of the login.
#[tokio::test(start_paused = true)]
async fn clocks_that_differ_do_not_end_a_login_and_start_no_storm() {
    let answer = Reply::json(&json!({ "access": JWT, "refresh": "r1" }));
    let backend = backend_of(JWT, Reply::empty().status(429).header("retry-after", "7"));
    let client = client(&backend);
    // Stored since then, as far as the store can tell.
    client.session().sign_in(Tokens::new(JWT).refresh_token("r0")).unwrap();
    for _ in 0..7 {
        assert!(matches!(client.x().await, Err(Error::RefreshUnavailable(_))), "I16");
        assert_eq!(backend.requests().len(), 1, "I18: the server asked for seven seconds");
        advance(Duration::from_secs(1)).await;
    }
    backend.reply("POST", "/refresh", answer);
    for _ in 0..3_000 {
        assert_eq!(client.x().await.unwrap(), "welcome", "I26");
        advance(Duration::from_secs(1)).await;
    }
    assert_eq!(backend.count("POST", "/refresh"), 2, "it has lived for 50 of its 60 minutes");
}
