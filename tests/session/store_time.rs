//! Waits of a sign-in, a sign-out and `resume()` for a store that fails, hangs or panics: 5 s, and a repaired
//! store is used.

use std::future::IntoFuture;
use std::time::Duration;

use sdk_runtime::{Error, SessionState, Tokens};
use sdk_testkit::{Reply, TokenServer};
use serde_json::json;
use test_support::user;
use tokio::time::{Instant, sleep};

use crate::frail::Fault::{Fails, Hangs, Lost, No, Panics, Slow};
use crate::frail::{Fault, Frail, told};
use crate::tracker::server;

/// Whether as often was told that the store works as that it does not.
fn is_even(told: &[&str]) -> bool {
    let count = |name| told.iter().filter(|told| **told == name).count();
    count("degraded") == count("recovered")
}

/// Faults of all kinds, in each operation.
fn all_faults() -> Vec<[Fault; 3]> {
    let mut all = Vec::new();
    for load in [No, Fails, Hangs, Panics, Slow(4_000)] {
        for replace in [No, Fails, Hangs, Panics, Lost, Slow(4_000)] {
            for lock in [No, Hangs, Panics] {
                all.push([load, replace, lock]);
            }
        }
    }
    all
}

const STORE_TIME: Duration = Duration::from_secs(5);
/// What the server takes for a sign-in or a sign-out.
const SERVER_TIME: Duration = Duration::from_secs(2);

fn slow_server() -> TokenServer {
    let server = server();
    let authority = server.authority();
    server.backend().route("POST", "/auth/login", move |_| {
        let issued = authority.issue("ann");
        let reply = json!({
            "access_token": issued.access_token,
            "refresh_token": issued.refresh_token,
            "expires_in": 3600,
        });
        async move { Reply::json(&reply).delay(SERVER_TIME) }
    });
    server.backend().reply("POST", "/auth/logout", Reply::empty().delay(SERVER_TIME));
    server
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_and_a_sign_out_take_no_longer_than_five_seconds_of_store_time() {
    for faults in all_faults() {
        for before in ["nothing", "another process", "this one"] {
            let (server, store) = (slow_server(), Frail::lockable());
            let client = store.client(&server);
            match before {
                "another process" => drop(store.client(&server).login(&user("ann")).await.unwrap()),
                "this one" => drop(client.login(&user("ann")).await.unwrap()),
                _ => {}
            }
            let mut events = client.session().events();
            for doing in ["sign in", "sign out"] {
                store.breaks(faults);
                let begin = Instant::now();
                let done = match doing {
                    "sign in" => client.login(&user("ann")).await.map(drop),
                    _ => client.logout().await,
                };
                let took = begin.elapsed();
                assert!(done.is_ok(), "{doing} {faults:?} {before}: {done:?}");
                assert!(took <= SERVER_TIME + STORE_TIME, "{doing} {faults:?} {before}: {took:?}");
                let so_far = told(&mut events).await;
                let is_kept = match doing {
                    "sign in" => store.has_a_login(),
                    _ => !store.has_a_login(),
                };
                let is_told = so_far.contains(&"degraded");
                assert!(is_kept || is_told, "{doing} {faults:?} {before}: {so_far:?}");
                // What was mended is used at the next word.
                store.mend();
                client.session().flush().await.unwrap();
                let all = [so_far, told(&mut events).await].concat();
                assert!(is_even(&all), "{doing} {faults:?} {before}: {all:?}");
                assert_eq!(store.has_a_login(), doing == "sign in", "{doing} {faults:?} {before}");
            }
        }
    }
}

/// The answer comes after 2 s; what is left of the call's time is for the store, and 5 s at most.
#[tokio::test(start_paused = true)]
async fn a_sign_in_waits_for_the_store_as_long_as_is_left_of_its_timeout() {
    for (timeout, seconds) in [(Some(3), 3), (Some(6), 6), (Some(7), 7), (Some(60), 7), (None, 7)] {
        let (server, store) = (slow_server(), Frail::new());
        let client = store.client(&server);
        store.breaks([No, Hangs, No]);
        let begin = Instant::now();
        client.login(&user("ann")).timeout(timeout.map(Duration::from_secs)).await.unwrap();
        assert_eq!(begin.elapsed(), Duration::from_secs(seconds), "{timeout:?}");
        assert!(client.session().state().is_signed_in(), "{timeout:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_sign_out_before_anybody_has_looked_takes_no_longer_either() {
    for faults in all_faults() {
        let (server, store) = (slow_server(), Frail::new());
        store.client(&server).login(&user("ann")).await.unwrap();
        let client = store.client(&server);
        let mut events = client.session().events();
        store.breaks(faults);
        let begin = Instant::now();
        let out = client.logout().await;
        let took = begin.elapsed();
        assert!(took <= SERVER_TIME + STORE_TIME, "{faults:?}: {took:?}");
        assert_eq!(out.is_ok(), matches!(faults[0], No | Slow(_)), "{faults:?}: {out:?}");
        let so_far = told(&mut events).await;
        assert!(!store.has_a_login() || so_far.contains(&"degraded"), "{faults:?}: {so_far:?}");
        store.mend();
        client.session().flush().await.unwrap();
        assert!(!store.has_a_login());
    }
}

#[tokio::test(start_paused = true)]
async fn resuming_takes_no_longer_than_five_seconds_of_store_time() {
    use sdk_runtime::{
        Grant, Head, Refusal, Result, ServiceTransport, TokenRequest, TokenResponse, api_client,
    };
    use sdk_testkit::Backend;

    #[derive(serde::Serialize)]
    struct Program;
    impl TokenRequest for Program {
        fn from_grant(_: &Grant) -> Option<Self> {
            Some(Self)
        }
    }
    #[derive(serde::Deserialize)]
    struct Given {
        access: String,
    }
    impl TokenResponse for Given {
        fn tokens(&self, _: &Head) -> std::result::Result<Tokens, Refusal> {
            Ok(Tokens::new(self.access.as_str()))
        }
    }
    #[api_client(timeout = none)]
    trait Api {
        #[post("/token")]
        #[session(refresh)]
        async fn token(&self, #[json] program: Program) -> Result<Given>;
        #[get("/x")]
        async fn x(&self) -> Result<String>;
    }

    for faults in all_faults() {
        let store = Frail::lockable();
        let backend = Backend::new()
            .reply("POST", "/token", Reply::json(&json!({"access": "a1"})).delay(SERVER_TIME))
            .reply("GET", "/x", Reply::text("welcome"));
        let transport = ServiceTransport::new(backend.clone());
        let client =
            ApiClient::builder("http://localhost").transport(transport).store(store.clone()).build().unwrap();
        let mut events = client.session().events();
        store.breaks(faults);
        let begin = Instant::now();
        let resumed = client.session().resume().await;
        let took = begin.elapsed();
        assert!(took <= SERVER_TIME + STORE_TIME, "{faults:?}: {took:?}");
        let so_far = told(&mut events).await;
        assert_eq!(resumed.is_ok(), matches!(faults[0], No | Slow(_)), "{faults:?}: {resumed:?}");
        assert!(store.has_a_login() || so_far.contains(&"degraded"), "{faults:?}: {so_far:?}");
        store.mend();
        client.session().resume().await.unwrap();
        let flushed = client.session().flush().await;
        assert!(flushed.is_ok(), "{faults:?}: {flushed:?}");
        assert!(store.has_a_login(), "{faults:?}");
        let all = [so_far, told(&mut events).await].concat();
        assert!(is_even(&all), "{faults:?}: {all:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_mended_is_used_by_the_next_sign_in_sign_out_and_flush() {
    for doing in ["sign in", "sign in with tokens", "sign out", "sign out here", "flush"] {
        for faults in [[No, Fails, No], [Fails, Fails, No], [Hangs, Hangs, No]] {
            let (server, store) = (server(), Frail::new());
            let client = store.client(&server);
            client.login(&user("ann")).await.unwrap();
            store.breaks(faults);
            client.login(&user("ann")).await.unwrap();
            // Long enough for the pause to be as long as it gets.
            sleep(Duration::from_secs(400)).await;
            store.mend();
            let begin = Instant::now();
            let issued = server.issue("bob");
            match doing {
                "sign in" => drop(client.login(&user("bob")).await.unwrap()),
                "sign in with tokens" => {
                    client.session().sign_in(Tokens::new(issued.access_token.as_str())).unwrap();
                }
                "sign out" => client.logout().await.unwrap(),
                "sign out here" => client.session().sign_out(),
                _ => client.session().flush().await.unwrap(),
            }
            if doing != "flush" {
                sleep(Duration::from_millis(10)).await;
            }
            // One that hangs was under way, and is not answered any more.
            let limit = if faults[0] == Hangs { STORE_TIME } else { Duration::from_millis(100) };
            assert!(begin.elapsed() <= limit, "{doing} {faults:?}: {:?}", begin.elapsed());
            sleep(limit).await;
            let is_out = doing.starts_with("sign out");
            assert_eq!(store.has_a_login(), !is_out, "{doing} {faults:?}");
            let again = store.client(&server).issue(1).await.map(|issue| issue.owner);
            match doing {
                "flush" => assert_eq!(again.unwrap(), "ann"),
                _ if is_out => assert!(matches!(again, Err(Error::NotSignedIn(_)))),
                _ => assert_eq!(again.unwrap(), "bob"),
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_look_into_the_store_overtakes_no_sign_in() {
    for (load, kept) in
        [(Slow(1_000), true), (Slow(3_000), true), (Slow(4_900), true), (Slow(3_000), false), (Hangs, true)]
    {
        for other in ["nothing", "a call", "another sign-in"] {
            let (server, store) = (slow_server(), Frail::new());
            if kept {
                store.client(&server).login(&user("ann")).await.unwrap();
            }
            store.loads(load);
            let client = store.client(&server);
            let authority = server.authority();
            server.backend().route("POST", "/auth/login", move |_| {
                let issued = authority.issue("bob");
                let reply =
                    json!({"access_token": issued.access_token, "refresh_token": issued.refresh_token});
                async move { Reply::json(&reply).delay(Duration::from_secs(4)) }
            });
            let login = tokio::spawn(client.login(&user("bob")).into_future());
            sleep(Duration::from_millis(500)).await;
            let call = match other {
                "a call" => Some(tokio::spawn(client.issue(1).into_future())),
                _ => None,
            };
            if other == "another sign-in" {
                let issued = server.issue("cid");
                client.session().sign_in(Tokens::new(issued.access_token.as_str())).unwrap();
            }
            let login = login.await.unwrap();
            if other == "another sign-in" {
                assert!(matches!(login, Err(Error::IdentityChanged(_))), "{load:?} {kept}");
                continue;
            }
            assert!(login.is_ok(), "{load:?} {kept} {other}: {:?}", login.err());
            if let Some(call) = call {
                let _ = call.await.unwrap();
            }
            assert_eq!(client.issue(2).await.unwrap().owner, "bob");
            store.mend();
            client.session().flush().await.unwrap();
            assert_eq!(store.client(&server).issue(3).await.unwrap().owner, "bob", "{load:?} {kept}");
            client.session().sign_out();
            client.session().flush().await.unwrap();
            assert!(!store.has_a_login(), "{load:?} {kept}");
            assert!(matches!(client.session().state(), SessionState::SignedOut));
        }
    }
}
