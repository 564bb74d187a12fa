//! The call that starts an advisory refresh waits for it after its own answer, because the program may end
//! with that answer.
//!
//! - **I37** What it returns to has the new tokens in the store, if they came in time.

use std::future::IntoFuture;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use sdk_runtime::{ByteStream, Error, Pages, Result, ServiceTransport, SessionState, api_client};
use sdk_testkit::{Reply, TokenServer};
use test_support::user;
use tokio::time::{Instant, advance, sleep};
use tokio_util::sync::CancellationToken;

use crate::shelf::{Shelf, Writes};
use crate::tracker::{Issue, LATENCY, TrackerClient, builder, with_issues};

/// The result of a call, without its types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answered {
    Well,
    Badly,
}

/// How long a refresh takes, and how long its starter waits for it at most.
const REFRESH: Duration = Duration::from_millis(1_500);
const LONGEST: Duration = Duration::from_secs(2);

#[api_client(timeout = none)]
trait Reader {
    #[get("/issues/{id}")]
    async fn issue(&self, id: u64) -> Result<Issue>;

    #[get("/teapot")]
    async fn teapot(&self) -> Result<()>;

    #[get("/issues/{id}")]
    async fn misread(&self, id: u64) -> Result<Vec<u8>>;

    #[get("/issues/{id}")]
    async fn streamed(&self, id: u64) -> Result<ByteStream>;

    #[get("/pages", paginate = link)]
    fn pages(&self) -> Pages<Vec<u8>>;
}

/// A client that is signed in and whose token is in the advisory window, and a client of another trait that
/// shares its login.
async fn aged(shelf: Option<&Shelf>) -> (TokenServer, TrackerClient, ReaderClient) {
    let server = TokenServer::builder().access_lifetime(Duration::from_secs(1000)).tells_lifetime(true);
    let server = with_issues(server.build())
        .guard("GET", "/teapot", |_, _| async { Reply::empty().status(418).delay(LATENCY) })
        .guard("GET", "/pages", |_, _| async {
            Reply::json(&[1, 2, 3]).header("link", "</pages?page=2>; rel=\"next\"").delay(LATENCY)
        });
    let client = match shelf {
        Some(shelf) => builder(&server).store(shelf.clone()),
        None => builder(&server),
    };
    let client = client.build().unwrap();
    client.login(&user("ann")).await.unwrap();
    let transport = ServiceTransport::new(server.backend().clone());
    let reader = ReaderClient::builder("http://localhost").transport(transport).session(client.session());
    advance(Duration::from_secs(900)).await;
    (server, client.clone(), reader.build().unwrap())
}

/// One way to make a call, and its result.
type Way = fn(ReaderClient) -> Pin<Box<dyn Future<Output = Answered> + Send>>;

fn of<T>(result: Result<T>) -> Answered {
    if result.is_ok() { Answered::Well } else { Answered::Badly }
}

const WAYS: [(&str, Way, Answered); 7] = [
    ("a call", |it| Box::pin(async move { of(it.issue(1).await) }), Answered::Well),
    ("with its head", |it| Box::pin(async move { of(it.issue(1).response().await) }), Answered::Well),
    ("an error", |it| Box::pin(async move { of(it.teapot().await) }), Answered::Badly),
    ("no value", |it| Box::pin(async move { of(it.misread(1).await) }), Answered::Badly),
    ("a stream", |it| Box::pin(async move { of(it.streamed(1).await) }), Answered::Well),
    ("pages", |it| Box::pin(async move { of(it.pages().next().await.unwrap()) }), Answered::Well),
    (
        "a later page",
        |it| {
            Box::pin(async move {
                let mut pages = it.pages();
                pages.next().await.unwrap().unwrap();
                // The first was refreshed for: this is the next life.
                advance(Duration::from_secs(900)).await;
                of(pages.next().await.unwrap())
            })
        },
        Answered::Well,
    ),
];

#[tokio::test(start_paused = true)]
async fn i37_each_starter_of_a_refresh_returns_when_it_is_written() {
    for is_stored in [false, true] {
        for (what, way, expected) in WAYS {
            let shelf = Shelf::new();
            let (server, client, reader) = aged(is_stored.then_some(&shelf)).await;
            server.refresh_latency(REFRESH);
            assert_eq!(way(reader).await, expected, "{what}");
            let counts = server.counts();
            assert_eq!(counts.refreshes, counts.rotations, "I37: {what}");
            assert!(counts.rotations > 0, "I37: {what}");
            let SessionState::SignedIn(login) = client.session().state() else { panic!("{what}") };
            assert_eq!(
                login.generation(),
                1 + counts.rotations as u64,
                "I37: {what}: it has what was obtained"
            );
            let token = client.session().access_token().await.unwrap();
            if is_stored {
                assert!(shelf.text().await.contains(token.expose()), "I37: {what}");
                assert_eq!(shelf.client(&server).issue(2).await.unwrap().owner, "ann", "I37: {what}");
            }
            assert_eq!(server.counts().refreshes, counts.refreshes, "{what}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn i37_a_refresh_that_hangs_or_fails_costs_2_s_at_most_and_makes_no_error() {
    for (what, way, expected) in &WAYS[..6] {
        let (server, _client, reader) = aged(None).await;
        let hold = server.hold_refreshes();
        let begin = Instant::now();
        assert_eq!(way(reader).await, *expected, "{what}");
        assert_eq!(begin.elapsed(), LATENCY + LONGEST, "{what}");
        hold.release();

        let (server, client, reader) = aged(None).await;
        server.next_refresh(Reply::empty().status(429));
        let begin = Instant::now();
        assert_eq!(way(reader).await, *expected, "{what}");
        assert_eq!(begin.elapsed(), LATENCY, "{what}: it has failed by then");
        assert!(client.session().state().is_signed_in(), "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_or_fails_keeps_the_starter_no_longer() {
    for (how, longest) in [(Writes::Never, LONGEST), (Writes::Badly, Duration::ZERO)] {
        let shelf = Shelf::new();
        let (_server, client, reader) = aged(Some(&shelf)).await;
        shelf.writes(how);
        let begin = Instant::now();
        reader.issue(1).await.unwrap();
        assert_eq!(begin.elapsed(), LATENCY + longest);
        shelf.writes(Writes::Well);
        drop(client);
    }
}

#[tokio::test(start_paused = true)]
async fn the_limits_of_the_starter_end_its_wait_and_its_answer_stands() {
    let (server, _client, reader) = aged(None).await;
    let hold = server.hold_refreshes();
    let begin = Instant::now();
    reader.issue(1).timeout(Duration::from_millis(500)).await.expect("the answer is there");
    assert_eq!(begin.elapsed(), Duration::from_millis(500));
    hold.release();

    let (server, _client, reader) = aged(None).await;
    let hold = server.hold_refreshes();
    let (begin, token) = (Instant::now(), CancellationToken::new());
    let cancel = token.clone();
    tokio::spawn(async move {
        sleep(Duration::from_millis(300)).await;
        cancel.cancel();
    });
    reader.issue(1).cancel_on(&token).await.expect("the answer is there");
    assert_eq!(begin.elapsed(), Duration::from_millis(300));
    hold.release();

    let (server, _client, reader) = aged(None).await;
    let hold = server.hold_refreshes();
    let begin = Instant::now();
    let late = reader.issue(1).timeout(LATENCY / 2).await;
    assert!(matches!(late, Err(Error::Timeout(_))), "an answer that is late is late");
    assert_eq!(begin.elapsed(), LATENCY / 2);
    hold.release();
}

#[tokio::test(start_paused = true)]
async fn dropping_the_starter_stops_nothing_and_all_others_are_not_kept() {
    let (server, client, reader) = aged(None).await;
    let hold = server.hold_refreshes();
    let starter = tokio::spawn(reader.issue(1).into_future());
    server.wait_for(|counts| counts.refreshes == 1).await;
    for id in 2..12 {
        let begin = Instant::now();
        reader.issue(id).await.unwrap();
        assert_eq!(begin.elapsed(), LATENCY, "it has started nothing");
    }
    starter.abort();
    assert!(starter.await.is_err());
    hold.release();
    server.wait_for(|counts| counts.rotations == 1).await;
    sleep(Duration::from_millis(1)).await;
    assert_eq!(client.session().access_token().await.unwrap().expose(), "access-00000002", "it went on");
    assert_eq!(server.counts().refreshes, 1);
}

#[tokio::test(start_paused = true)]
async fn who_asks_for_the_token_waits_for_what_it_starts_too() {
    let (server, client, _reader) = aged(None).await;
    server.refresh_latency(REFRESH);
    let begin = Instant::now();
    client.session().access_token().await.unwrap();
    assert_eq!((begin.elapsed(), server.counts().rotations), (REFRESH, 1), "I37");

    advance(Duration::from_secs(900)).await;
    let _hold = server.hold_refreshes();
    let begin = Instant::now();
    client.session().access_token().await.unwrap();
    assert_eq!(begin.elapsed(), LONGEST);
    let begin = Instant::now();
    client.session().access_token().await.unwrap();
    assert_eq!(begin.elapsed(), Duration::ZERO, "it has started nothing");
}

#[tokio::test(start_paused = true)]
async fn a_starter_whose_login_ends_meanwhile_is_released() {
    let (server, client, reader) = aged(None).await;
    let _hold = server.hold_refreshes();
    let begin = Instant::now();
    let starter = tokio::spawn(async move { (reader.issue(1).await, begin.elapsed()) });
    server.wait_for(|counts| counts.refreshes == 1).await;
    sleep(Duration::from_millis(100)).await;
    client.session().sign_out();
    let (answer, waited) = starter.await.unwrap();
    answer.expect("it was answered before");
    assert_eq!(waited, Duration::from_millis(100));
}

#[test]
fn i37_a_runtime_for_each_call_finishes_what_the_call_has_started() {
    let server = with_issues(
        TokenServer::builder().access_lifetime(Duration::from_secs(1000)).tells_lifetime(true).build(),
    );
    let ahead = Arc::new(AtomicU64::new(0));
    let shown = ahead.clone();
    let wall = move || {
        let ahead = shown.load(Ordering::Relaxed);
        SystemTime::now() + Duration::from_secs(ahead)
    };
    let client = builder(&server).wall_clock(wall).build().unwrap();
    let run = |turn: usize| {
        let mut builder = match turn.is_multiple_of(2) {
            true => tokio::runtime::Builder::new_current_thread(),
            false => tokio::runtime::Builder::new_multi_thread(),
        };
        builder.worker_threads(1).enable_all().build().unwrap()
    };
    run(0).block_on(client.login(&user("ann")).into_future()).unwrap();
    server.refresh_latency(Duration::from_millis(100));
    for turn in 1..=10 {
        ahead.fetch_add(900, Ordering::Relaxed);
        let issue = run(turn).block_on(client.issue(turn as u64).into_future()).unwrap();
        assert_eq!(issue.owner, "ann");
        let counts = server.counts();
        assert_eq!((counts.refreshes, counts.rotations, counts.reused), (turn, turn, 0), "I37");
    }
}
