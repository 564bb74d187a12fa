//! Refresh tokens that may be spent once each, under many callers. A second use of one ends the login at this
//! server.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sdk_runtime::error::ExpiredReason;
use sdk_runtime::oauth2::OAuthClient;
use sdk_runtime::{Error, FileStore};
use serde_json::json;
use tokio::time::Instant;

use crate::browser::Browser;
use crate::lasting::file;
use crate::world::{ApiClient, SCOPES, World};

/// Of one program.
const CALLERS: usize = 200;
/// Nothing takes this long, however busy the machine is. Anything that does hangs.
const GUARD: Duration = Duration::from_secs(300);

async fn signed_in(world: &World) -> (OAuthClient, ApiClient) {
    let oauth = world.program("cli").await.scopes(SCOPES).build().unwrap();
    oauth.sign_in(&Browser::agreeing("ann")).await.unwrap();
    let api = world.api(&oauth);
    (oauth, api)
}

/// A server with tokens of 2 s, whose clock waits for so many callers.
fn world(callers: usize) -> World {
    World::with(&json!({ "seconds": 2, "callers": callers }))
}

/// How long the callers call at least: 10 s, or `OIDC_SECONDS`.
fn period() -> Duration {
    let seconds = std::env::var("OIDC_SECONDS").ok().map(|it| it.parse().unwrap());
    Duration::from_secs(seconds.unwrap_or(10))
}

/// Waits until the server has done what `name` says so often.
async fn reached(world: &World, name: &str, times: u64) {
    let counted = async {
        while world.count(name).await < times {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(GUARD, counted).await.unwrap_or_else(|_| panic!("{name}: less than {times}"));
}

/// Lets so many callers call until `end`. Returns the number of calls, and the errors.
async fn load(api: &ApiClient, callers: usize, end: impl Future<Output = ()>) -> (usize, Vec<Error>) {
    let is_over = Arc::new(AtomicBool::new(false));
    let callers = (0..callers).map(|_| {
        let (api, is_over) = (api.clone(), is_over.clone());
        tokio::spawn(async move {
            let (mut calls, mut errors) = (0, Vec::new());
            while !is_over.load(Ordering::Relaxed) {
                calls += 1;
                errors.extend(api.me().await.err());
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            (calls, errors)
        })
    });
    let callers = callers.collect::<Vec<_>>();
    end.await;
    is_over.store(true, Ordering::Relaxed);
    let (mut calls, mut errors) = (0, Vec::new());
    for caller in callers {
        let (more, failed) = caller.await.unwrap();
        calls += more;
        errors.extend(failed);
    }
    (calls, errors)
}

/// The end of the period, and of two refreshes at least.
async fn refreshed(world: &World) {
    tokio::time::sleep(period()).await;
    reached(world, "refresh_token", 2).await;
}

/// No refresh token was used twice. The server counts in whole seconds, so a token of 2 s lives for 1 s at
/// least, however busy the machine is.
async fn each_was_used_once(world: &World, elapsed: Duration) {
    let (refreshes, rejected) = (world.count("refresh_token").await, world.count("me 401").await);
    let reused = world.count("reused").await;
    println!("  {refreshes} refreshes, {reused} reused, {rejected} rejections in {elapsed:.0?}");
    assert_eq!((reused, world.count("revoked").await), (0, 0));
    assert!(refreshes <= elapsed.as_secs() + 1, "{refreshes} refreshes in {elapsed:?}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs node"]
async fn under_load_no_refresh_token_is_used_twice_and_no_call_fails() {
    let world = world(CALLERS);
    let (_oauth, api) = signed_in(&world).await;
    let begin = Instant::now();
    let (calls, errors) = load(&api, CALLERS, refreshed(&world)).await;
    println!("{CALLERS} callers, {calls} calls, {} failed", errors.len());
    assert!(errors.is_empty(), "{} of {calls} calls: {:?}", errors.len(), errors.first());
    each_was_used_once(&world, begin.elapsed()).await;
}

/// Programs that share a login share its refreshes too: a token that one has spent is never sent by another.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs node"]
async fn under_load_programs_that_share_a_store_use_no_refresh_token_twice() {
    let world = Arc::new(world(3 * CALLERS));
    let path = file("shared");
    let mut programs = Vec::new();
    for number in 0..3 {
        let builder = world.program("cli").await.scopes(SCOPES);
        let oauth = builder.store(FileStore::new(&path)).build().unwrap();
        if number == 0 {
            oauth.sign_in(&Browser::agreeing("ann")).await.unwrap();
            oauth.session().flush().await.unwrap();
        }
        programs.push((world.api(&oauth), oauth));
    }
    let begin = Instant::now();
    let loads = programs.iter().map(|(api, _)| {
        let (api, world) = (api.clone(), world.clone());
        tokio::spawn(async move { load(&api, CALLERS, refreshed(&world)).await })
    });
    for load in loads.collect::<Vec<_>>() {
        let (calls, errors) = load.await.unwrap();
        println!("{CALLERS} callers of one program of 3, {calls} calls, {} failed", errors.len());
        assert!(errors.is_empty(), "{} of {calls} calls: {:?}", errors.len(), errors.first());
    }
    each_was_used_once(&world, begin.elapsed()).await;
    fs::remove_dir_all(path.parent().unwrap()).unwrap();
}

/// A 503 says nothing of the refresh token, so it is sent once more, and again after each cool-down. A call
/// that cannot wait for that is told that the refresh is unavailable.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs node"]
async fn a_token_endpoint_that_is_down_or_slow_ends_no_login() {
    let world = world(CALLERS);
    let (oauth, api) = signed_in(&world).await;
    // Each fault is met before the next one, until the period is over.
    let faults = async {
        let begin = Instant::now();
        let mut kinds = [("503", 1), ("slow", 2), ("503", 3), ("slow", 1)].iter().cycle();
        while begin.elapsed() < period() {
            for &(kind, times) in kinds.by_ref().take(2) {
                let name = format!("fault {kind}");
                let after = world.count(&name).await + u64::from(times);
                world.fault(kind, times).await;
                reached(&world, &name, after).await;
            }
        }
        world.fault("none", 0).await;
    };
    let (calls, errors) = load(&api, CALLERS, faults).await;
    let (down, slow) = (world.count("fault 503").await, world.count("fault slow").await);
    let (refreshes, reused) = (world.count("refresh_token").await, world.count("reused").await);
    println!("{CALLERS} callers, {calls} calls, {} failed", errors.len());
    println!("  {down} answers 503, {slow} slow ones, {refreshes} refreshes, {reused} reused");
    let other = errors.iter().find(|error| !matches!(error, Error::RefreshUnavailable(_)));
    assert!(other.is_none(), "{other:?}");
    assert!(errors.len() < calls, "{calls} calls");
    assert_eq!(reused, 0);
    let deadline = Instant::now() + GUARD;
    while let Err(error) = api.me().await {
        assert!(matches!(error, Error::RefreshUnavailable(_)) && Instant::now() < deadline, "{error:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(oauth.session().state().is_signed_in());
}

/// The server has rotated the refresh token, and its answer is lost. No client can know the new one. The
/// token is sent once more, which saves the login at a server with a period of grace. This server has none:
/// it ends the login, and each caller is told that the answer was lost, not that the user did something.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs node"]
async fn a_lost_rotation_is_reported_as_one_and_the_user_can_sign_in_again() {
    let world = world(CALLERS);
    let (oauth, api) = signed_in(&world).await;
    world.fault("cut", 1).await;
    let (calls, errors) = load(&api, CALLERS, reached(&world, "revoked", 1)).await;
    assert!(!errors.is_empty() && errors.len() < calls);
    for error in &errors {
        let Error::SessionExpired(expired) = error else { panic!("{error:?}") };
        assert_eq!(expired.reason(), ExpiredReason::LostRotation);
    }
    let counts = [world.count("refresh_token").await, world.count("reused").await];
    assert_eq!(counts, [1, 1], "the lost one, and once more");
    assert_eq!(world.count("revoked").await, 1);
    oauth.sign_in(&Browser::agreeing("ann")).await.unwrap();
    assert_eq!(api.me().await.unwrap().user.as_deref(), Some("ann"));
}
