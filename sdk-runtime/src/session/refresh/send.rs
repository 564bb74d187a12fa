//! The sends of one refresh: one, and one more if the outcome of the first is unknown.
//!
//! - **I14** The refresh token is sent once, and once more only if the outcome of the first send is unknown.

use std::time::Duration;

use super::endpoint::Refresher;
use super::flight::RefreshFlight;
use crate::cookies::Jar;
use crate::error::{StoreError, UnavailableCause};
use crate::runtime;
use crate::session::state::RefreshOutcome;
use crate::session::store_client::StoreClient;
use crate::session::stored::RefreshLease;
use crate::session::token::Grant;

/// The outcome of a refresh that was cancelled before it was sent.
pub(crate) fn aborted() -> RefreshOutcome {
    RefreshOutcome::NotSpent { cause: UnavailableCause::Aborted, retry_after: None }
}

/// The outcome of a refresh whose task has ended early.
pub(crate) fn broken_off(flight: &RefreshFlight) -> RefreshOutcome {
    match flight.is_sent() {
        true => RefreshOutcome::Unknown { cause: UnavailableCause::Aborted, retry_after: None },
        false => aborted(),
    }
}

/// Sends the refresh.
pub(crate) struct Sender<'a> {
    pub(crate) flight: &'a RefreshFlight,
    pub(crate) refresher: &'a Refresher,
    pub(crate) resend_after: Duration,
}

impl Sender<'_> {
    /// Sends it, and once more if the outcome of the first send is unknown.
    pub(crate) async fn attempt(
        &self,
        grant: &Grant,
        jar: &Jar,
        mut lease: Option<(&StoreClient, &mut RefreshLease)>,
    ) -> RefreshOutcome {
        // Nothing is spent yet, so the end of the login cancels the refresh.
        if self.flight.cancel.is_cancelled() {
            return aborted();
        }
        let Some(request) = self.refresher.request(grant) else {
            return RefreshOutcome::NothingToRefreshWith;
        };
        let request = match request {
            Ok(request) => request,
            Err(error) => return RefreshOutcome::Misconfigured(UnavailableCause::Request(error)),
        };
        // A user's code has run meanwhile, and may have taken long.
        if let Some((store_client, lease)) = &mut lease
            && !store_client.covers_send(lease).await
        {
            return store_failed(StoreError::unavailable(
                "the right to refresh was over before it was used",
                "the lease could not be extended",
            ));
        }
        if self.flight.cancel.is_cancelled() {
            return aborted();
        }
        // The point of no return: the refresh token may be spent from here on, so only a response or the
        // timeout ends the refresh.
        self.flight.sent();
        let first = self.refresher.send(&request, jar).await;
        if !matches!(first, RefreshOutcome::Unknown { .. }) {
            return first;
        }
        runtime::sleep_until(runtime::deadline(self.resend_after)).await;
        if self.flight.cancel.is_cancelled() {
            return first;
        }
        // A lease is always extended for one more send.
        if let Some((store_client, lease)) = &mut lease
            && !store_client.extend(lease).await
        {
            return first;
        }
        // The write took time, too.
        if self.flight.cancel.is_cancelled() {
            return first;
        }
        match self.refresher.send(&request, jar).await {
            RefreshOutcome::Denied(expired) => RefreshOutcome::Denied(expired.as_lost_rotation()),
            // The first request may have arrived, also if the second one did not.
            RefreshOutcome::NotSpent { cause, retry_after } => RefreshOutcome::Unknown { cause, retry_after },
            RefreshOutcome::Misconfigured(cause) => RefreshOutcome::Unknown { cause, retry_after: None },
            second => second,
        }
    }
}

/// The outcome of a refresh whose store has failed before it was sent.
pub(crate) fn store_failed(error: StoreError) -> RefreshOutcome {
    RefreshOutcome::NotSpent { cause: UnavailableCause::Store(error), retry_after: None }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::SystemTime;

    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::runtime::Clock;
    use crate::session::state::FlightId;
    use crate::session::stored::{Claim, LeaseTerm, Record, RefreshInput, TokenId};
    use crate::session::token::Tokens;
    use crate::store::{MemoryStore, StoredLogin, TokenStore};

    fn record(login: u64, access: Option<&str>) -> Record {
        let tokens = Tokens { access: access.map(Into::into), ..Tokens::none().refresh_token("refresh") };
        Record { tokens, ..Record::empty(TokenId::first(login)) }
    }

    #[test]
    fn i14_the_outcome_of_a_refresh_that_breaks_off_is_unknown_from_its_send_on() {
        let flight = RefreshFlight::new(FlightId(1), CancellationToken::new());
        assert!(
            matches!(broken_off(&flight), RefreshOutcome::NotSpent { cause: UnavailableCause::Aborted, .. }),
            "I14"
        );
        flight.sent();
        assert!(
            matches!(broken_off(&flight), RefreshOutcome::Unknown { cause: UnavailableCause::Aborted, .. }),
            "I14"
        );
    }

    #[tokio::test]
    async fn i14_a_right_that_is_spent_covers_a_send_only_where_it_is_extended() {
        let wall = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let clock = Clock::with_wall(move || wall);
        let record = Record { issued: wall, ..record(1, Some("access")) };
        for (seconds, is_ours, first, one_more) in [
            (0, true, true, true),
            (0, false, true, false),
            (3, true, true, true),
            (3, false, false, false),
            (24, true, true, true),
            // Another process may have the lease by now.
            (25, true, false, false),
        ] {
            for is_first in [true, false] {
                let store = MemoryStore::new();
                let store_client = StoreClient::new(Arc::new(store.clone()), clock.clone(), false);
                let input = RefreshInput::of(record.clone(), true);
                let term = LeaseTerm::of(Duration::from_secs(20));
                let Ok(Claim::Granted(mut lease)) = store_client.claim(&input, term, || true).await else {
                    panic!("not claimed")
                };
                lease.since.wall = wall - Duration::from_secs(seconds);
                if !is_ours {
                    let other = StoredLogin::new(lease.version + 1, "of another process");
                    assert!(store.replace(lease.version, other).await.unwrap());
                }
                let (covers, expected) = match is_first {
                    true => (store_client.covers_send(&mut lease).await, first),
                    false => (store_client.extend(&mut lease).await, one_more),
                };
                assert_eq!(covers, expected, "I14: {seconds} s, {is_ours}, the first: {is_first}");
                assert!(!covers || !lease.is_spent(&clock), "I14: {seconds} s");
            }
        }
    }
}
