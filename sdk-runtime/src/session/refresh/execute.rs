//! The steps of one refresh: it is sent once, or twice if the outcome of the first send is unknown; then its
//! outcome is stored under the lease.
//!
//! - **I9** Every token received is stored, or the failure is reported.
//! - **I10** The tokens of a superseded refresh are not stored.
//! - **I13** Tokens are persisted before they are published, or the failure is reported.
//! - **I14** The refresh token is sent once, and once more only if the outcome of the first send is unknown.

use std::sync::Arc;
use std::time::Duration;

use super::flight::RefreshFlight;
use super::refresher::Refresher;
use crate::cookies::Jar;
use crate::error::{ExpiredReason, SessionExpired, StoreError, UnavailableCause};
use crate::runtime;
use crate::session::host::Host;
use crate::session::state::{NotStored, RefreshOutcome, Refreshed};
use crate::session::store_client::StoreClient;
use crate::session::stored::{DeniedRefresh, Record, RefreshLease, StoreState, TokenId, restore};
use crate::session::token::{Grant, Tokens};

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
        let first = self.refresher.send(&request, grant, jar).await;
        if !matches!(first, RefreshOutcome::Unknown { .. }) {
            return first;
        }
        runtime::sleep_until(runtime::deadline(self.resend_after)).await;
        if self.flight.cancel.is_cancelled() {
            return first;
        }
        // Each send has a request of its own, because servers accept a signed statement in it once.
        let Some(Ok(request)) = self.refresher.request(grant) else { return first };
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
        match self.refresher.send(&request, grant, jar).await {
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

/// A refresh with its lease.
pub(crate) struct ClaimedRefresh<'a> {
    pub(crate) store_client: &'a StoreClient,
    pub(crate) host: &'a Host,
    pub(crate) lease: Box<RefreshLease>,
    /// The tokens that the session had at the start.
    pub(crate) input: TokenId,
}

impl ClaimedRefresh<'_> {
    /// Whether the lease is for another login, which has replaced the one of the session in the store.
    pub(crate) fn is_other_login(&self) -> bool {
        self.lease.record.id.login != self.input.login
    }

    /// Stores the result, and returns the outcome. Without `is_wanted`, no login wants the tokens.
    pub(crate) async fn store_outcome(
        &self,
        outcome: RefreshOutcome,
        jar: &Jar,
        is_wanted: bool,
    ) -> RefreshOutcome {
        match outcome {
            RefreshOutcome::Success(_) | RefreshOutcome::Unusable { .. } if !is_wanted => outcome,
            RefreshOutcome::Success(refreshed) => {
                self.refreshed(refreshed, jar).await.unwrap_or_else(|replaced| replaced)
            }
            RefreshOutcome::Unusable { refresh, cause, .. } => {
                let tokens = Tokens { refresh: refresh.clone(), ..Tokens::none() };
                match self.persist(self.replaced_by(tokens, jar)).await {
                    Ok((id, not_stored)) => {
                        RefreshOutcome::Unusable { refresh, id: Some(id), cause, not_stored }
                    }
                    Err(replaced) => replaced,
                }
            }
            RefreshOutcome::Denied(expired) => self.denied(expired).await,
            RefreshOutcome::NothingToRefreshWith if self.is_other_login() => {
                self.nothing_to_refresh_with().await
            }
            RefreshOutcome::Unknown { .. } => self.release(outcome, true).await,
            RefreshOutcome::Undecodable(answer) => {
                let first = self.lease.record.undecodable.as_ref();
                let first = first.map_or_else(|| answer.clone(), |first| first.again_at(answer.at));
                let _ = self.store_client.release(&self.lease, true, Some(first.clone())).await;
                RefreshOutcome::Undecodable(first)
            }
            outcome => self.release(outcome, self.lease.earlier_unknown).await,
        }
    }

    async fn refreshed(&self, refreshed: Refreshed, jar: &Jar) -> Result<RefreshOutcome, RefreshOutcome> {
        let Refreshed { credential, .. } = refreshed;
        let wall = self.host.clock.wall();
        let replaced = self.replaced_by(credential.tokens.clone(), jar);
        let record = Record { issued: wall, lifetime: credential.lifetime, ..replaced };
        let (id, not_stored) = self.persist(record).await?;
        // No code of the user runs from here on, whose panic would lose the tokens. An error is one of the
        // adopted access token, which is not needed any more.
        let adopted = self
            .lease
            .found_newer
            .then(|| restore(self.lease.record.clone(), &self.host.attachment, true, wall));
        let adopted = adopted.and_then(Result::ok).map(Box::new);
        Ok(RefreshOutcome::Success(Refreshed { credential, id: Some(id), adopted, not_stored }))
    }

    /// Returns the record with `tokens` that replaces the claimed one.
    fn replaced_by(&self, tokens: Tokens, jar: &Jar) -> Record {
        let before = self.lease.record.clone();
        let (id, tokens) = (before.id.next(fastrand::u32(..)), tokens.after(&before.tokens));
        Record { id, tokens, jar: Arc::new(jar.fork()), ..before }.at_rest()
    }

    /// Stores `record`, and returns its id, and what could not be stored. An error is the outcome if
    /// another login, or none, has replaced what was claimed.
    async fn persist(&self, record: Record) -> Result<(TokenId, Option<Box<NotStored>>), RefreshOutcome> {
        let id = record.id.clone();
        match self.store_client.replace_claimed(&self.lease, Some(&record)).await {
            Ok(None) => Ok((id, None)),
            Err(error) => Ok((id, Some(Box::new(NotStored { record, error })))),
            // This session has stored its own login meanwhile, which no process has tried to refresh yet.
            Ok(Some(StoreState { record: Some(found), .. })) if found.id == self.input => {
                Err(store_failed(StoreError::unavailable(
                    "what was refreshed has been replaced by what the session had before",
                    "another login was claimed for it",
                )))
            }
            Ok(Some(found)) => Err(self.claim_replaced(found)),
        }
    }

    /// Ends the login, because the server refused the refresh token for good. Adopts newer tokens if
    /// another process was faster.
    pub(crate) async fn denied(&self, expired: SessionExpired) -> RefreshOutcome {
        match self.store_client.replace_claimed(&self.lease, None).await {
            // The session's login had been replaced before, and the replacement is over.
            Ok(None) if self.is_other_login() => RefreshOutcome::Gone,
            Ok(None) => RefreshOutcome::Denied(expired),
            Ok(Some(found)) => self.claim_replaced(found),
            Err(error) => {
                let denied = DeniedRefresh { id: self.lease.record.id.clone(), expired };
                RefreshOutcome::DeniedUnconfirmed(denied, UnavailableCause::Store(error))
            }
        }
    }

    /// Adopts another login that replaced the session's and cannot be refreshed, while its token is valid.
    async fn nothing_to_refresh_with(&self) -> RefreshOutcome {
        let signs_by_cookies = self.host.attachment.signs_by_cookies();
        if !self.lease.record.is_live(self.host.clock.wall(), signs_by_cookies) {
            return self.denied(SessionExpired::new(ExpiredReason::NoRefreshToken)).await;
        }
        let outcome = adopted(self.lease.record.clone(), self.host);
        self.release(outcome, self.lease.earlier_unknown).await
    }

    pub(crate) async fn release(&self, outcome: RefreshOutcome, outcome_unknown: bool) -> RefreshOutcome {
        // If this fails, the lease runs out, and a later refusal is reported as one with a possibly
        // harmless reason.
        let _ = self.store_client.release(&self.lease, outcome_unknown, None).await;
        outcome
    }

    /// Another login, or none, has replaced what was claimed.
    fn claim_replaced(&self, found: StoreState) -> RefreshOutcome {
        match found.record {
            Some(record) => adopted(record, self.host),
            None => RefreshOutcome::Gone,
        }
    }
}

/// Uses `record`, which another process has stored.
pub(crate) fn adopted(record: Record, host: &Host) -> RefreshOutcome {
    match restore(record, &host.attachment, true, host.clock.wall()) {
        Ok(loaded) => RefreshOutcome::Adopted(Box::new(loaded)),
        Err(error) => store_failed(error),
    }
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
                let host = Host { clock: clock.clone(), ..Host::default() };
                let store_client = StoreClient::new(Arc::new(store.clone()), Arc::new(host));
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
