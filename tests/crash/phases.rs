//! A process killed at each step: the next one must find a login, or say why there is none.
//!
//! - **I13** What was published had been written down.
//! - **I14** The refresh token is spent once. It is sent once more only if no process can know whether it was
//!   spent.

use crate::kept::Kept;
use crate::stage::Stage;

const OLD: Kept = Kept::Login { number: 1, intent: false };
const IN_DOUBT: Kept = Kept::Login { number: 1, intent: true };
const NEW: Kept = Kept::Login { number: 2, intent: false };

/// Whom the server knows, by which login.
const ANN: &str = "ann, login 0";
const ANN_AGAIN: &str = "ann, login 1";

/// Where a process is killed that refreshes its login.
#[derive(Debug, Clone, Copy, PartialEq)]
enum At {
    Step(&'static str),
    /// The server has the request, and has decided nothing.
    Received,
    /// The server has spent the token, and the answer is not on its way yet.
    Rotated,
    /// The call has its answer.
    Idle,
}

/// What is stored then, what the next process gets, and how often the refresh token was sent in all.
const REFRESHES: [(At, Kept, &str, usize); 11] = [
    (At::Step("lock"), OLD, ANN, 1),
    (At::Step("locked"), OLD, ANN, 1),
    (At::Step("load"), OLD, ANN, 1),
    (At::Step("loaded"), OLD, ANN, 1),
    (At::Step("write intent"), OLD, ANN, 1),
    (At::Step("wrote intent"), IN_DOUBT, ANN, 1),
    (At::Received, IN_DOUBT, ANN, 2),
    (At::Rotated, IN_DOUBT, "LostRotation", 2),
    (At::Step("write tokens"), IN_DOUBT, "LostRotation", 2),
    (At::Step("wrote tokens"), NEW, ANN, 1),
    (At::Idle, NEW, ANN, 1),
];

async fn killed_in_a_refresh(locks: bool) {
    for (at, kept, outcome, sends) in REFRESHES {
        let case = format!("killed at {at:?}, with locks: {locks}");
        let stage = Stage::new(locks).await;
        let server = &stage.server;
        let mut victim = stage.start_signed_in().await;
        let mut hold = None;
        match at {
            At::Step("locked") if !locks => victim.is_held_at("be served", "no lock").await,
            At::Step(step) => victim.is_held_at("be served", step).await,
            At::Received => {
                hold = Some(server.hold_refreshes());
                victim.say("be served").await;
                stage.counts(|counts| counts.refreshes == 1).await;
            }
            At::Rotated => {
                server.refresh_latency(std::time::Duration::from_secs(3600));
                victim.say("be served").await;
                stage.counts(|counts| counts.rotations == 1).await;
                server.refresh_latency(std::time::Duration::ZERO);
            }
            At::Idle => assert_eq!(victim.does("be served").await, ANN, "{case}"),
        }
        victim.kill().await;
        assert_eq!(stage.kept().await, kept, "{case}");

        let sent = server.counts().refreshes;
        let mut next = stage.start();
        next.say("be served").await;
        if !locks && kept == IN_DOUBT {
            // No process can tell that the holder of the lease is dead.
            for _ in 0..3 {
                next.comes_to("no lock").await;
            }
            assert_eq!(server.counts().refreshes, sent, "{case}: the lease has not run out");
            next.say("be ahead 3600").await;
        }
        if let Some(hold) = hold {
            // By now the server has noticed that the first one has hung up.
            stage.counts(|counts| counts.refreshes == sent + 1).await;
            hold.release();
        }
        assert_eq!(next.answers().await, outcome, "{case}");
        assert!(!next.has_told("busy"), "{case}: the lock of the dead is free");
        let is_lost = outcome != ANN;
        let counts = server.counts();
        assert_eq!(stage.sends(), [sends], "{case}");
        assert_eq!((counts.rotations, counts.reused), (1, usize::from(is_lost)), "{case}");
        assert_eq!(stage.kept().await, if is_lost { Kept::End } else { NEW }, "{case}");
        if is_lost {
            assert_eq!(next.does("sign in").await, "signed in", "{case}");
            assert_eq!(next.does("be served").await, ANN_AGAIN, "{case}");
        }
    }
}

#[tokio::test]
async fn i14_killed_anywhere_in_a_refresh() {
    killed_in_a_refresh(true).await;
}

#[tokio::test]
async fn i14_killed_anywhere_in_a_refresh_by_a_lease() {
    killed_in_a_refresh(false).await;
}

#[tokio::test]
async fn i14_killed_again_and_again() {
    let stage = Stage::new(true).await;
    stage.start_signed_in().await.kill().await;
    let hold = stage.server.hold_refreshes();
    for kills in 0..3 {
        let mut victim = stage.start();
        victim.say("be served").await;
        stage.counts(|counts| counts.refreshes == kills + 1).await;
        victim.kill().await;
        assert_eq!(stage.kept().await, IN_DOUBT, "after {kills} kills");
    }
    let mut last = stage.start();
    last.say("be served").await;
    stage.counts(|counts| counts.refreshes == 4).await;
    hold.release();
    assert_eq!(last.answers().await, ANN, "none of them was spent");
    assert_eq!(stage.sends(), [4]);
    assert_eq!(stage.kept().await, NEW);
}

#[tokio::test]
async fn killed_while_no_call_is_made() {
    let stage = Stage::new(true).await;
    let mut victim = stage.start();
    assert_eq!(victim.does("sign in").await, "signed in");
    victim.kill().await;
    let mut next = stage.start();
    assert_eq!(next.does("be served").await, ANN);
    assert_eq!((stage.server.counts().logins, stage.server.counts().refreshes), (1, 0));
}

#[tokio::test]
async fn killed_in_a_sign_out() {
    for (how, step, kept, outcome) in [
        // A caller that must be sure awaits the end of it, and this one was killed before.
        ("sign out here", "write end", OLD, ANN),
        ("sign out here", "wrote end", Kept::End, "no user"),
        // The server knows, and the stored login does not matter.
        ("sign out", "write end", OLD, "RefreshRejected"),
        ("sign out", "wrote end", Kept::End, "no user"),
    ] {
        let case = format!("{how}, killed at {step:?}");
        let stage = Stage::new(true).await;
        let mut victim = stage.start_signed_in().await;
        victim.is_held_at(how, step).await;
        stage.counts(|counts| how == "sign out here" || counts.logouts == 1).await;
        victim.kill().await;
        assert_eq!(stage.kept().await, kept, "{case}");

        let mut next = stage.start();
        assert_eq!(next.does("be served").await, outcome, "{case}");
        let counts = stage.server.counts();
        assert_eq!(counts.reused, 0, "{case}");
        assert_eq!(
            counts.refreshes,
            usize::from(kept == OLD),
            "{case}: who has signed out is not brought back"
        );
        assert_eq!(stage.kept().await, if outcome == ANN { NEW } else { Kept::End }, "{case}");
    }
}

#[tokio::test]
async fn killed_in_a_sign_in() {
    for (step, before, outcome) in [
        ("write tokens", false, "no user"),
        ("wrote tokens", false, ANN),
        ("write tokens", true, ANN),
        ("wrote tokens", true, ANN_AGAIN),
    ] {
        let case = format!("killed at {step:?}, a user was signed in before: {before}");
        let stage = Stage::new(true).await;
        let mut victim = stage.start();
        if before {
            assert_eq!(victim.does("sign in").await, "signed in", "{case}");
        }
        victim.is_held_at("sign in", step).await;
        victim.kill().await;

        let mut next = stage.start();
        assert_eq!(next.does("be served").await, outcome, "{case}");
        assert_eq!(stage.server.counts().refreshes, 0, "{case}");
        assert_eq!(next.does("sign in").await, "signed in", "{case}");
        assert!(next.does("be served").await.starts_with("ann"), "{case}");
    }
}
