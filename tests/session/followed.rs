//! A session of a pool that follows a closed one: when it is dropped, and what it waits for.

use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::closed::{counted, pool, sign_in_and_close, tokens, works_again};
use crate::shelf::Writes;
use crate::tracker::server;

/// How the closed session before it ends, while no caller asks for the next one.
#[tokio::test(start_paused = true)]
async fn i33_a_session_leaves_the_pool_when_the_one_before_it_has_finished() {
    for ends in [Writes::Well, Writes::Badly] {
        let server = server();
        let (shelf, pool) = pool(&server);
        let pool = pool.limit(1);
        shelf(1).writes(Writes::Never);
        sign_in_and_close(&pool, &server, 1, "ann");
        let _ = pool.get(&1);
        shelf(1).writes(ends);
        sleep(Duration::from_secs(100)).await;
        for key in 2..20 {
            let _ = pool.get(&key);
        }
        assert_eq!(pool.len(), 1, "I33");
    }
}

#[tokio::test(start_paused = true)]
async fn i9_a_session_stays_in_the_pool_while_the_refresh_of_the_one_before_it_is_under_way() {
    let server = server();
    let (_, pool) = pool(&server);
    let pool = pool.limit(2);
    pool.get(&1).session().sign_in(tokens(&server, "ann")).unwrap();
    server.expire_access_tokens();
    server.refresh_latency(Duration::from_secs(2));
    let client = pool.get(&1);
    let call = tokio::spawn(async move { client.issue(1).await });
    server.wait_for(|counts| counts.refreshes == 1).await;
    pool.get(&1).session().close();
    let _ = pool.get(&1);
    for key in 2..20 {
        let _ = pool.get(&key);
    }
    assert_eq!(pool.get(&1).issue(2).await.expect("I9").owner, "ann");
    call.await.unwrap().unwrap_err();
    let counts = server.counts();
    assert_eq!((counts.refreshes, counts.reused), (1, 0), "I9");
}

#[tokio::test(start_paused = true)]
async fn a_later_session_waits_10_s_for_the_refresh_of_the_first() {
    let server = server();
    let (_, pool) = pool(&server);
    pool.get(&1).session().sign_in(tokens(&server, "ann")).unwrap();
    pool.get(&1).session().flush().await.unwrap();
    server.refresh_latency(Duration::from_secs(15));
    let session = pool.get(&1).session().clone();
    let refresh = tokio::spawn(async move { session.refresh().await });
    server.wait_for(|counts| counts.refreshes == 1).await;
    pool.get(&1).session().close();
    let begin = Instant::now();
    let client = pool.get(&1);
    client.session().access_token().await.unwrap();
    assert_eq!(begin.elapsed().as_secs(), 10);
    refresh.await.unwrap().unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn i33_a_pool_that_has_ended_keeps_no_session_that_has_finished() {
    let server = server();
    let (there, shelf, pool) = counted(&server);
    shelf.writes(Writes::Never);
    sign_in_and_close(&pool, &server, 1, "ann");
    pool.get(&1).session().sign_in(tokens(&server, "bob")).unwrap();
    works_again(shelf, Duration::from_secs(1));
    pool.shutdown().await.unwrap();
    sleep(Duration::from_secs(1)).await;
    assert_eq!(there.load(Ordering::SeqCst), 0, "I33");
    assert!(pool.is_empty());
}
