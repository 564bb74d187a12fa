//! Refresh tokens that may be spent once each, under many callers. A second use of one ends the login at this
//! server.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use sdk_runtime::error::ExpiredReason;
use sdk_runtime::oauth2::OAuthClient;
use sdk_runtime::{Error, FileStore};
use tokio::time::Instant;

use crate::browser::Browser;
use crate::lasting::file;
use crate::world::{ApiClient, SCOPES, World};

const CALLERS: usize = 200;

async fn signed_in(world: &World) -> (OAuthClient, ApiClient) {
    let oauth = world.program("cli").await.scopes(SCOPES).build().unwrap();
    oauth.sign_in(&Browser::agreeing("ann")).await.unwrap();
    let api = world.api(&oauth);
    (oauth, api)
}

/// How long the callers call: 10 s, or `OIDC_SECONDS`.
fn period() -> Duration {
    let seconds = std::env::var("OIDC_SECONDS").ok().map(|it| it.parse().unwrap());
    Duration::from_secs(seconds.unwrap_or(10))
}

/// Lets so many callers call until `end`. Returns the number of calls, and the errors.
async fn load(api: &ApiClient, callers: usize, end: Instant) -> (usize, Vec<Error>) {
    let callers = (0..callers).map(|_| {
        let api = api.clone();
        tokio::spawn(async move {
            let (mut calls, mut errors) = (0, Vec::new());
            while Instant::now() < end {
                calls += 1;
                errors.extend(api.me().await.err());
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            (calls, errors)
        })
    });
    let (mut calls, mut errors) = (0, Vec::new());
    for caller in callers.collect::<Vec<_>>() {
        let (more, failed) = caller.await.unwrap();
        calls += more;
        errors.extend(failed);
    }
    (calls, errors)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs node"]
async fn under_load_no_refresh_token_is_used_twice_and_no_call_fails() {
    let world = World::new(2);
    let (_oauth, api) = signed_in(&world).await;
    let begin = Instant::now();
    let (calls, errors) = load(&api, CALLERS, begin + period()).await;
    let elapsed = begin.elapsed();
    let refreshes = world.count("refresh_token").await;
    let rejected = world.count("me 401").await;
    println!("{calls} calls, {refreshes} refreshes, {rejected} rejections in {elapsed:?}");
    assert!(errors.is_empty(), "{} of {calls} calls: {:?}", errors.len(), errors.first());
    assert_eq!((world.count("reused").await, world.count("revoked").await), (0, 0));
    // The server counts in whole seconds, so a token of 2 s lives for 1 s at least. A token that is not
    // rejected is refreshed in the last quarter of its lifetime.
    assert!(refreshes >= elapsed.as_secs() / 2, "{refreshes} refreshes");
    assert!(refreshes <= elapsed.as_secs() + 1, "{refreshes} refreshes in {elapsed:?}");
}

/// Programs that share a login share its refreshes too: a token that one has spent is never sent by another.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs node"]
async fn under_load_programs_that_share_a_store_use_no_refresh_token_twice() {
    let world = World::new(2);
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
        let api = api.clone();
        tokio::spawn(async move { load(&api, CALLERS / 3, begin + period()).await })
    });
    for load in loads.collect::<Vec<_>>() {
        let (calls, errors) = load.await.unwrap();
        assert!(errors.is_empty(), "{} of {calls} calls: {:?}", errors.len(), errors.first());
    }
    let (refreshes, elapsed) = (world.count("refresh_token").await, begin.elapsed());
    println!("{refreshes} refreshes of {} programs in {elapsed:?}", programs.len());
    assert_eq!((world.count("reused").await, world.count("revoked").await), (0, 0));
    assert!(refreshes <= elapsed.as_secs() + 1, "{refreshes} refreshes in {elapsed:?}");
    fs::remove_dir_all(path.parent().unwrap()).unwrap();
}

/// A 503 says nothing of the refresh token, so it is sent once more, and again after each cool-down. A call
/// that cannot wait for that is told that the refresh is unavailable.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs node"]
async fn a_token_endpoint_that_is_down_or_slow_ends_no_login() {
    let world = Arc::new(World::new(2));
    let (oauth, api) = signed_in(&world).await;
    let end = Instant::now() + period();
    let at = world.clone();
    let faults = tokio::spawn(async move {
        let kinds = [("503", 1), ("slow", 2), ("503", 3), ("slow", 1)];
        let mut kinds = kinds.iter().cycle();
        while Instant::now() < end {
            let (kind, times) = kinds.next().unwrap();
            let name = format!("fault {kind}");
            let after = at.count(&name).await + u64::from(*times);
            at.fault(kind, *times).await;
            while at.count(&name).await < after && Instant::now() < end {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        at.fault("none", 0).await;
    });
    let (calls, errors) = load(&api, CALLERS, end).await;
    faults.await.unwrap();
    let (down, slow) = (world.count("fault 503").await, world.count("fault slow").await);
    println!("{calls} calls, {down} answers 503, {slow} slow ones, {} calls failed", errors.len());
    let other = errors.iter().find(|error| !matches!(error, Error::RefreshUnavailable(_)));
    assert!(other.is_none(), "{other:?}");
    assert!(down > 0 && slow > 0 && errors.len() < calls);
    assert_eq!(world.count("reused").await, 0);
    // The longest cool-down of a fault that has just ended.
    let deadline = Instant::now() + Duration::from_secs(10);
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
    let world = World::new(2);
    let (oauth, api) = signed_in(&world).await;
    world.fault("cut", 1).await;
    let (calls, errors) = load(&api, CALLERS, Instant::now() + Duration::from_secs(5)).await;
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
