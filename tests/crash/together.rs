//! Processes that use one login at the same time, some of which are killed meanwhile.
//!
//! - **I1** Of all processes that share a store, one refreshes the login at a time.
//! - **I10** Tokens of a refresh that another process has superseded are used by no process.
//! - **I13** What was not written down signs nothing.
//! - **I15** What another process has put there is not cleared.

use sdk_testkit::Reply;
use serde_json::json;

use crate::kept::Kept;
use crate::process::Process;
use crate::stage::Stage;

const ANN: &str = "ann, login 0";

#[tokio::test]
async fn i1_of_two_that_need_a_refresh_one_asks_for_it() {
    for locks in [true, false] {
        let stage = Stage::new(locks).await;
        let (mut one, mut other) = (stage.start_signed_in().await, stage.start());
        let hold = stage.server.hold_refreshes();
        one.say("be served").await;
        stage.counts(|counts| counts.refreshes == 1).await;
        other.say("be served").await;
        // It asks for the right to refresh, and again, and does not get it.
        for _ in 0..3 {
            other.comes_to(if locks { "busy" } else { "no lock" }).await;
        }
        hold.release();
        assert_eq!((one.answers().await, other.answers().await), (ANN.to_owned(), ANN.to_owned()));
        assert_eq!(stage.sends(), [1], "with locks: {locks}");
        assert_eq!(stage.kept().await, Kept::Login { number: 2, intent: false }, "with locks: {locks}");
    }
}

#[tokio::test]
async fn i1_of_two_that_begin_at_once_one_asks() {
    for locks in [true, false] {
        let stage = Stage::new(locks).await;
        stage.start_signed_in().await.kill().await;
        let (mut one, mut other) = (stage.start(), stage.start());
        one.is_held_at("be served", "lock").await;
        other.is_held_at("be served", "lock").await;
        one.say("go on").await;
        other.say("go on").await;
        assert_eq!((one.answers().await, other.answers().await), (ANN.to_owned(), ANN.to_owned()));
        assert_eq!(stage.sends(), [1], "with locks: {locks}");
    }
}

/// What is held is longer than a call takes: another one asks for the lock three times.
#[tokio::test]
async fn i13_no_caller_is_served_before_the_tokens_are_stored() {
    let stage = Stage::new(true).await;
    let (mut one, mut other) = (stage.start_signed_in().await, stage.start());
    one.is_held_at("be served", "write tokens").await;
    other.say("be served").await;
    for _ in 0..3 {
        other.comes_to("busy").await;
    }
    assert_eq!(stage.server.counts().served_calls, 0);
    one.say("go on").await;
    assert_eq!((one.answers().await, other.answers().await), (ANN.to_owned(), ANN.to_owned()));
    assert_eq!(stage.sends(), [1]);
}

#[tokio::test]
async fn i10_who_signs_out_in_one_process_is_signed_out_in_all() {
    for locks in [true, false] {
        let stage = Stage::new(locks).await;
        let (mut one, mut other) = (stage.start_signed_in().await, stage.start());
        // What is ended is the login, and not only the tokens that this process knows.
        assert_eq!(other.does("be served").await, ANN, "with locks: {locks}");
        assert_eq!(one.does("sign out here").await, "signed out", "with locks: {locks}");
        assert_eq!(stage.kept().await, Kept::End, "with locks: {locks}");
        stage.server.expire_access_tokens();
        assert_eq!(other.does("be served").await, "no user", "with locks: {locks}");
        assert_eq!(stage.sends(), [1], "with locks: {locks}");
    }
}

#[tokio::test]
async fn i10_a_refresh_restores_no_login_that_was_signed_out_elsewhere() {
    for locks in [true, false] {
        let stage = Stage::new(locks).await;
        let (mut one, mut other) = (stage.start_signed_in().await, stage.start());
        let hold = stage.server.hold_refreshes();
        other.say("be served").await;
        stage.counts(|counts| counts.refreshes == 1).await;
        assert_eq!(one.does("sign out here").await, "signed out", "with locks: {locks}");
        hold.release();
        assert_eq!(other.answers().await, "no user", "with locks: {locks}");
        assert_eq!(stage.kept().await, Kept::End, "with locks: {locks}");
    }
}

#[tokio::test]
async fn i15_what_becomes_of_old_tokens_is_nothing_to_a_newer_login() {
    for is_refused in [true, false] {
        let stage = Stage::new(true).await;
        let (mut one, mut other) = (stage.start_signed_in().await, stage.start());
        if is_refused {
            let refusal = Reply::json(&json!({ "error": "invalid_grant" })).status(401);
            stage.server.next_refresh(refusal);
        }
        let hold = stage.server.hold_refreshes();
        one.say("be served").await;
        stage.counts(|counts| counts.refreshes == 1).await;
        assert_eq!(other.does("sign in").await, "signed in");
        hold.release();
        // That call was made for the login before.
        assert_eq!(one.answers().await, "IdentityChanged", "refused: {is_refused}");
        assert_eq!(one.does("be served").await, "ann, login 1", "refused: {is_refused}");
        let kept = Kept::Login { number: 1, intent: false };
        assert_eq!(stage.kept().await, kept, "refused: {is_refused}");
    }
}

/// How often all access tokens die.
const DEATHS: usize = 40;
/// The steps at which one of the processes is killed each second time. A token that only the dead had
/// received would be lost for good, so none of them lies between the server's answer and the file; and a
/// lease of the dead would have to run out.
const STEPS: [&str; 7] = ["lock", "busy", "locked", "loaded", "write intent", "wrote intent", "wrote tokens"];
const STEPS_OF_LEASES: [&str; 5] = ["lock", "no lock", "loaded", "write intent", "wrote tokens"];

async fn four_live_on_one_login(locks: bool, steps: &[&str]) {
    let stage = Stage::new(locks).await;
    stage.start_signed_in().await.kill().await;
    let mut processes: Vec<Process> = (0..4).map(|_| stage.start()).collect();
    let mut random = fastrand::Rng::with_seed(7);
    let mut killed = Vec::new();
    for death in 0..DEATHS {
        stage.server.expire_access_tokens();
        let step = steps[random.usize(..steps.len())];
        let is_killed = death % 2 == 0;
        // The first, because most of the steps are those of the first to ask.
        processes.swap(0, random.usize(..4));
        if is_killed {
            processes[0].say(&format!("hold {step}")).await;
        }
        for process in &mut processes {
            process.say("be served").await;
        }
        if is_killed {
            if processes[0].comes_to_or_answers(step).await {
                killed.push(step);
            }
            let mut next = stage.start();
            next.say("be served").await;
            std::mem::replace(&mut processes[0], next).kill().await;
        }
        for process in &mut processes {
            assert_eq!(process.answers().await, ANN, "after {death} deaths, killed at {killed:?}");
        }
    }
    assert!(killed.len() >= DEATHS / 5, "most were killed when they had nothing to do: {killed:?}");
    assert_eq!(stage.sends(), [1; DEATHS], "each refresh token is sent once; killed at {killed:?}");
    assert_eq!(stage.server.counts().logins, 1);
    assert_eq!(stage.kept().await, Kept::Login { number: 1 + DEATHS, intent: false });
}

#[tokio::test]
async fn i1_four_live_on_one_login_while_one_after_the_other_is_killed() {
    four_live_on_one_login(true, &STEPS).await;
}

#[tokio::test]
async fn i1_four_live_on_one_login_by_leases() {
    four_live_on_one_login(false, &STEPS_OF_LEASES).await;
}
