//! Programs that end in the middle of a refresh in advance all the same: they count as killed, and the next
//! one is signed in or says what was lost.

use std::time::Duration;

use crate::child::FLAVOURS;
use crate::program::Login;

/// What a program does that does not wait for the refresh, and its result.
const HURRIED: [(&str, &str); 3] =
    [("call for a moment", "dropped"), ("call with a timeout", "ann"), ("call next to another", "ann")];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_that_does_not_wait_for_the_refresh_counts_as_killed() {
    for (does, expected) in HURRIED {
        for flavour in &FLAVOURS[..2] {
            let case = format!("{flavour}, {does}");
            let mut login = Login::new().await;
            login.server.refresh_latency(Duration::from_secs(3600));
            assert_eq!(login.program(flavour, does).await, expected, "{case}");
            is_killed(&mut login, &case).await;
        }
    }
}

/// A refresh that takes longer than the call waits is lost with its program; one whose program goes on is
/// not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refresh_is_waited_for_2_s_and_no_longer() {
    let mut login = Login::new().await;
    login.server.refresh_latency(Duration::from_secs(3600));
    assert_eq!(login.program("current_thread", "call").await, "ann");
    // Who waits until the refresh is given up sees it sent once more.
    is_killed(&mut login, "waited for in vain").await;
}

/// By now the token has lapsed, and the file says that a process may have spent the refresh token. It has,
/// unless the machine was so slow that the program ended before it was sent.
async fn is_killed(login: &mut Login, case: &str) {
    let counts = login.server.counts();
    let (outcome, reused) = match (counts.refreshes, counts.rotations) {
        (1, 1) => ("LostRotation", 1),
        (0, 0) => ("ann", 0),
        other => panic!("{case}: {other:?}"),
    };
    login.server.refresh_latency(Duration::ZERO);
    assert_eq!(login.program("current_thread", "call").await, outcome, "{case}");
    assert_eq!(login.server.counts().reused, reused, "{case}");
}
