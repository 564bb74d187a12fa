//! A hundred thousand callers of one refresh, of whom many do not stay to see it.

use std::future::IntoFuture;
use std::time::Duration;

use sdk_runtime::{Error, error::TimeoutPhase};
use tokio::task::{AbortHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::tracker::{Issue, LATENCY, expired_client, most_sends_of_one_call, server};

const CALLERS: u64 = 100_000;
/// As many have been refused by the server when the rest comes and waits without a word to it.
const REFUSED: u64 = 10_000;
const IMPATIENT: Duration = Duration::from_secs(5);

/// Who does not wait for the end, and how.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Fate {
    Waits,
    Dropped,
    Cancelled,
    TimesOut,
}

/// The same fates in every run (Steele and Vigna's SplitMix64): three of ten are dropped, one is cancelled,
/// one times out.
fn fates() -> impl Iterator<Item = Fate> {
    let mut state = 0x5eed_u64;
    std::iter::repeat_with(move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        match (mixed ^ (mixed >> 31)) % 10 {
            0..3 => Fate::Dropped,
            3 => Fate::Cancelled,
            4 => Fate::TimesOut,
            _ => Fate::Waits,
        }
    })
}

#[tokio::test(start_paused = true)]
async fn a_hundred_thousand_callers_come_and_half_of_them_go() {
    let server = server();
    let client = expired_client(&server).await;
    let hold = server.hold_refreshes();
    let cancel = CancellationToken::new();

    let mut calls = JoinSet::new();
    let mut dropped: Vec<AbortHandle> = Vec::new();
    let mut count = std::collections::HashMap::<Fate, usize>::new();
    for (id, fate) in (0..CALLERS).zip(fates()) {
        if id == REFUSED {
            server.wait_for(|counts| counts.refreshes == 1).await;
        }
        let call = match fate {
            Fate::Cancelled => client.issue(id).cancel_on(&cancel),
            Fate::TimesOut => client.issue(id).timeout(IMPATIENT),
            Fate::Waits | Fate::Dropped => client.issue(id),
        };
        let call = call.into_future();
        let handle = calls.spawn(async move { (id, fate, call.await) });
        *count.entry(fate).or_default() += 1;
        if fate == Fate::Dropped {
            dropped.push(handle);
        }
    }
    // The clock moves once no task can go on without it: all of them wait by then.
    tokio::time::sleep(LATENCY).await;
    assert_eq!(
        server.counts().rejected_calls,
        REFUSED as usize,
        "those who come later wait, and are not sent"
    );
    dropped.iter().for_each(AbortHandle::abort);
    cancel.cancel();
    tokio::time::sleep(IMPATIENT).await;
    hold.release();

    let mut ended = std::collections::HashMap::<Fate, usize>::new();
    while let Some(done) = calls.join_next().await {
        let fate = match done {
            Err(error) => {
                assert!(error.is_cancelled(), "{error}");
                Fate::Dropped
            }
            Ok((id, fate, outcome)) => {
                match (fate, outcome) {
                    (Fate::Waits, Ok(issue)) => assert_eq!(issue, Issue { id, owner: "ann".to_owned() }),
                    (Fate::Cancelled, Err(Error::Cancelled(_))) => {}
                    (Fate::TimesOut, Err(Error::Timeout(it))) => {
                        assert_eq!(it.phase(), TimeoutPhase::Refresh)
                    }
                    (fate, outcome) => panic!("I6, I8: {fate:?} {outcome:?}"),
                }
                fate
            }
        };
        *ended.entry(fate).or_default() += 1;
    }
    assert_eq!(ended, count, "I6");
    let counts = server.counts();
    assert_eq!((counts.refreshes, counts.rotations, counts.reused), (1, 1, 0), "I1, I8");
    assert_eq!(counts.served_calls, count[&Fate::Waits]);
    assert_eq!(most_sends_of_one_call(&server), 2, "I19");
}
