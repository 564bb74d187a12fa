//! A refresh that is no endpoint: a function of the program, asked as an endpoint is. The first login comes
//! by it, too.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use sdk_runtime::client::{ClientBuilder, PoolKey};
use sdk_runtime::error::{ExpiredReason, UnavailableCause};
use sdk_runtime::session::{Grant, RefreshSource};
use sdk_runtime::store::MemoryStore;
use sdk_runtime::{
    Attach, Error, Refusal, Result, ServiceTransport, SessionState, Tokens, api_client, oauth,
};
use sdk_testkit::{Backend, Reply};
use tokio::time::{Instant, sleep};

#[api_client]
trait Jobs {
    #[get("/jobs")]
    async fn jobs(&self) -> Result<String>;

    #[get("/public", auth = optional)]
    async fn public(&self) -> Result<String>;
}

#[api_client]
trait Declared {
    #[post("/token")]
    #[session(refresh)]
    async fn refresh(&self, #[form] request: oauth::RefreshRequest) -> Result<oauth::TokenAnswer>;
}

/// A source that counts how often it is asked, and returns what `answer` says to the number.
fn counted<R>(
    answer: impl Fn(usize, Grant) -> R + Send + Sync + 'static,
) -> (impl RefreshSource, Arc<AtomicUsize>)
where
    R: Future<Output = std::result::Result<Tokens, Refusal>> + Send + 'static,
{
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = asked.clone();
    (move |grant: Grant| answer(counter.fetch_add(1, Ordering::SeqCst) + 1, grant), asked)
}

fn count(asked: &AtomicUsize) -> usize {
    asked.load(Ordering::SeqCst)
}

/// A server that accepts the token `a<valid>` and later ones.
fn server(valid: Arc<AtomicUsize>) -> Backend {
    let jobs = move |request: sdk_testkit::Request| {
        let token = request.bearer().and_then(|token| token.strip_prefix('a')?.parse::<usize>().ok());
        let is_valid = token.is_some_and(|token| token >= valid.load(Ordering::SeqCst));
        std::future::ready(match is_valid {
            true => Reply::text(format!("jobs by a{}", token.unwrap())),
            false => Reply::empty().status(401),
        })
    };
    Backend::new().route("GET", "/jobs", jobs).route("GET", "/public", |request| async move {
        Reply::text(request.bearer().unwrap_or("unsigned").to_owned())
    })
}

fn builder(backend: &Backend) -> ClientBuilder<JobsClient> {
    JobsClient::builder("http://localhost").transport(ServiceTransport::new(backend.clone()))
}

fn any() -> Backend {
    server(Arc::new(AtomicUsize::new(0)))
}

async fn issued(number: usize) -> std::result::Result<Tokens, Refusal> {
    Ok(Tokens::new(format!("a{number}")))
}

#[tokio::test(start_paused = true)]
async fn i1_the_first_token_is_got_once_and_each_rejected_one_is_replaced_once() {
    let valid = Arc::new(AtomicUsize::new(1));
    let backend = server(valid.clone());
    let (source, asked) = counted(|number, _| async move {
        sleep(Duration::from_millis(50)).await;
        issued(number).await
    });
    let client = builder(&backend).refresh_with(source).build().unwrap();
    assert!(matches!(client.session().state(), SessionState::SignedOut));
    for round in 1..=3 {
        valid.store(round, Ordering::SeqCst);
        let calls: Vec<_> = (0..50).map(|_| tokio::spawn(client.jobs())).collect();
        for call in calls {
            assert_eq!(call.await.unwrap().unwrap(), format!("jobs by a{round}"), "I1");
        }
        assert_eq!(count(&asked), round, "I1");
    }
    assert!(client.session().state().is_signed_in());
}

#[tokio::test(start_paused = true)]
async fn a_session_signs_in_by_itself_before_its_first_login_only() {
    let backend = any();
    let started = |store: MemoryStore| {
        let (source, asked) = counted(|number, _| issued(number));
        (builder(&backend).store(store).refresh_with(source).build().unwrap(), asked)
    };
    let store = MemoryStore::new();
    let (client, asked) = started(store.clone());
    assert_eq!(client.public().await.unwrap(), "unsigned", "this call needs no login");
    assert_eq!(client.session().access_token().await.unwrap().expose(), "a1");
    client.session().refresh().await.unwrap();
    assert_eq!((client.public().await.unwrap().as_str(), count(&asked)), ("a2", 2));

    client.session().sign_out();
    assert!(matches!(client.jobs().await, Err(Error::NotSignedIn(_))), "the user has signed out");
    assert!(matches!(client.session().access_token().await, Err(Error::NotSignedIn(_))));
    assert!(matches!(client.session().refresh().await, Err(Error::NotSignedIn(_))));
    assert_eq!(count(&asked), 2);
    client.session().resume().await.unwrap();
    assert_eq!(client.jobs().await.unwrap(), "jobs by a3");

    let (again, asked) = started(store);
    assert_eq!((again.jobs().await.unwrap().as_str(), count(&asked)), ("jobs by a3", 0), "it was stored");

    let (other, asked) = started(MemoryStore::new());
    other.session().sign_in(Tokens::new("a9")).unwrap();
    assert_eq!((other.jobs().await.unwrap().as_str(), count(&asked)), ("jobs by a9", 0));
    other.session().sign_out();
    assert!(matches!(other.jobs().await, Err(Error::NotSignedIn(_))));

    let (by_refresh, asked) = started(MemoryStore::new());
    by_refresh.session().refresh().await.unwrap();
    assert_eq!((by_refresh.jobs().await.unwrap().as_str(), count(&asked)), ("jobs by a1", 1));
}

#[tokio::test]
async fn i12_a_pool_never_signs_in_by_itself() {
    let (source, asked) = counted(|number, grant| {
        assert_eq!(grant.provided::<PoolKey<u8>>().map(|key| **key), Some(1), "whose tokens are asked for");
        issued(number)
    });
    let pool = builder(&any()).refresh_with(source).build_pool(|_: &u8| MemoryStore::new()).unwrap();
    let client = pool.get(&1);
    assert!(matches!(client.jobs().await, Err(Error::NotSignedIn(_))));
    assert_eq!(count(&asked), 0, "I12: the program says who is signed in");
    client.session().sign_in(Tokens::new("a5").refresh_token("r")).unwrap();
    client.session().refresh().await.unwrap();
    assert_eq!((client.jobs().await.unwrap().as_str(), count(&asked)), ("jobs by a1", 1));
}

#[tokio::test(start_paused = true)]
async fn a_token_is_replaced_before_it_lapses_and_a_call_that_is_dropped_stops_nothing() {
    let (source, asked) = counted(|number, grant| async move {
        let before = grant.access_token().map(|token| token.expose().to_owned());
        assert_eq!(before, (number > 1).then(|| format!("a{}", number - 1)));
        sleep(Duration::from_secs(1)).await;
        Ok(issued(number).await?.expires_in(Duration::from_secs(600)))
    });
    let client = builder(&any()).refresh_with(source).build().unwrap();
    let first = tokio::time::timeout(Duration::from_millis(10), client.jobs()).await;
    assert!(first.is_err(), "it waits for the first token");
    sleep(Duration::from_secs(2)).await;
    assert_eq!((client.jobs().await.unwrap().as_str(), count(&asked)), ("jobs by a1", 1), "I8");
    sleep(Duration::from_secs(520)).await;
    assert_eq!(client.jobs().await.unwrap(), "jobs by a1", "it still signs");
    sleep(Duration::from_secs(2)).await;
    assert_eq!((client.jobs().await.unwrap().as_str(), count(&asked)), ("jobs by a2", 2));
}

#[tokio::test(start_paused = true)]
async fn a_failure_pauses_and_each_caller_gets_it() {
    let after = Duration::from_secs(90);
    let (source, asked) = counted(move |number, _| async move {
        match number {
            1 => Err(Refusal::TryLater { message: "not yet".to_owned(), after: Some(after) }),
            2 => Err(Refusal::Unreadable("no token in it".to_owned())),
            3 => Ok(Tokens::new("")),
            4 => Ok(Tokens::new("a4").expires_in(Duration::ZERO)),
            _ => issued(number).await,
        }
    });
    let client = builder(&any()).refresh_with(source).build().unwrap();
    let expected = ["TryLater(..)", "TryLater(..)", "Unusable", "DeadOnArrival"];
    for (number, cause) in (1..).zip(expected) {
        for _ in 0..3 {
            let Err(Error::RefreshUnavailable(error)) = client.jobs().await else { panic!("{cause}") };
            assert!(format!("{:?}", error.cause()).starts_with(cause), "{cause}: {error:?}");
            assert_eq!(count(&asked), number, "I7, I18: {cause}");
            if number == 1 {
                assert!(error.retry_after() > Duration::from_secs(80), "{:?}", error.retry_after());
                assert!(matches!(error.cause(), UnavailableCause::TryLater(why) if why == "not yet"));
            }
        }
        sleep(Duration::from_secs(360)).await;
    }
    assert_eq!(client.jobs().await.unwrap(), "jobs by a5", "I32");
}

#[tokio::test(start_paused = true)]
async fn a_final_refusal_ends_the_login() {
    for is_first in [true, false] {
        let (source, asked) = counted(move |number, _| async move {
            match is_first || number > 1 {
                true => Err(Refusal::Dead("the account is gone".to_owned())),
                false => issued(0).await,
            }
        });
        let backend = server(Arc::new(AtomicUsize::new(1)));
        let client = builder(&backend).refresh_with(source).build().unwrap();
        for _ in 0..3 {
            let Err(Error::SessionExpired(expired)) = client.jobs().await else { panic!("{is_first}") };
            assert_eq!(expired.reason(), ExpiredReason::RefreshRejected, "I29: {is_first}");
            assert_eq!(expired.message(), Some("the account is gone"));
            assert!(expired.refresh_response().is_none());
            assert!(!format!("{expired:?} {expired}").contains("account"), "I27");
        }
        assert_eq!(count(&asked), if is_first { 1 } else { 2 }, "I29: {is_first}");
        client.session().sign_in(Tokens::new("a7")).unwrap();
        assert_eq!(client.jobs().await.unwrap(), "jobs by a7");
    }
}

#[tokio::test(start_paused = true)]
async fn i6_a_source_that_hangs_or_panics_is_a_failure() {
    for (hangs, refresh_token) in [(true, false), (true, true), (false, false), (false, true)] {
        let name = format!("hangs: {hangs}, with a refresh token: {refresh_token}");
        let (source, asked) = counted(move |number, _| async move {
            match number {
                1 | 2 if hangs => std::future::pending().await,
                1 | 2 => panic!("a bug of the program"),
                _ => issued(number).await,
            }
        });
        let store = MemoryStore::new();
        let backend = server(Arc::new(AtomicUsize::new(1)));
        let client = builder(&backend).store(store).refresh_with(source).build().unwrap();
        let tokens = Tokens::new("a0");
        let tokens = if refresh_token { tokens.refresh_token("r") } else { tokens };
        client.session().sign_in(tokens).unwrap();
        client.session().flush().await.unwrap();
        let begin = Instant::now();
        // A refresh token that may be spent is tried once more, as that of an endpoint is (I14).
        let asks = if refresh_token { 2 } else { 1 };
        let waiters: Vec<_> = (0..5).map(|_| tokio::spawn(client.jobs().timeout(None))).collect();
        for waiter in waiters {
            let Err(Error::RefreshUnavailable(error)) = waiter.await.unwrap() else { panic!("{name}") };
            let is_timeout = matches!(error.cause(), UnavailableCause::Timeout);
            assert_eq!(is_timeout, hangs, "{name}: {error:?}");
            assert!(is_timeout || matches!(error.cause(), UnavailableCause::Aborted), "{name}: {error:?}");
        }
        assert_eq!(count(&asked), asks, "{name}");
        let limit = if hangs { Duration::from_secs(20) * asks as u32 } else { Duration::ZERO };
        let took = begin.elapsed();
        assert!(took >= limit && took < limit + Duration::from_secs(1), "{name}: {took:?}");
        let mut last = client.jobs().await;
        while last.is_err() && begin.elapsed() < Duration::from_secs(90) {
            sleep(Duration::from_secs(1)).await;
            last = client.jobs().timeout(None).await;
        }
        assert_eq!(last.unwrap(), "jobs by a3", "I32: {name}");
    }
}

#[tokio::test(start_paused = true)]
async fn i10_what_is_received_after_a_sign_out_is_dropped() {
    let (source, _) = counted(|number, _| async move {
        sleep(Duration::from_secs(1)).await;
        issued(number).await
    });
    let client = builder(&any()).refresh_with(source).build().unwrap();
    let call = tokio::spawn(client.jobs());
    sleep(Duration::from_millis(500)).await;
    client.session().sign_out();
    assert!(matches!(call.await.unwrap(), Err(Error::NotSignedIn(_))));
    sleep(Duration::from_secs(5)).await;
    assert!(matches!(client.session().state(), SessionState::SignedOut), "I10");
    assert!(matches!(client.jobs().await, Err(Error::NotSignedIn(_))), "I10");
}

#[tokio::test(start_paused = true)]
async fn i1_processes_that_share_a_store_ask_one_source_at_a_time() {
    let store = MemoryStore::new();
    let valid = Arc::new(AtomicUsize::new(1));
    let backend = server(valid.clone());
    let (source, asked) = counted(|number, grant| async move {
        sleep(Duration::from_secs(1)).await;
        assert_eq!(grant.refresh_token().map(|token| token.expose()), Some("r"), "I31");
        issued(number).await
    });
    let source = Arc::new(source);
    let process = || {
        let source = source.clone();
        let refresh = move |grant: Grant| {
            let source = source.clone();
            async move { source.refresh(grant).await }
        };
        builder(&backend).store(store.clone()).refresh_with(refresh).build().unwrap()
    };
    let (one, two) = (process(), process());
    one.session().sign_in(Tokens::new("a0").refresh_token("r")).unwrap();
    one.session().flush().await.unwrap();
    let (first, second) = tokio::join!(one.jobs(), two.jobs());
    assert_eq!((first.unwrap().as_str(), second.unwrap().as_str()), ("jobs by a1", "jobs by a1"));
    assert_eq!(count(&asked), 1, "I1");
}

#[tokio::test]
async fn what_was_provided_is_in_the_grant() {
    let source = |grant: Grant| async move {
        let number = grant.provided::<u64>().copied();
        Ok(Tokens::new(format!("a{}", number.ok_or(Refusal::try_later("no number"))?)))
    };
    let client = builder(&any()).refresh_with(source).provide(7_u64).build().unwrap();
    assert_eq!(client.jobs().await.unwrap(), "jobs by a7");
}

#[tokio::test]
async fn another_client_of_the_session_signs_in_by_itself_too() {
    let backend = any();
    let (source, asked) = counted(|number, _| issued(number));
    let client = builder(&backend).refresh_with(source).build().unwrap();
    let other = builder(&backend).session(client.session()).build().unwrap();
    assert_eq!((other.jobs().await.unwrap().as_str(), count(&asked)), ("jobs by a1", 1));
}

#[test]
fn two_ways_to_refresh_contradict_each_other() {
    let source = || |_: Grant| issued(1);
    let declared = DeclaredClient::builder("https://a.example").refresh_with(source()).build();
    let fixed = JobsClient::builder("https://a.example").bearer("k").refresh_with(source()).build();
    let first = JobsClient::builder("https://a.example").refresh_with(source()).build().unwrap();
    let second = JobsClient::builder("https://a.example").session(first.session());
    let second = second.refresh_with(source()).build();
    let plaintext = JobsClient::builder("http://a.example").refresh_with(source()).build();
    for (error, code, word) in [
        (declared.err(), "build.options", "`#[session(refresh)]`"),
        (fixed.err(), "build.options", "`.bearer(…)`"),
        (second.err(), "build.options", "`.refresh_with(…)` to one client"),
        (plaintext.err(), "build.insecure", "in the clear"),
    ] {
        let error = error.unwrap();
        assert_eq!(error.code(), code);
        assert!(error.to_string().contains(word), "{error}");
    }
    let raw = JobsClient::builder("https://a.example").attach(Attach::raw("x-key"));
    assert!(raw.refresh_with(source()).build().is_ok());
}
