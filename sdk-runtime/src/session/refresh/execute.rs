//! What a run does, phase by phase: claim the right to spend the refresh token, send, write down, and only then give back.
//!
//! - **I9** Tokens received are written down or reported.
//! - **I10** What a fenced run obtains is written down nowhere.
//! - **I13** Persist before publish, or the failure is told.
//! - **I14** The refresh token is sent once, and once more only after an answer that leaves in doubt whether it was spent.

use std::sync::Arc;
use std::time::Duration;

use super::endpoint::Refresher;
use super::flight::Run;
use crate::cookies::Jar;
use crate::error::{ExpiredReason, SessionExpired, StoreError, UnavailableCause};
use crate::request::Prepared;
use crate::runtime::{self, Clock};
use crate::secret::RefreshToken;
use crate::session::state::message::{Outcome, Refreshed, RunId, Start};
use crate::session::stored::claim::{Claim, Taken};
use crate::session::stored::client::{Confirmed, Keeper};
use crate::session::stored::credential::Loaded;
use crate::session::stored::lease::Term;
use crate::session::stored::outcome_unknown::Doubt;
use crate::session::stored::refresh_input::{Held, Refused};
use crate::session::stored::restore::restore;
use crate::session::stored::schema::{Found, Record, TokenId};
use crate::session::token::placement::Attachment;
use crate::session::token::tokens::Grant;

/// What a refresh asks and tells the session that has started it, each under the session's lock.
pub(crate) trait RefreshHost: Send + Sync {
    /// Whether what `run` obtains is to be written down: not after a sign-in or a sign-out.
    fn may_persist(&self, run: RunId) -> bool;

    /// The store has what `run` refreshes, or what it has obtained: no earlier write may replace that.
    fn is_kept(&self, run: RunId);

    /// What `run` has obtained could not be written down.
    fn left_over(&self, run: RunId, record: Record, error: StoreError);

    /// Has `run` refresh without a claim, if no store is known to have the login: until it has ended, none gets it.
    fn go_unclaimed(&self, run: RunId) -> bool;

    /// `run` does nothing without a claim.
    fn is_claimed_again(&self, run: RunId);

    /// The claim failed with `error`, and `run` refreshes without one; `may_have` tells whether the store may have a login.
    fn claim_failed(&self, error: StoreError, may_have: &dyn Fn(&Arc<str>) -> bool);
}

/// What a refresh works with.
pub(crate) struct Job<'a> {
    pub(crate) run: &'a Run,
    pub(crate) host: &'a dyn RefreshHost,
    pub(crate) keeper: Option<&'a Keeper>,
    pub(crate) attachment: &'a Attachment,
    pub(crate) clock: &'a Clock,
}

/// What a refresh comes to that nobody finishes, before anything was sent.
fn aborted() -> Outcome {
    Outcome::NotSpent { cause: UnavailableCause::Aborted, retry_after: None }
}

/// The same, whatever of it was done.
pub(crate) fn broken_off(run: &Run) -> Outcome {
    match run.is_sent() {
        true => Outcome::Ambiguous { cause: UnavailableCause::Aborted, retry_after: None },
        false => aborted(),
    }
}

pub(crate) async fn refresh(job: Job<'_>, refresher: &Refresher, start: Start) -> Outcome {
    let Job { run, host, clock, .. } = job;
    let Start { grant, jar, held, doubt, resend_after, .. } = start;
    let sender = Sender { run, refresher, resend_after };
    let (keeper, held) = match (job.keeper, held) {
        (Some(keeper), Some(held)) => (keeper, held),
        _ => return sender.attempt(&grant, &jar, None).await.after(&doubt),
    };
    let mut term = Term::of(refresher.timeout());
    loop {
        let claim = tokio::select! {
            biased;
            () = run.cancel.cancelled() => return aborted(),
            claim = claim(run.id, host, keeper, &held, term) => claim,
        };
        let mut taken = match claim {
            Ok(Claim::Taken(taken)) => taken,
            Ok(Claim::Adopt(record)) => return adopted(*record, &job),
            Ok(Claim::Gone) => return Outcome::Gone,
            Ok(Claim::Unwanted) => return aborted(),
            Err(error) => return store_failed(error),
        };
        if taken.is_spent(clock) {
            term = taken.next_term(clock);
            continue;
        }
        if taken.is_claimed() && !taken.is_news {
            host.is_kept(run.id);
        }
        let is_another = taken.record.id.login != held.record.id.login;
        if let Some(refused) = held.refused.clone().filter(|refused| refused.id == taken.record.id) {
            let refresh = Refresh { job: &job, keeper, taken: &taken, held: &held.record.id, is_another };
            return refresh.refused(refused.expired).await;
        }
        if let Some(answer) = taken.held_back(&held, &doubt, clock) {
            let refresh = Refresh { job: &job, keeper, taken: &taken, held: &held.record.id, is_another };
            return refresh.release(Outcome::Undecodable(answer), true).await;
        }
        // What is news has been refreshed since, by a process whose own doubt stands in the store.
        let mut doubt = if taken.is_news { Doubt::None } else { doubt };
        if let Some(answer) = &taken.record.undecodable {
            doubt.and_undecodable(answer.clone());
        } else if taken.in_doubt {
            doubt.and_lost();
        }
        let jar = if taken.is_news { taken.record.jar.clone() } else { jar };
        let grant = taken.grant();
        let right = Right { keeper, clock, taken: &mut taken };
        let outcome = sender.attempt(&grant, &jar, Some(right)).await;
        let refresh = Refresh { job: &job, keeper, taken: &taken, held: &held.record.id, is_another };
        return refresh.settle(outcome.after(&doubt), &jar).await;
    }
}

/// Claims the right to refresh `held`; without the store, where that fails and no store has the login (I38).
async fn claim(
    run: RunId,
    host: &dyn RefreshHost,
    keeper: &Keeper,
    held: &Held,
    term: Term,
) -> Result<Claim, StoreError> {
    let is_wanted = || host.may_persist(run);
    let mut is_first = true;
    loop {
        let why = match keeper.claim(held, term, is_wanted).await {
            Ok(claim) => return Ok(claim),
            Err(why) => why,
        };
        // From here on what is unsaved stays so: what it refreshes with is being spent.
        if !held.is_new || !host.go_unclaimed(run) {
            return Err(why.error);
        }
        let _turn = keeper.turn().await;
        // The write that was under way was done, so that the login can be claimed; or it timed out, and may be done later, unless a
        // claim is written before.
        let may_come = !why.in_doubt && keeper.may_have(&held.record.id.login);
        if std::mem::take(&mut is_first) && may_come {
            host.is_claimed_again(run);
            continue;
        }
        if let Some(taken) = keeper.unclaimed(held, &why, term).await {
            host.claim_failed(why.error, &|login| keeper.may_have(login));
            return Ok(Claim::Taken(Box::new(taken)));
        }
        host.is_claimed_again(run);
        return Err(why.error);
    }
}

/// The right to refresh, while what it is for goes on.
struct Right<'a> {
    keeper: &'a Keeper,
    clock: &'a Clock,
    taken: &'a mut Taken,
}

impl Right<'_> {
    /// Whether it covers a send that begins now.
    async fn covers_the_first(&mut self) -> bool {
        !self.taken.is_spent(self.clock) || self.keeper.extend(self.taken).await
    }

    /// Whether it covers one more, for which it is always extended.
    async fn covers_one_more(&mut self) -> bool {
        self.keeper.extend(self.taken).await
    }
}

/// Sends the refresh.
struct Sender<'a> {
    run: &'a Run,
    refresher: &'a Refresher,
    resend_after: Duration,
}

impl Sender<'_> {
    /// One send, and one more where it is in doubt whether the first was received.
    async fn attempt(&self, grant: &Grant, jar: &Jar, mut right: Option<Right<'_>>) -> Outcome {
        // Nothing has been spent yet, so the end of the login ends the run.
        if self.run.cancel.is_cancelled() {
            return aborted();
        }
        let Some(request) = self.refresher.request(grant) else {
            return Outcome::NothingToRefreshWith;
        };
        let request = match request {
            Ok(request) => request,
            Err(error) => return Outcome::Misconfigured(UnavailableCause::Request(error)),
        };
        // Code of the user's has run meanwhile, and may have taken long.
        if let Some(right) = &mut right
            && !right.covers_the_first().await
        {
            return store_failed(StoreError::unavailable(
                "the right to refresh was over before it was used",
                "the lease could not be extended",
            ));
        }
        if self.run.cancel.is_cancelled() {
            return aborted();
        }
        // The point of no return: from here on only the timeout ends it, since the refresh token may be spent.
        self.run.sent();
        let first = self.send(&request, jar).await;
        if !matches!(first, Outcome::Ambiguous { .. }) {
            return first;
        }
        runtime::sleep_until(runtime::deadline(self.resend_after)).await;
        if self.run.cancel.is_cancelled() {
            return first;
        }
        if let Some(right) = &mut right
            && !right.covers_one_more().await
        {
            return first;
        }
        // Writing that down took time, too.
        if self.run.cancel.is_cancelled() {
            return first;
        }
        match self.send(&request, jar).await {
            Outcome::Rejected(expired) => Outcome::Rejected(expired.as_lost_rotation()),
            // Whatever kept the second from being received, the first may have been.
            Outcome::NotSpent { cause, retry_after } => Outcome::Ambiguous { cause, retry_after },
            Outcome::Misconfigured(cause) => Outcome::Ambiguous { cause, retry_after: None },
            second => second,
        }
    }

    async fn send(&self, request: &Prepared, jar: &Jar) -> Outcome {
        self.refresher.send(request, jar).await
    }
}

/// A refresh that the right was claimed for.
struct Refresh<'a> {
    job: &'a Job<'a>,
    keeper: &'a Keeper,
    taken: &'a Taken,
    /// What the session had when the refresh began.
    held: &'a TokenId,
    /// Whether that is of a login which has replaced the one that the session has.
    is_another: bool,
}

impl Refresh<'_> {
    /// Writes down what came of it, and gives it on.
    async fn settle(&self, outcome: Outcome, jar: &Jar) -> Outcome {
        // Whoever signed out here meanwhile did not sign out of another login.
        let is_wanted = self.is_another || self.job.host.may_persist(self.job.run.id);
        match outcome {
            Outcome::Success(refreshed) if is_wanted => self.refreshed(refreshed, jar).await,
            Outcome::Unusable { refresh, cause, .. } if is_wanted => {
                let record = Record { access: None, ..self.replaced_by(&refresh, jar) };
                let id = record.id.clone();
                match self.keeper.persist(self.taken, &record).await {
                    Ok(None) => {}
                    Ok(Some(found)) => return self.found(found),
                    Err(error) => self.job.host.left_over(self.job.run.id, record, error),
                }
                Outcome::Unusable { refresh, id: Some(id), cause }
            }
            // Nobody's.
            Outcome::Success(_) | Outcome::Unusable { .. } => outcome,
            Outcome::Rejected(expired) => self.refused(expired).await,
            Outcome::NothingToRefreshWith if self.is_another => self.nothing_to_refresh_with().await,
            Outcome::Ambiguous { .. } => self.release(outcome, true).await,
            Outcome::Undecodable(answer) => {
                let first = self.taken.record.undecodable.as_ref();
                let first = first.map_or_else(|| answer.clone(), |first| first.again_at(answer.at));
                let _ = self.keeper.release(self.taken, true, Some(first.clone())).await;
                Outcome::Undecodable(first)
            }
            outcome => self.release(outcome, self.taken.in_doubt).await,
        }
    }

    async fn refreshed(&self, refreshed: Refreshed, jar: &Jar) -> Outcome {
        let Refreshed { credential, .. } = refreshed;
        let tokens = &credential.tokens;
        let before = self.replaced_by(&tokens.refresh, jar);
        let record = Record {
            access: tokens.access.clone(),
            subject: tokens.subject.clone().or(before.subject),
            scopes: tokens.scopes.clone().or(before.scopes),
            issued: self.job.clock.wall(),
            lifetime: credential.lifetime,
            ..before
        };
        let is_unsaved = match self.keeper.persist(self.taken, &record).await {
            Ok(None) => {
                self.job.host.is_kept(self.job.run.id);
                false
            }
            Ok(Some(found)) => return self.found(found),
            Err(error) => {
                self.job.host.left_over(self.job.run.id, record.clone(), error);
                true
            }
        };
        let adopted = match self.taken.is_news.then(|| load(self.taken.record.clone(), self.job)).transpose()
        {
            Ok(adopted) => adopted.map(Box::new),
            // Its access token is of no interest any more.
            Err(_) => None,
        };
        Outcome::Success(Refreshed { credential, id: Some(record.id), adopted, is_unsaved })
    }

    /// What was claimed, with a new refresh token where there is one.
    fn replaced_by(&self, refresh: &Option<RefreshToken>, jar: &Jar) -> Record {
        let before = self.taken.record.clone();
        let told = refresh.clone().filter(|refresh| !refresh.expose().is_empty());
        Record {
            id: before.id.next(fastrand::u32(..)),
            refresh: told.or_else(|| before.refresh.clone()),
            jar: Arc::new(jar.fork()),
            ..before
        }
        .at_rest()
    }

    /// The server refused the refresh token for good: the end, unless another process was faster.
    async fn refused(&self, expired: SessionExpired) -> Outcome {
        match self.keeper.confirm_refused(self.taken).await {
            // What the session has was replaced before, and what has replaced it is over.
            Ok(Confirmed::Cleared) if self.is_another => Outcome::Gone,
            Ok(Confirmed::Cleared) => Outcome::Rejected(expired),
            Ok(Confirmed::Newer(record)) => adopted(*record, self.job),
            Ok(Confirmed::Gone) => Outcome::Gone,
            Err(error) => {
                let refused = Refused { id: self.taken.record.id.clone(), expired };
                Outcome::RejectedUnconfirmed(refused, UnavailableCause::Store(error))
            }
        }
    }

    /// Another login has replaced that of the session, and cannot be refreshed: it is the one to go on with while it lives.
    async fn nothing_to_refresh_with(&self) -> Outcome {
        let signs_by_cookies = self.job.attachment.header().is_none();
        if !self.taken.record.is_live(self.job.clock.wall(), signs_by_cookies) {
            return self.refused(SessionExpired::new(ExpiredReason::NoRefreshToken)).await;
        }
        let outcome = adopted(self.taken.record.clone(), self.job);
        self.release(outcome, self.taken.in_doubt).await
    }

    async fn release(&self, outcome: Outcome, in_doubt: bool) -> Outcome {
        // Where that fails the lease runs out, and a later refusal is told as one that may have a harmless reason.
        let _ = self.keeper.release(self.taken, in_doubt, None).await;
        outcome
    }

    /// What was claimed is not there any more: somebody has signed in or out meanwhile.
    fn found(&self, found: Found) -> Outcome {
        match found.record {
            // This session has written its own meanwhile, which no process has tried to refresh yet.
            Some(record) if record.id == *self.held => store_failed(StoreError::unavailable(
                "what was refreshed has been replaced by what the session had before",
                "another login was claimed for it",
            )),
            Some(record) => adopted(record, self.job),
            None => Outcome::Gone,
        }
    }
}

fn adopted(record: Record, job: &Job<'_>) -> Outcome {
    match load(record, job) {
        Ok(loaded) => Outcome::Adopted(Box::new(loaded)),
        Err(error) => store_failed(error),
    }
}

fn load(record: Record, job: &Job<'_>) -> Result<Loaded, StoreError> {
    restore(record, job.attachment, true, job.clock.wall())
}

fn store_failed(error: StoreError) -> Outcome {
    Outcome::NotSpent { cause: UnavailableCause::Store(error), retry_after: None }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::Tokens;
    use crate::session::token::placement::Attach;
    use crate::store::{MemoryStore, StoredLogin, TokenStore};

    fn record(login: u64, access: Option<&str>) -> Record {
        Record {
            id: TokenId::first(login),
            access: access.map(Into::into),
            refresh: Some("refresh".into()),
            subject: None,
            scopes: None,
            issued: SystemTime::UNIX_EPOCH,
            lifetime: None,
            jar: Arc::default(),
            intent: false,
            lease: None,
            undecodable: None,
        }
    }

    /// A session whose store has what the refresh tells of.
    struct Host;

    impl RefreshHost for Host {
        fn may_persist(&self, _: RunId) -> bool {
            true
        }

        fn is_kept(&self, _: RunId) {}

        fn left_over(&self, _: RunId, _: Record, error: StoreError) {
            panic!("{error}")
        }

        fn go_unclaimed(&self, _: RunId) -> bool {
            false
        }

        fn is_claimed_again(&self, _: RunId) {}

        fn claim_failed(&self, error: StoreError, _: &dyn Fn(&Arc<str>) -> bool) {
            panic!("{error}")
        }
    }

    fn keeper() -> Keeper {
        Keeper::new(Arc::new(MemoryStore::new()), Clock::default(), false)
    }

    #[test]
    fn i14_a_run_that_breaks_off_is_in_doubt_from_its_send_on() {
        let run = Run::new(RunId(1), CancellationToken::new());
        assert!(
            matches!(broken_off(&run), Outcome::NotSpent { cause: UnavailableCause::Aborted, .. }),
            "I14"
        );
        run.sent();
        assert!(
            matches!(broken_off(&run), Outcome::Ambiguous { cause: UnavailableCause::Aborted, .. }),
            "I14"
        );
    }

    #[tokio::test]
    async fn i9_all_that_a_refresh_has_obtained_is_in_the_store() {
        let (keeper, clock) = (&keeper(), &Clock::default());
        let attachment = &Attach::bearer().check().unwrap();
        let before = Record { lifetime: Some(Duration::from_secs(5)), ..record(1, Some("before")) };
        let held =
            Held { record: before.clone(), is_new: true, must_send: false, is_over: true, refused: None };
        let Ok(Claim::Taken(taken)) = keeper.claim(&held, Term::of(Duration::ZERO), || true).await else {
            panic!("not claimed")
        };
        let run = Run::new(RunId(1), CancellationToken::new());
        let job = &Job { run: &run, host: &Host, keeper: Some(keeper), attachment, clock };
        let refresh = Refresh { job, keeper, taken: &taken, held: &before.id, is_another: false };

        let tokens = Tokens::new("after").refresh_token("next").subject("ann").scopes(["read", "write"]);
        let tokens = tokens.expires_in(Duration::from_secs(60));
        let credential = attachment.credential(tokens, None, || clock.wall()).unwrap();
        let cookie = serde_json::json!({
            "raw_cookie": "sid=1", "path": ["/", true],
            "domain": { "HostOnly": "api.example" }, "expires": "SessionEnd",
        });
        let jar = Jar::read(serde_json::json!([cookie])).unwrap();
        let refreshed = Refreshed { credential, id: None, adopted: None, is_unsaved: false };
        let outcome = refresh.refreshed(refreshed, &jar).await;
        assert!(matches!(&outcome, Outcome::Success(Refreshed { is_unsaved: false, .. })));

        let kept = keeper.load().await.unwrap().record.unwrap();
        let scopes: Arc<[String]> = ["read", "write"].map(str::to_owned).into();
        assert_eq!(kept.id.login, before.id.login, "I9");
        assert_eq!((kept.id.number, kept.subject.as_deref()), (before.id.number + 1, Some("ann")), "I9");
        let secrets = (kept.access.as_ref().unwrap().expose(), kept.refresh.as_ref().unwrap().expose());
        assert_eq!(secrets, ("after", "next"), "I9");
        assert!(kept.issued > before.issued, "I9: {:?}", kept.issued);
        assert_eq!((&kept.scopes, kept.lifetime), (&Some(scopes), Some(Duration::from_secs(60))), "I9");
        assert!(jar.written().is_some() && kept.jar.written() == jar.written(), "I9");

        let loaded = load(kept, job).unwrap();
        assert_eq!(loaded.credential.lifetime, Some(Duration::from_secs(60)), "a restart knows it too");
        // A JWT with the claims `{"exp":10}`, which made no sense when it came.
        let loaded = load(record(1, Some("e30.eyJleHAiOjEwfQ.signature")), job).unwrap();
        assert_eq!(loaded.credential.lifetime, None, "a restart does not decide it again");
    }

    #[tokio::test]
    async fn i15_what_is_there_in_place_of_what_was_claimed_is_taken_over_unless_it_is_the_own_login() {
        let (own, claimed) = (record(1, Some("own")), record(2, Some("claimed")));
        let (keeper, clock) = (&keeper(), &Clock::default());
        let attachment = &Attach::bearer().check().unwrap();
        let held =
            Held { record: claimed.clone(), is_new: true, must_send: true, is_over: true, refused: None };
        let Ok(Claim::Taken(taken)) = keeper.claim(&held, Term::of(Duration::ZERO), || true).await else {
            panic!("not claimed")
        };
        let run = Run::new(RunId(1), CancellationToken::new());
        let job = &Job { run: &run, host: &Host, keeper: Some(keeper), attachment, clock };
        let refresh = Refresh { job, keeper, taken: &taken, held: &own.id, is_another: true };
        for (there, expected) in [
            (Some(own.clone()), "the store failed"),
            (Some(Record { id: own.id.next(7), ..own.clone() }), "adopted"),
            (Some(record(3, Some("third"))), "adopted"),
            (None, "gone"),
        ] {
            let name = format!("{:?}", there.as_ref().map(|there| &there.id));
            let found = match refresh.found(Found { version: 9, record: there.clone() }) {
                Outcome::NotSpent { cause: UnavailableCause::Store(_), .. } => "the store failed",
                Outcome::Adopted(loaded) => {
                    assert_eq!(Some(loaded.id), there.map(|there| there.id), "{name}");
                    "adopted"
                }
                Outcome::Gone => "gone",
                other => panic!("{name}: {other:?}"),
            };
            assert_eq!(found, expected, "I15: {name}");
        }
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
            // It may be another process's by now.
            (25, true, false, false),
        ] {
            for is_first in [true, false] {
                let store = MemoryStore::new();
                let keeper = Keeper::new(Arc::new(store.clone()), clock.clone(), false);
                let held = Held {
                    record: record.clone(),
                    is_new: true,
                    must_send: false,
                    is_over: true,
                    refused: None,
                };
                let term = Term::of(Duration::from_secs(20));
                let Ok(Claim::Taken(mut taken)) = keeper.claim(&held, term, || true).await else {
                    panic!("not claimed")
                };
                taken.since.wall = wall - Duration::from_secs(seconds);
                if !is_ours {
                    let other = StoredLogin::new(taken.version + 1, "of another process");
                    assert!(store.replace(taken.version, other).await.unwrap());
                }
                let mut right = Right { keeper: &keeper, clock: &clock, taken: &mut taken };
                let (covers, expected) = match is_first {
                    true => (right.covers_the_first().await, first),
                    false => (right.covers_one_more().await, one_more),
                };
                assert_eq!(covers, expected, "I14: {seconds} s, {is_ours}, the first: {is_first}");
                assert!(!covers || !taken.is_spent(&clock), "I14: {seconds} s");
            }
        }
    }
}
