//! Waiting that ends: a test whose client never does what is waited for fails, and says what that was. Knows
//! nothing of servers.
//!
//! The limit is in real time, kept by a thread. A clock that a test has paused never reaches it, and a
//! runtime needs no timers.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;

/// Only what never happens is waited for as long as this, on the slowest machine too.
const LIMIT: Duration = Duration::from_secs(300);

/// The output of `wait`; a panic with what `late` says where that takes too long.
pub(crate) async fn in_time<F: Future>(wait: F, late: impl FnOnce() -> String) -> F::Output {
    within(LIMIT, wait, late).await
}

async fn within<F: Future>(limit: Duration, wait: F, late: impl FnOnce() -> String) -> F::Output {
    // The thread ends when this is dropped.
    let (_over, is_over) = mpsc::channel::<()>();
    // Begins with the first poll, and so only where something is waited for.
    let alarm = async move {
        let (ring, rings) = oneshot::channel::<()>();
        thread::spawn(move || {
            let _ = is_over.recv_timeout(limit);
            // Its end is what is heard.
            drop(ring);
        });
        let _ = rings.await;
    };
    tokio::select! {
        biased;
        output = wait => output,
        () = alarm => panic!("waited for {limit:?} in vain: {}", late()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(3600);

    #[tokio::test(start_paused = true)]
    async fn what_happens_is_waited_for_on_any_clock() {
        let hour = tokio::time::sleep(LONG);
        within(LONG, hour, || unreachable!("an hour of a paused clock is no time")).await;
        within(Duration::ZERO, async {}, || unreachable!("it is there at once")).await;
    }

    #[tokio::test(start_paused = true)]
    #[should_panic(expected = "waited for 1ms in vain: a third request")]
    async fn what_never_happens_is_named() {
        within(Duration::from_millis(1), std::future::pending::<()>(), || "a third request".to_owned()).await;
    }
}
