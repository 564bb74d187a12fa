//! Two clocks: a machine that was suspended, a time of day that is set.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use sdk_runtime::Tokens;
use sdk_testkit::{Event, TokenServer};
use test_support::user;
use tokio::time::advance;

use crate::shelf::Shelf;
use crate::tracker::{TrackerClient, builder, with_issues};

/// A time of day that only a test moves; what passes on tokio's clock is not on it.
#[derive(Clone)]
pub struct Wall(Arc<Mutex<SystemTime>>);

impl Wall {
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(SystemTime::now())))
    }

    pub fn now(&self) -> SystemTime {
        *self.0.lock().unwrap()
    }

    pub fn forward(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }

    fn back(&self, by: Duration) {
        *self.0.lock().unwrap() -= by;
    }
}

fn server() -> TokenServer {
    let builder = TokenServer::builder().access_lifetime(Duration::from_secs(1000)).tells_lifetime(true);
    with_issues(builder.build())
}

async fn signed_in(server: &TokenServer) -> (Wall, TrackerClient) {
    let wall = Wall::new();
    let shown = wall.clone();
    let client = builder(server).wall_clock(move || shown.now()).build().unwrap();
    client.login(&user("ann")).await.unwrap();
    (wall, client)
}

#[tokio::test(start_paused = true)]
async fn a_token_that_lapsed_while_the_machine_slept_is_refreshed_before_anything_is_sent() {
    let server = server();
    let (wall, client) = signed_in(&server).await;
    wall.forward(Duration::from_secs(8 * 3600));
    client.issue(1).await.unwrap();
    let order: Vec<_> = server.timeline().into_iter().map(|(_, event)| event).collect();
    assert!(matches!(order[..], [Event::Login, Event::Refresh, Event::Rotation, Event::Served]), "{order:?}");
}

#[tokio::test(start_paused = true)]
async fn i26_a_clock_that_is_set_back_makes_no_token_young_again() {
    let server = server();
    let (wall, client) = signed_in(&server).await;
    wall.back(Duration::from_secs(365 * 86_400));
    client.issue(1).await.unwrap();
    assert_eq!(server.counts().refreshes, 0, "nor old");
    advance(Duration::from_secs(1001)).await;
    client.issue(2).await.unwrap();
    let counts = server.counts();
    assert_eq!((counts.refreshes, counts.rejected_calls), (1, 0), "I26: the other clock has seen it age");
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_was_wrong_costs_one_refresh() {
    let server = server();
    let (wall, client) = signed_in(&server).await;
    // A dead battery, and then the network tells the time.
    wall.forward(Duration::from_secs(10 * 365 * 86_400));
    for id in 0..100 {
        client.issue(id).await.unwrap();
    }
    assert_eq!(server.counts().refreshes, 1);
    wall.back(Duration::from_secs(10 * 365 * 86_400));
    for id in 0..100 {
        client.issue(id).await.unwrap();
    }
    assert_eq!(server.counts().refreshes, 1);
}

#[tokio::test(start_paused = true)]
async fn a_login_in_a_store_ages_while_no_program_runs() {
    let (server, shelf) = (server(), Shelf::new());
    let wall = Wall::new();
    let start = || {
        let shown = wall.clone();
        builder(&server).store(shelf.clone()).wall_clock(move || shown.now()).build().unwrap()
    };
    start().login(&user("ann")).await.unwrap();
    wall.forward(Duration::from_secs(100));
    start().issue(1).await.unwrap();
    assert_eq!(server.counts().refreshes, 0, "it is good still");
    wall.forward(Duration::from_secs(3600));
    start().issue(2).await.unwrap();
    let counts = server.counts();
    assert_eq!((counts.refreshes, counts.rejected_calls), (1, 0));
    wall.back(Duration::from_secs(86_400));
    start().issue(3).await.unwrap();
    assert_eq!(server.counts().refreshes, 1, "what seems to come from the future is new");
}

/// Until it is told to, it shows the time. Then it does what it was told instead, for every caller.
#[derive(Clone, Default)]
struct Odd(Arc<Mutex<Option<Job>>>);

type Job = Arc<dyn Fn() + Send + Sync>;

impl Odd {
    fn now(&self) -> SystemTime {
        let job = self.0.lock().unwrap().clone();
        if let Some(job) = job {
            job();
        }
        SystemTime::now()
    }

    fn does(&self, job: impl Fn() + Send + Sync + 'static) {
        *self.0.lock().unwrap() = Some(Arc::new(job));
    }
}

#[tokio::test(start_paused = true)]
async fn i6_a_clock_that_panics_ends_no_call_and_no_process() {
    for is_stored in [false, true] {
        let (server, odd) = (server(), Odd::default());
        let shown = odd.clone();
        let builder = builder(&server).wall_clock(move || shown.now());
        let builder = if is_stored { builder.store(Shelf::new()) } else { builder };
        let client = builder.build().unwrap();
        client.login(&user("ann")).await.unwrap();
        odd.does(|| panic!("what time is it?"));
        server.expire_access_tokens();
        for id in 0..3 {
            client.issue(id).await.unwrap();
        }
        client.session().refresh().await.unwrap();
        // A task that is dropped in the middle asks for the time as well.
        let hold = server.hold_refreshes();
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let session = client.session().clone();
        let refreshing = runtime.spawn(async move { session.refresh().await });
        server.wait_for(|counts| counts.refreshes == 3).await;
        runtime.shutdown_background();
        let _ = refreshing.await;
        drop(hold);
        // This one may have joined the one that ends.
        let _ = client.session().refresh().await;
        client.session().refresh().await.unwrap();
        client.issue(4).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn i28_a_clock_may_use_the_session_whose_clock_it_is() {
    let (server, odd) = (server(), Odd::default());
    let shown = odd.clone();
    let client = builder(&server).wall_clock(move || shown.now()).build().unwrap();
    client.login(&user("ann")).await.unwrap();
    let session = client.session().clone();
    odd.does(move || {
        drop((session.state(), session.events(), session.watch()));
        let mut token = std::pin::pin!(session.access_token());
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        let _ = token.as_mut().poll(&mut context);
    });
    advance(Duration::from_secs(900)).await;
    for id in 0..3 {
        client.issue(id).await.unwrap();
    }
    client.session().refresh().await.unwrap();

    let session = client.session().clone();
    odd.does(move || drop(session.sign_in(sdk_runtime::Tokens::new("another"))));
    client.session().sign_in(sdk_runtime::Tokens::new("its own")).unwrap();
    assert!(client.session().state().is_signed_in());
    client.issue(4).await.unwrap_err();
    odd.does(|| {});
}

/// The record in the store says when the tokens were issued that stand there, and how long these live.
#[tokio::test(start_paused = true)]
async fn i13_a_refreshed_token_is_as_old_after_a_restart_as_before() {
    let (server, shelf, wall) = (server(), Shelf::new(), Wall::new());
    let process = || {
        let shown = wall.clone();
        builder(&server).store(shelf.clone()).wall_clock(move || shown.now()).build().unwrap()
    };
    let (issued, short) = (server.issue("ann"), Duration::from_secs(10));
    let tokens = Tokens::new(issued.access_token).refresh_token(issued.refresh_token.unwrap());
    let client = process();
    client.session().sign_in(tokens.expires_in(short)).unwrap();
    client.session().flush().await.unwrap();
    for (seconds, refreshes) in [(2000, 1), (0, 1), (800, 1), (200, 2)] {
        wall.forward(Duration::from_secs(seconds));
        assert_eq!(process().issue(1).await.unwrap().owner, "ann");
        assert_eq!(server.counts().refreshes, refreshes, "I13: {seconds} s later");
    }
}
