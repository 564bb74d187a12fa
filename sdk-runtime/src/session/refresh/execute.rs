//! One refresh, step by step: claim, send, persist, release.
//!
//! - **I9** Every token received is stored, or the failure is reported.
//! - **I10** The tokens of a superseded refresh are not stored.
//! - **I13** Tokens are persisted before they are published, or the failure is reported.
//! - **I14** The refresh token is sent once, and once more only if the outcome of the first send is
//!   unknown.

use std::sync::Arc;
use std::time::SystemTime;

use super::endpoint::Refresher;
use super::flight::RefreshFlight;
use super::send::{LeaseInUse, Sender, aborted, store_failed};
use crate::cookies::Jar;
use crate::error::{ExpiredReason, SessionExpired, StoreError, UnavailableCause};
use crate::runtime::Clock;
use crate::secret::RefreshToken;
use crate::session::state::message::{FlightId, NotStored, RefreshOutcome, Refreshed, Start};
use crate::session::stored::claim::{Claim, RefreshLease};
use crate::session::stored::client::{Confirmed, StoreClient};
use crate::session::stored::credential::StoredCredential;
use crate::session::stored::lease::LeaseTerm;
use crate::session::stored::outcome_unknown::OutcomeUnknown;
use crate::session::stored::refresh_input::{DeniedRefresh, RefreshInput};
use crate::session::stored::restore::restore;
use crate::session::stored::schema::{Record, StoreState, TokenId};
use crate::session::token::placement::Attachment;

/// What a refresh asks and tells the session that has started it. Each method takes the session's lock.
pub(crate) trait RefreshHost: Send + Sync {
    /// Whether the tokens that `flight` receives are to be stored: not after a sign-in or a sign-out.
    fn may_persist(&self, flight: FlightId) -> bool;

    /// Records that the store has what `flight` refreshes, by its claim. No earlier write may replace that.
    fn record_claimed(&self, flight: FlightId);

    /// Lets `flight` refresh without a claim, if no store is known to have the login. The login is not
    /// stored before the flight has ended.
    fn refresh_unclaimed(&self, flight: FlightId) -> bool;

    /// Ends that, because `flight` does nothing without a claim.
    fn end_unclaimed(&self, flight: FlightId);

    /// Records that the claim failed with `error`, and `flight` refreshes without one. `may_be_stored`
    /// tells whether the store may have a login.
    fn claim_failed(&self, error: StoreError, may_be_stored: &dyn Fn(&Arc<str>) -> bool);
}

/// What a refresh works with.
pub(crate) struct Job<'a> {
    pub(crate) flight: &'a RefreshFlight,
    pub(crate) host: &'a dyn RefreshHost,
    pub(crate) store_client: Option<&'a StoreClient>,
    pub(crate) attachment: &'a Attachment,
    pub(crate) clock: &'a Clock,
}

pub(crate) async fn refresh(job: Job<'_>, refresher: &Refresher, start: Start) -> RefreshOutcome {
    let Job { flight, host, clock, .. } = job;
    let Start { grant, jar, input, outcome_unknown, resend_after, .. } = start;
    let sender = Sender { flight, refresher, resend_after };
    let (store_client, input) = match (job.store_client, input) {
        (Some(store_client), Some(input)) => (store_client, input),
        _ => return sender.attempt(&grant, &jar, None).await.after(&outcome_unknown),
    };
    let mut term = LeaseTerm::of(refresher.timeout());
    loop {
        let claim = tokio::select! {
            biased;
            () = flight.cancel.cancelled() => return aborted(),
            claim = claim(flight.id, host, store_client, &input, term) => claim,
        };
        let mut lease = match claim {
            Ok(Claim::Granted(lease)) => lease,
            Ok(Claim::Adopt(record)) => return adopted(*record, &job),
            Ok(Claim::Gone) => return RefreshOutcome::Gone,
            Ok(Claim::Unwanted) => return aborted(),
            Err(error) => return store_failed(error),
        };
        if lease.is_spent(clock) {
            term = lease.next_term(clock);
            continue;
        }
        if lease.is_claimed() && !lease.found_newer {
            host.record_claimed(flight.id);
        }
        let is_other_login = lease.record.id.login != input.record.id.login;
        if let Some(denied) = input.denied.clone().filter(|denied| denied.id == lease.record.id) {
            let refresh =
                Refresh { job: &job, store_client, lease: &lease, input: &input.record.id, is_other_login };
            return refresh.denied(denied.expired).await;
        }
        if let Some(answer) = lease.undecodable_elsewhere(&input, &outcome_unknown, clock) {
            let refresh =
                Refresh { job: &job, store_client, lease: &lease, input: &input.record.id, is_other_login };
            return refresh.release(RefreshOutcome::Undecodable(answer), true).await;
        }
        // Another process has refreshed since. What it does not know of its own refresh is in the store.
        let mut outcome_unknown = if lease.found_newer { OutcomeUnknown::No } else { outcome_unknown };
        if let Some(answer) = &lease.record.undecodable {
            outcome_unknown.add_undecodable(answer.clone());
        } else if lease.earlier_unknown {
            outcome_unknown.add_lost();
        }
        let jar = if lease.found_newer { lease.record.jar.clone() } else { jar };
        let grant = lease.grant();
        let in_use = LeaseInUse { store_client, clock, lease: &mut lease };
        let outcome = sender.attempt(&grant, &jar, Some(in_use)).await;
        let refresh =
            Refresh { job: &job, store_client, lease: &lease, input: &input.record.id, is_other_login };
        return refresh.store_outcome(outcome.after(&outcome_unknown), &jar).await;
    }
}

/// Claims the refresh of `input`. Goes on without the store if that fails and no store has the login (I38).
async fn claim(
    flight: FlightId,
    host: &dyn RefreshHost,
    store_client: &StoreClient,
    input: &RefreshInput,
    term: LeaseTerm,
) -> Result<Claim, StoreError> {
    let is_wanted = || host.may_persist(flight);
    let mut is_first = true;
    loop {
        let why = match store_client.claim(input, term, is_wanted).await {
            Ok(claim) => return Ok(claim),
            Err(why) => why,
        };
        // From here on the pending write is held back, because its refresh token is being spent.
        if !input.is_new || !host.refresh_unclaimed(flight) {
            return Err(why.error);
        }
        let _turn = store_client.write_turn().await;
        // The write in progress has ended: the login can be claimed now. Or it timed out, and may still be
        // done later, unless a claim is written first.
        let may_come = !why.may_be_stored && store_client.may_be_stored(&input.record.id.login);
        if std::mem::take(&mut is_first) && may_come {
            host.end_unclaimed(flight);
            continue;
        }
        if let Some(lease) = store_client.unclaimed(input, &why, term).await {
            host.claim_failed(why.error, &|login| store_client.may_be_stored(login));
            return Ok(Claim::Granted(Box::new(lease)));
        }
        host.end_unclaimed(flight);
        return Err(why.error);
    }
}

/// A refresh with its lease.
struct Refresh<'a> {
    job: &'a Job<'a>,
    store_client: &'a StoreClient,
    lease: &'a RefreshLease,
    /// The tokens that the session had at the start.
    input: &'a TokenId,
    /// Whether the lease is for another login, which has replaced the one of the session in the store.
    is_other_login: bool,
}

impl Refresh<'_> {
    /// Stores the result, and returns the outcome.
    async fn store_outcome(&self, outcome: RefreshOutcome, jar: &Jar) -> RefreshOutcome {
        // A sign-out here was not one of another login.
        let is_wanted = self.is_other_login || self.job.host.may_persist(self.job.flight.id);
        match outcome {
            RefreshOutcome::Success(refreshed) if is_wanted => self.refreshed(refreshed, jar).await,
            RefreshOutcome::Unusable { refresh, cause, .. } if is_wanted => {
                let record = Record { access: None, ..self.replaced_by(&refresh, jar) };
                let id = record.id.clone();
                let not_stored = match self.store_client.persist(self.lease, &record).await {
                    Ok(None) => None,
                    Ok(Some(found)) => return self.claim_replaced(found),
                    Err(error) => Some(Box::new(NotStored { record, error })),
                };
                RefreshOutcome::Unusable { refresh, id: Some(id), cause, not_stored }
            }
            // No login wants these tokens.
            RefreshOutcome::Success(_) | RefreshOutcome::Unusable { .. } => outcome,
            RefreshOutcome::Denied(expired) => self.denied(expired).await,
            RefreshOutcome::NothingToRefreshWith if self.is_other_login => {
                self.nothing_to_refresh_with().await
            }
            RefreshOutcome::Unknown { .. } => self.release(outcome, true).await,
            RefreshOutcome::Undecodable(answer) => {
                let first = self.lease.record.undecodable.as_ref();
                let first = first.map_or_else(|| answer.clone(), |first| first.again_at(answer.at));
                let _ = self.store_client.release(self.lease, true, Some(first.clone())).await;
                RefreshOutcome::Undecodable(first)
            }
            outcome => self.release(outcome, self.lease.earlier_unknown).await,
        }
    }

    async fn refreshed(&self, refreshed: Refreshed, jar: &Jar) -> RefreshOutcome {
        let Refreshed { credential, .. } = refreshed;
        let (tokens, wall) = (&credential.tokens, self.job.clock.wall());
        let before = self.replaced_by(&tokens.refresh, jar);
        let record = Record {
            access: tokens.access.clone(),
            subject: tokens.subject.clone().or(before.subject),
            scopes: tokens.scopes.clone().or(before.scopes),
            issued: wall,
            lifetime: credential.lifetime,
            ..before
        };
        let id = Some(record.id.clone());
        let not_stored = match self.store_client.persist(self.lease, &record).await {
            Ok(None) => None,
            Ok(Some(found)) => return self.claim_replaced(found),
            Err(error) => Some(Box::new(NotStored { record, error })),
        };
        // No code of the user runs from here on, whose panic would lose the tokens. An error is one of the
        // adopted access token, which is not needed any more.
        let adopted = self.lease.found_newer.then(|| restored(self.lease.record.clone(), self.job, wall));
        let adopted = adopted.and_then(Result::ok).map(Box::new);
        RefreshOutcome::Success(Refreshed { credential, id, adopted, not_stored })
    }

    /// Returns the record that replaces the claimed one, with `refresh` if the server has rotated the
    /// token.
    fn replaced_by(&self, refresh: &Option<RefreshToken>, jar: &Jar) -> Record {
        let before = self.lease.record.clone();
        let told = refresh.clone().filter(|refresh| !refresh.expose().is_empty());
        Record {
            id: before.id.next(fastrand::u32(..)),
            refresh: told.or_else(|| before.refresh.clone()),
            jar: Arc::new(jar.fork()),
            ..before
        }
        .at_rest()
    }

    /// Ends the login, because the server refused the refresh token for good. Adopts newer tokens if
    /// another process was faster.
    async fn denied(&self, expired: SessionExpired) -> RefreshOutcome {
        match self.store_client.confirm_denied(self.lease).await {
            // The session's login had been replaced before, and the replacement is over.
            Ok(Confirmed::Cleared) if self.is_other_login => RefreshOutcome::Gone,
            Ok(Confirmed::Cleared) => RefreshOutcome::Denied(expired),
            Ok(Confirmed::Newer(record)) => adopted(*record, self.job),
            Ok(Confirmed::Gone) => RefreshOutcome::Gone,
            Err(error) => {
                let denied = DeniedRefresh { id: self.lease.record.id.clone(), expired };
                RefreshOutcome::DeniedUnconfirmed(denied, UnavailableCause::Store(error))
            }
        }
    }

    /// Adopts another login that replaced the session's and cannot be refreshed, while its token is valid.
    async fn nothing_to_refresh_with(&self) -> RefreshOutcome {
        let signs_by_cookies = self.job.attachment.header().is_none();
        if !self.lease.record.is_live(self.job.clock.wall(), signs_by_cookies) {
            return self.denied(SessionExpired::new(ExpiredReason::NoRefreshToken)).await;
        }
        let outcome = adopted(self.lease.record.clone(), self.job);
        self.release(outcome, self.lease.earlier_unknown).await
    }

    async fn release(&self, outcome: RefreshOutcome, outcome_unknown: bool) -> RefreshOutcome {
        // If this fails, the lease runs out, and a later refusal is reported as one with a possibly
        // harmless reason.
        let _ = self.store_client.release(self.lease, outcome_unknown, None).await;
        outcome
    }

    /// Another login, or none, has replaced what was claimed.
    fn claim_replaced(&self, found: StoreState) -> RefreshOutcome {
        match found.record {
            // This session has stored its own login meanwhile, which no process has tried to refresh yet.
            Some(record) if record.id == *self.input => store_failed(StoreError::unavailable(
                "what was refreshed has been replaced by what the session had before",
                "another login was claimed for it",
            )),
            Some(record) => adopted(record, self.job),
            None => RefreshOutcome::Gone,
        }
    }
}

fn adopted(record: Record, job: &Job<'_>) -> RefreshOutcome {
    match restored(record, job, job.clock.wall()) {
        Ok(loaded) => RefreshOutcome::Adopted(Box::new(loaded)),
        Err(error) => store_failed(error),
    }
}

fn restored(record: Record, job: &Job<'_>, wall: SystemTime) -> Result<StoredCredential, StoreError> {
    restore(record, job.attachment, true, wall)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::Tokens;
    use crate::session::token::placement::Attach;
    use crate::store::MemoryStore;

    fn record(login: u64, access: Option<&str>) -> Record {
        let (access, refresh) = (access.map(Into::into), Some("refresh".into()));
        Record { access, refresh, ..Record::empty(TokenId::first(login)) }
    }

    /// A session whose store accepts every write.
    struct Host;

    impl RefreshHost for Host {
        fn may_persist(&self, _: FlightId) -> bool {
            true
        }

        fn record_claimed(&self, _: FlightId) {}

        fn refresh_unclaimed(&self, _: FlightId) -> bool {
            false
        }

        fn end_unclaimed(&self, _: FlightId) {}

        fn claim_failed(&self, error: StoreError, _: &dyn Fn(&Arc<str>) -> bool) {
            panic!("{error}")
        }
    }

    fn store_client() -> StoreClient {
        StoreClient::new(Arc::new(MemoryStore::new()), Clock::default(), false)
    }

    #[tokio::test]
    async fn i9_all_that_a_refresh_has_obtained_is_in_the_store() {
        let (store_client, clock) = (&store_client(), &Clock::default());
        let attachment = &Attach::bearer().check().unwrap();
        let before = Record { lifetime: Some(Duration::from_secs(5)), ..record(1, Some("before")) };
        let input = RefreshInput::of(before.clone(), true);
        let Ok(Claim::Granted(lease)) =
            store_client.claim(&input, LeaseTerm::of(Duration::ZERO), || true).await
        else {
            panic!("not claimed")
        };
        let flight = RefreshFlight::new(FlightId(1), CancellationToken::new());
        let job = &Job { flight: &flight, host: &Host, store_client: Some(store_client), attachment, clock };
        let refresh = Refresh { job, store_client, lease: &lease, input: &before.id, is_other_login: false };

        let tokens = Tokens::new("after").refresh_token("next").subject("ann").scopes(["read", "write"]);
        let tokens = tokens.expires_in(Duration::from_secs(60));
        let credential = attachment.credential(tokens, None, || clock.wall()).unwrap();
        let cookie = serde_json::json!({
            "raw_cookie": "sid=1", "path": ["/", true],
            "domain": { "HostOnly": "api.example" }, "expires": "SessionEnd",
        });
        let jar = Jar::read(serde_json::json!([cookie])).unwrap();
        let refreshed = Refreshed { credential, id: None, adopted: None, not_stored: None };
        let outcome = refresh.refreshed(refreshed, &jar).await;
        assert!(matches!(&outcome, RefreshOutcome::Success(Refreshed { not_stored: None, .. })));

        let kept = store_client.read().await.unwrap().record.unwrap();
        let scopes: Arc<[String]> = ["read", "write"].map(str::to_owned).into();
        assert_eq!(kept.id.login, before.id.login, "I9");
        assert_eq!((kept.id.number, kept.subject.as_deref()), (before.id.number + 1, Some("ann")), "I9");
        let secrets = (kept.access.as_ref().unwrap().expose(), kept.refresh.as_ref().unwrap().expose());
        assert_eq!(secrets, ("after", "next"), "I9");
        assert!(kept.issued > before.issued, "I9: {:?}", kept.issued);
        assert_eq!((&kept.scopes, kept.lifetime), (&Some(scopes), Some(Duration::from_secs(60))), "I9");
        assert!(jar.written().is_some() && kept.jar.written() == jar.written(), "I9");

        let loaded = restored(kept, job, clock.wall()).unwrap();
        assert_eq!(loaded.credential.lifetime, Some(Duration::from_secs(60)), "a restart knows it too");
        // A JWT with the claims `{"exp":10}`, which were of no use when it arrived.
        let loaded = restored(record(1, Some("e30.eyJleHAiOjEwfQ.signature")), job, clock.wall()).unwrap();
        assert_eq!(loaded.credential.lifetime, None, "a restart does not decide it again");
    }

    #[tokio::test]
    async fn i15_what_is_there_in_place_of_what_was_claimed_is_taken_over_unless_it_is_the_own_login() {
        let (own, claimed) = (record(1, Some("own")), record(2, Some("claimed")));
        let (store_client, clock) = (&store_client(), &Clock::default());
        let attachment = &Attach::bearer().check().unwrap();
        let input = RefreshInput { must_send: true, ..RefreshInput::of(claimed.clone(), true) };
        let Ok(Claim::Granted(lease)) =
            store_client.claim(&input, LeaseTerm::of(Duration::ZERO), || true).await
        else {
            panic!("not claimed")
        };
        let flight = RefreshFlight::new(FlightId(1), CancellationToken::new());
        let job = &Job { flight: &flight, host: &Host, store_client: Some(store_client), attachment, clock };
        let refresh = Refresh { job, store_client, lease: &lease, input: &own.id, is_other_login: true };
        for (there, expected) in [
            (Some(own.clone()), "the store failed"),
            (Some(Record { id: own.id.next(7), ..own.clone() }), "adopted"),
            (Some(record(3, Some("third"))), "adopted"),
            (None, "gone"),
        ] {
            let name = format!("{:?}", there.as_ref().map(|there| &there.id));
            let found = match refresh.claim_replaced(StoreState { version: 9, record: there.clone() }) {
                RefreshOutcome::NotSpent { cause: UnavailableCause::Store(_), .. } => "the store failed",
                RefreshOutcome::Adopted(loaded) => {
                    assert_eq!(Some(loaded.id), there.map(|there| there.id), "{name}");
                    "adopted"
                }
                RefreshOutcome::Gone => "gone",
                other => panic!("{name}: {other:?}"),
            };
            assert_eq!(found, expected, "I15: {name}");
        }
    }
}
