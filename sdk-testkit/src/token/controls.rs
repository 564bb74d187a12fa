//! What tests can do to refreshes: hold them back, slow them down, answer in their place. Knows no tokens.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::watch;

use crate::backend::lock;
use crate::reply::Reply;

/// What tests do to refreshes.
#[derive(Default)]
pub(crate) struct Controls {
    holds: watch::Sender<usize>,
    latency: Mutex<Duration>,
    scripted: Mutex<VecDeque<Scripted>>,
}

/// One answer that replaces the real one.
pub(crate) enum Scripted {
    Instead(Reply),
    AfterRotating(Reply),
}

/// Holds back every refresh that reaches the server, until it is released or dropped. Made by
/// [`TokenServer::hold_refreshes`](crate::TokenServer::hold_refreshes).
#[must_use = "the refreshes are released when this is dropped"]
pub struct RefreshHold {
    controls: Arc<Controls>,
}

impl RefreshHold {
    pub(crate) fn new(controls: Arc<Controls>) -> Self {
        controls.holds.send_modify(|holds| *holds += 1);
        Self { controls }
    }

    /// Lets the refreshes go on, unless another hold is left.
    pub fn release(self) {}
}

impl Drop for RefreshHold {
    fn drop(&mut self) {
        self.controls.holds.send_modify(|holds| *holds -= 1);
    }
}

impl std::fmt::Debug for RefreshHold {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RefreshHold")
    }
}

impl Controls {
    pub(crate) fn set_latency(&self, latency: Duration) {
        *lock(&self.latency) = latency;
    }

    pub(crate) fn script(&self, scripted: Scripted) {
        lock(&self.scripted).push_back(scripted);
    }

    pub(crate) async fn released(&self) {
        // The sender lives in `self`, so that this cannot fail.
        let _ = self.holds.subscribe().wait_for(|&holds| holds == 0).await;
    }

    pub(crate) fn next(&self) -> Option<Scripted> {
        lock(&self.scripted).pop_front()
    }

    pub(crate) async fn pause(&self) {
        let latency = *lock(&self.latency);
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
    }

    /// Which method of the server has asked for what a refresh that does not wait cannot do.
    pub(crate) fn in_use(&self) -> Option<&'static str> {
        match () {
            () if *self.holds.borrow() > 0 => Some("hold_refreshes"),
            () if !lock(&self.scripted).is_empty() => Some("next_refresh"),
            () if !lock(&self.latency).is_zero() => Some("refresh_latency"),
            () => None,
        }
    }
}
