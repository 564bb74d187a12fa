//! The store's client: each operation has a timeout, and every change is a compare-and-swap.
//!
//! - **I1** Of all processes that share a store, one refreshes the login at a time.
//! - **I14** The refresh token is read under the claim, and the claim is stored before the token is sent.
//! - **I15** What another process has stored is not cleared.

mod known_logins;
mod operation;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard};

use crate::error::StoreError;
use crate::runtime;
use crate::session::host::Host;
use crate::session::stored::{
    Claim, LeaseTerm, LoginName, NotClaimed, OtherLease, PendingWrite, Record, RefreshInput, RefreshLease,
    Replaces, StoreState, Undecodable, schema,
};
use crate::store::{StoreLock, StoredLogin, TokenStore};
use known_logins::KnownLogins;
pub(crate) use operation::TIMEOUT;
use operation::{done_within, within};

/// The pause between two tries to claim.
const POLL: Duration = Duration::from_millis(100);
/// How often a write is tried again after another process was faster.
const TRIES: usize = 16;

pub(crate) struct StoreClient {
    store: Arc<dyn TokenStore>,
    host: Arc<Host>,
    /// The number of this session, among all that share the store.
    holder: u64,
    known_logins: KnownLogins,
    /// Held while a pending write is being written.
    writing: Mutex<()>,
    /// How many writes of this session were done.
    written: AtomicU64,
}

/// What came of a pending write, by its serial.
pub(crate) enum WriteOutcome {
    Stored(u64),
    /// It is unknown whether the store ever had it, and another process has signed in or out there since.
    Superseded(u64),
    Unwanted,
}

impl StoreClient {
    pub(crate) fn new(store: Arc<dyn TokenStore>, host: Arc<Host>) -> Self {
        let (known_logins, writing, written) = Default::default();
        Self { store, host, holder: fastrand::u64(..), known_logins, writing, written }
    }

    /// The name of this session in a lease.
    fn holder(&self) -> String {
        format!("{:016x}", self.holder)
    }

    /// Reads the store. Reads it again if a write of this session was done meanwhile.
    pub(crate) async fn read(&self) -> Result<StoreState, StoreError> {
        let mut written = self.written.load(Ordering::Relaxed);
        let mut found = self.load().await?;
        for _ in 0..TRIES {
            let before = std::mem::replace(&mut written, self.written.load(Ordering::Relaxed));
            if before == written {
                break;
            }
            found = self.load().await?;
        }
        // A write that seemed to have failed was done: the other reads in progress may be of the time before.
        if let Some(record) = &found.record
            && self.known_logins.note_stored(&record.id.login)
        {
            self.written.fetch_add(1, Ordering::Relaxed);
        }
        Ok(found)
    }

    /// Claims the refresh of `input` for `term`. Asks `is_wanted` before each try to write, because a
    /// sign-out writes too.
    ///
    /// Cancel safe: a dropped claim leaves at most a lease, which runs out.
    pub(crate) async fn claim(
        &self,
        input: &RefreshInput,
        term: LeaseTerm,
        is_wanted: impl Fn() -> bool,
    ) -> Result<Claim, NotClaimed> {
        // A login that no store has needs no claim, and waits no longer than one operation may take.
        let is_nowhere = input.is_new && !self.known_logins.may_be_stored(&input.record.id.login);
        let give_up = runtime::deadline(if is_nowhere { TIMEOUT } else { term.longest_wait() });
        let mut other_lease = OtherLease::default();
        let mut tries = 0;
        loop {
            let lock = self.measured(within(|| self.store.try_lock()).await)?;
            let StoreState { version, record } = self.read().await?;
            let is_new =
                input.is_new && !self.known_logins.may_have_been_stored(&input.record.id.login, version);
            let Some(there) = latest(record, input, is_new) else { return Ok(Claim::Gone) };
            let wall = self.host.clock.wall();
            let found_newer = there.id != input.record.id;
            if found_newer && !input.must_send && there.is_live(wall, self.host.attachment.signs_by_cookies())
            {
                return Ok(Claim::Adopt(Box::new(there)));
            }
            let is_busy = match &lock {
                StoreLock::Busy => true,
                StoreLock::Held(_) => false,
                StoreLock::Unsupported => there
                    .lease
                    .as_ref()
                    .is_some_and(|other| other_lease.is_busy(other, &self.holder(), wall, term)),
            };
            if is_busy {
                if runtime::now() >= give_up {
                    return Err(StoreError::unavailable(
                        "another process holds the lease to refresh the login, and does not release it",
                        "the lock of the store is busy",
                    )
                    .into());
                }
                pause().await;
                continue;
            }
            let (earlier_unknown, since) = (there.outcome_unknown, self.host.clock.now());
            let lease = matches!(lock, StoreLock::Unsupported).then(|| term.lease(&self.holder(), wall));
            let record = Record { outcome_unknown: true, lease, ..there };
            if !is_wanted() {
                return Ok(Claim::Unwanted);
            }
            let swapped = match self.swap(version, Some(&record)).await {
                // Another process writes, as long as the disk takes for it. The store has not failed: wait
                // as for a claim.
                Err(error) if error.is_busy() && !is_nowhere && runtime::now() < give_up => {
                    drop(lock);
                    pause().await;
                    continue;
                }
                swapped => swapped.map_err(NotClaimed::of_write)?,
            };
            if let Some(version) = swapped {
                let lease = RefreshLease {
                    record,
                    found_newer,
                    earlier_unknown,
                    version,
                    since,
                    term,
                    unclaimed: None,
                    _lock: lock,
                };
                return Ok(Claim::Granted(Box::new(lease)));
            }
            tries += 1;
            if tries == TRIES {
                return Err(too_busy().into());
            }
        }
    }

    /// Waits for the end of the write in progress. No other write starts while the guard is held.
    pub(crate) async fn write_turn(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().await
    }

    /// Returns a lease for `input` without a claim, after the claim failed for the reason `why`. Only a
    /// login that the store certainly does not have may go without, because no other process can refresh
    /// it. No pending write may be written meanwhile.
    pub(crate) async fn unclaimed(
        &self,
        input: &RefreshInput,
        why: &NotClaimed,
        term: LeaseTerm,
    ) -> Option<RefreshLease> {
        let login = &input.record.id.login;
        if why.may_be_stored || self.known_logins.is_known_stored(login) {
            return None;
        }
        if self.known_logins.may_be_stored(login) {
            // If the login is there, it is known from then on.
            let found = self.read().await.ok()?;
            if self.known_logins.may_have_been_stored(login, found.version) {
                return None;
            }
        }
        Some(RefreshLease {
            record: input.record.clone(),
            found_newer: false,
            earlier_unknown: false,
            version: 0,
            since: self.host.clock.now(),
            term,
            unclaimed: Some(why.error.clone()),
            _lock: StoreLock::Unsupported,
        })
    }

    /// Whether the store may have `login`, or may get it by a write in progress.
    pub(crate) fn may_be_stored(&self, login: &LoginName) -> bool {
        self.known_logins.may_be_stored(login)
    }

    /// Whether the lease covers a send that starts now, extended if need be.
    pub(crate) async fn covers_send(&self, lease: &mut RefreshLease) -> bool {
        !lease.is_spent(&self.host.clock) || self.extend(lease).await
    }

    /// Extends the lease for one more send, and returns whether it covers it. If that cannot be stored,
    /// another process may have the lease before the send ends.
    pub(crate) async fn extend(&self, lease: &mut RefreshLease) -> bool {
        if lease.record.lease.is_none() {
            return true;
        }
        if lease.term.is_over(&lease.since, &self.host.clock) {
            return false;
        }
        let since = self.host.clock.now();
        let extended = Some(lease.term.lease(&self.holder(), since.wall));
        let record = Record { lease: extended, ..lease.record.clone() };
        let Ok(Some(version)) = self.swap(lease.version, Some(&record)).await else { return false };
        (lease.record, lease.version, lease.since) = (record, version, since);
        !lease.is_spent(&self.host.clock)
    }

    /// Puts `record` in place of the claimed tokens, or clears the store without one. Returns what is there
    /// instead, if another process has replaced them.
    pub(crate) async fn replace_claimed(
        &self,
        lease: &RefreshLease,
        record: Option<&Record>,
    ) -> Result<Option<StoreState>, StoreError> {
        match (&lease.unclaimed, record) {
            (Some(error), Some(_)) => return Err(error.clone()),
            (Some(_), None) => return Ok(None),
            (None, _) => {}
        }
        if let Ok(Some(_)) = self.swap(lease.version, record).await {
            return Ok(None);
        }
        for _ in 0..TRIES {
            let found = self.read().await?;
            match (&found.record, record) {
                // A write that seemed to have failed was done.
                (Some(there), Some(wanted)) if there.id == wanted.id => return Ok(None),
                (Some(there), _) if there.id == lease.record.id => {}
                _ => return Ok(Some(found)),
            }
            if self.swap(found.version, record).await?.is_some() {
                return Ok(None);
            }
        }
        Err(too_busy())
    }

    /// Releases a lease. With `outcome_unknown`, later processes know that the refresh token may be spent.
    pub(crate) async fn release(
        &self,
        lease: &RefreshLease,
        outcome_unknown: bool,
        undecodable: Option<Undecodable>,
    ) -> Result<(), StoreError> {
        if lease.unclaimed.is_some() {
            return Ok(());
        }
        let undecodable = undecodable.or_else(|| lease.record.undecodable.clone());
        let record = Record { outcome_unknown, lease: None, undecodable, ..lease.record.clone() };
        self.swap(lease.version, Some(&record)).await.map(drop)
    }

    /// Writes the pending write, unless the store has what it may not replace. Asks for it before each try,
    /// because it may have been refreshed meanwhile. Tells `finds_login` which login it is going to
    /// replace.
    pub(crate) async fn write_pending(
        &self,
        pending_write: impl Fn() -> Option<PendingWrite>,
        finds: impl Fn(u64, LoginName),
    ) -> Result<WriteOutcome, StoreError> {
        for _ in 0..TRIES {
            let found = self.read().await?;
            let _turn = self.write_turn().await;
            let Some(pending_write) = pending_write() else { return Ok(WriteOutcome::Unwanted) };
            let there = found.record.as_ref();
            let is_due = pending_write.may_replace(there);
            if let Some(record) = &pending_write.record
                && there.is_none_or(|there| there.id.login != record.id.login)
                && (!is_due || self.known_logins.may_have_been_stored(&record.id.login, found.version))
            {
                return Ok(WriteOutcome::Superseded(pending_write.serial));
            }
            if let Some(there) = there
                && pending_write.replaces == Replaces::Anything
            {
                finds(pending_write.serial, there.id.login.clone());
            }
            if !is_due || self.swap(found.version, pending_write.record.as_ref()).await?.is_some() {
                return Ok(WriteOutcome::Stored(pending_write.serial));
            }
        }
        Err(too_busy())
    }

    async fn load(&self) -> Result<StoreState, StoreError> {
        self.measured(within(|| self.store.load()).await.and_then(schema::read))
    }

    /// Returns the outcome of an operation, which is counted where it failed.
    fn measured<T>(&self, outcome: Result<T, StoreError>) -> Result<T, StoreError> {
        outcome.inspect_err(|error| self.host.metrics.store_failed(error))
    }

    /// Replaces `version` by `record`, or by the tombstone of one, and returns the new version. `None` if
    /// the store has another version.
    async fn swap(&self, version: u64, record: Option<&Record>) -> Result<Option<u64>, StoreError> {
        let next: StoredLogin = schema::write(version, record)?;
        let (login, at) = (record.map(|record| &record.id.login), next.version());
        if let Some(login) = login {
            self.known_logins.note_write(login, version, at);
        }
        let swapped = done_within(|| self.store.replace(version, next), StoreError::uncertain);
        let swapped = self.measured(swapped.await);
        if matches!(swapped, Ok(true)) {
            self.written.fetch_add(1, Ordering::Relaxed);
        }
        match (&swapped, login) {
            (Ok(true), Some(login)) => drop(self.known_logins.note_stored(login)),
            (Ok(false), Some(login)) => self.known_logins.note_not_written(login),
            (Err(error), Some(login)) if error.is_definite() => self.known_logins.note_not_written(login),
            _ => {}
        }
        Ok(swapped?.then_some(at))
    }
}

/// Pauses, so that other processes go on.
async fn pause() {
    let jitter = Duration::from_millis(fastrand::u64(..50));
    runtime::sleep_until(runtime::deadline(POLL + jitter)).await;
}

fn too_busy() -> StoreError {
    StoreError::unavailable("the store changes faster than it can be written", "others are always faster")
}

/// Returns the tokens to refresh: those of the store or those of the session. `None` if the login was
/// ended.
fn latest(record: Option<Record>, input: &RefreshInput, is_new: bool) -> Option<Record> {
    let mine = &input.record;
    match record {
        // The session's jar may have newer cookies.
        Some(there) if there.id == mine.id => {
            let undecodable = there.undecodable.or_else(|| mine.undecodable.clone());
            Some(Record {
                outcome_unknown: there.outcome_unknown,
                lease: there.lease,
                undecodable,
                ..mine.clone()
            })
        }
        // The last refresh has not been stored yet.
        Some(there) if there.id.login == mine.id.login && there.id.number < mine.id.number => {
            Some(Record { lease: there.lease, ..mine.clone() })
        }
        // It was stored, and another process has refreshed it since.
        Some(there) if there.id.login == mine.id.login => Some(there),
        _ if is_new => Some(mine.clone()),
        there => there,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::time::SystemTime;

    use super::*;
    use crate::session::stored::{Logins, TokenId};
    use crate::session::token::Tokens;
    use crate::store::{MemoryStore, StoreFuture};

    fn record(login: u64, number: u64) -> Record {
        Record::empty(TokenId { number, ..TokenId::first(login) })
    }

    #[tokio::test]
    async fn i10_an_abandoned_claim_leaves_the_store_as_it_is() {
        let store = MemoryStore::new();
        let store_client = StoreClient::new(Arc::new(store.clone()), Arc::default());
        let input = RefreshInput::of(record(1, 1), true);
        let term = LeaseTerm::of(Duration::ZERO);
        let claim = store_client.claim(&input, term, || false).await.ok().unwrap();
        assert!(matches!(claim, Claim::Unwanted), "I10");
        assert_eq!(store.load().await.unwrap(), None, "I10");
        assert!(matches!(store_client.claim(&input, term, || true).await.ok().unwrap(), Claim::Granted(_)));
        assert!(store.load().await.unwrap().is_some());
    }

    /// A store whose file another process locks for the next writes.
    struct Locked(MemoryStore, AtomicUsize);

    impl TokenStore for Locked {
        fn load(&self) -> StoreFuture<'_, Option<StoredLogin>> {
            self.0.load()
        }

        fn replace(&self, expected: u64, next: StoredLogin) -> StoreFuture<'_, bool> {
            match self.1.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |times| times.checked_sub(1)) {
                Ok(_) => Box::pin(async { Err(StoreError::busy("it cannot be locked", POLL)) }),
                Err(_) => self.0.replace(expected, next),
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_claim_waits_for_processes_that_write_as_long_as_for_one_that_refreshes() {
        let term = LeaseTerm::of(Duration::from_secs(20));
        for (is_new, times, is_taken) in [(false, 200, true), (false, 2_000, false), (true, 1, false)] {
            let store = Arc::new(Locked(MemoryStore::new(), times.into()));
            let store_client = StoreClient::new(store.clone(), Arc::default());
            if !is_new {
                let kept = schema::write(0, Some(&record(1, 1))).unwrap();
                assert!(store.0.replace(0, kept).await.unwrap());
            }
            let input = RefreshInput::of(record(1, 1), is_new);
            let begin = runtime::now();
            let claim = store_client.claim(&input, term, || true).await;
            let case = format!("{times} times, {:?}", begin.elapsed());
            match claim {
                Ok(claim) => assert!(is_taken && matches!(claim, Claim::Granted(_)), "{case}"),
                Err(why) => {
                    assert!(!is_taken && why.error.is_busy() && !why.may_be_stored, "{case}");
                    let waited = if is_new { Duration::ZERO } else { term.longest_wait() };
                    assert!((waited..waited + 2 * POLL).contains(&begin.elapsed()), "{case}");
                }
            }
        }
    }

    /// A store whose file another process locks, and whose last write ends at that time. Counts the writes
    /// that start later.
    struct LockedUntil(runtime::Instant, AtomicUsize);

    impl TokenStore for LockedUntil {
        fn load(&self) -> StoreFuture<'_, Option<StoredLogin>> {
            Box::pin(async { Ok(Some(schema::write(0, Some(&record(1, 1)))?)) })
        }

        fn replace(&self, _: u64, _: StoredLogin) -> StoreFuture<'_, bool> {
            Box::pin(async {
                let left = self.0.saturating_duration_since(runtime::now());
                if left.is_zero() {
                    self.1.fetch_add(1, Ordering::Relaxed);
                }
                let takes = if left < TIMEOUT { left } else { TIMEOUT / 2 };
                runtime::sleep_until(runtime::deadline(takes)).await;
                Err(StoreError::busy("it cannot be locked", POLL))
            })
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_claim_is_not_tried_again_when_its_time_has_come() {
        let term = LeaseTerm::of(Duration::ZERO);
        let begin = runtime::now();
        let store = Arc::new(LockedUntil(runtime::deadline(term.longest_wait()), AtomicUsize::new(0)));
        let store_client = StoreClient::new(store.clone(), Arc::default());
        let input = RefreshInput { must_send: true, ..RefreshInput::of(record(1, 1), false) };
        assert!(store_client.claim(&input, term, || true).await.is_err_and(|why| why.error.is_busy()));
        assert_eq!((begin.elapsed(), store.1.load(Ordering::Relaxed)), (term.longest_wait(), 0));
    }

    #[test]
    fn i14_the_newest_tokens_of_a_login_are_refreshed_whether_or_not_they_are_known_to_be_kept() {
        let mine = record(1, 5);
        // A process that has refreshed at the same time, which should not happen.
        let marked = Record { id: TokenId { nonce: 7, ..mine.id.clone() }, ..record(1, 5) };
        for (is_new, there, expected) in [
            (false, Some(record(1, 4)), Some(&mine)),
            (false, Some(record(1, 5)), Some(&mine)),
            (false, Some(marked.clone()), Some(&marked)),
            (false, Some(record(1, 6)), Some(&record(1, 6))),
            (false, Some(record(2, 1)), Some(&record(2, 1))),
            (false, None, None),
            (true, Some(record(1, 4)), Some(&mine)),
            (true, Some(record(1, 5)), Some(&mine)),
            (true, Some(marked.clone()), Some(&marked)),
            (true, Some(record(1, 6)), Some(&record(1, 6))),
            (true, Some(record(2, 1)), Some(&mine)),
            (true, None, Some(&mine)),
        ] {
            let input = RefreshInput::of(mine.clone(), is_new);
            let what = format!("{is_new} {there:?}");
            let found = latest(there, &input, is_new);
            assert_eq!(found.map(|found| found.id), expected.map(|record| record.id.clone()), "{what}");
        }
    }
    /// A store that other processes use too. Counts how often its lock was tried, and how many writes
    /// others are still faster with.
    #[derive(Default)]
    struct Contested {
        kept: MemoryStore,
        is_busy: bool,
        tries: AtomicUsize,
        faster: AtomicUsize,
        /// The results of as many writes are lost, although the writes are done.
        lost: AtomicUsize,
        is_gone: bool,
        is_broken: bool,
    }

    fn counts_down(left: &AtomicUsize) -> bool {
        left.try_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
    }

    impl TokenStore for Contested {
        fn load(&self) -> StoreFuture<'_, Option<StoredLogin>> {
            match self.is_gone {
                true => Box::pin(async { Err(StoreError::unavailable("it cannot be read", "gone")) }),
                false => self.kept.load(),
            }
        }

        fn replace(&self, expected: u64, next: StoredLogin) -> StoreFuture<'_, bool> {
            Box::pin(async move {
                if counts_down(&self.faster) {
                    return Ok(false);
                }
                if self.is_broken {
                    return Err(StoreError::unavailable("it cannot be written", "full"));
                }
                let replaced = self.kept.replace(expected, next).await;
                match counts_down(&self.lost) {
                    true => Err(StoreError::uncertain("its answer was lost", "a broken line")),
                    false => replaced,
                }
            })
        }

        fn try_lock(&self) -> StoreFuture<'_, StoreLock> {
            self.tries.fetch_add(1, Ordering::Relaxed);
            let lock = if self.is_busy { StoreLock::Busy } else { StoreLock::Unsupported };
            Box::pin(async { Ok(lock) })
        }
    }

    #[tokio::test(start_paused = true)]
    async fn i38_a_login_that_no_store_has_waits_no_longer_for_another_process_than_for_a_store() {
        let term = LeaseTerm::of(Duration::from_secs(20));
        for (is_new, is_tried, limit) in
            [(true, false, TIMEOUT), (true, true, term.longest_wait()), (false, false, term.longest_wait())]
        {
            let store = Arc::new(Contested { is_busy: true, ..Contested::default() });
            let store_client = StoreClient::new(store.clone(), Arc::default());
            let input = RefreshInput::of(record(1, 1), is_new);
            if is_tried {
                store_client.known_logins.note_write(&input.record.id.login, 0, 7);
            } else if !is_new {
                let kept = schema::write(0, Some(&input.record)).unwrap();
                assert!(store.replace(0, kept).await.unwrap());
            }
            let begin = runtime::now();
            let Err(why) = store_client.claim(&input, term, || true).await else { panic!("it is busy") };
            let (waited, tries) = (begin.elapsed(), store.tries.load(Ordering::Relaxed) as u32);
            assert!(!why.may_be_stored, "nothing was written");
            assert!((limit..limit + POLL * 2).contains(&waited), "I38: {is_new} {is_tried}: {waited:?}");
            assert!(POLL * (tries - 1) <= limit, "{is_new} {is_tried}: {tries} tries");
        }
    }
    #[tokio::test]
    async fn a_write_is_tried_16_times_that_others_are_faster_with() {
        for (faster, is_done) in [(0, true), (1, true), (15, true), (16, false)] {
            let client_of = || {
                let store = Contested { faster: AtomicUsize::new(faster), ..Contested::default() };
                let store = Arc::new(store);
                (store.clone(), StoreClient::new(store, Arc::default()))
            };
            let input = RefreshInput::of(record(1, 1), true);
            let (store, store_client) = client_of();
            let claimed = store_client.claim(&input, LeaseTerm::of(Duration::ZERO), || true).await;
            assert_eq!(matches!(claimed, Ok(Claim::Granted(_))), is_done, "a claim: {faster}");
            assert_eq!(store.load().await.unwrap().is_some(), is_done, "a claim: {faster}");
            let pending_write =
                || Some(PendingWrite { serial: 3, record: Some(record(1, 1)), replaces: Replaces::Anything });
            let (store, store_client) = client_of();
            let written = store_client.write_pending(pending_write, |_, _| ()).await;
            assert_eq!(matches!(written, Ok(WriteOutcome::Stored(3))), is_done, "what is unsaved: {faster}");
            assert_eq!(store.load().await.unwrap().is_some(), is_done, "what is unsaved: {faster}");
        }
    }
    /// Puts `record` into `store` as `version`.
    async fn put(store: &MemoryStore, version: u64, record: &Record) {
        let before = store.load().await.unwrap().map_or(0, |kept| kept.version());
        let text = schema::write(before, Some(record)).unwrap().text().to_owned();
        assert!(store.replace(before, StoredLogin::new(version, text)).await.unwrap());
    }

    #[tokio::test]
    async fn i38_a_login_goes_without_the_store_where_that_certainly_does_not_have_it() {
        let (mine, other) = (record(1, 1), record(2, 1));
        for (name, in_doubt, tried, there, can_be_read, may_go) in [
            ("never written", false, None, None, true, true),
            ("never written, and it cannot be read", false, None, None, false, true),
            ("the claim may be written yet", true, None, None, true, false),
            ("written, and not there", false, Some((0, 7)), None, true, true),
            ("written, and it cannot be read", false, Some((0, 7)), None, false, false),
            ("written, and there", false, Some((0, 7)), Some((7, &mine)), true, false),
            ("written, and another is there", false, Some((0, 7)), Some((7, &other)), true, true),
            ("written, and replaced", false, Some((0, 7)), Some((8, &other)), true, false),
        ] {
            let store = Contested { is_gone: !can_be_read, ..Contested::default() };
            if let Some((version, there)) = there {
                put(&store.kept, version, there).await;
            }
            let store_client = StoreClient::new(Arc::new(store), Arc::default());
            if let Some((expected, next)) = tried {
                store_client.known_logins.note_write(&mine.id.login, expected, next);
            }
            let input = RefreshInput::of(mine.clone(), true);
            let why = NotClaimed { error: StoreError::timeout(), may_be_stored: in_doubt };
            let lease = store_client.unclaimed(&input, &why, LeaseTerm::of(Duration::ZERO)).await;
            assert_eq!(lease.is_some(), may_go, "I38: {name}");
            assert!(lease.is_none_or(|lease| !lease.is_claimed()), "{name}");
        }
    }
    /// A store whose first read ends when `gate` is set, and returns what was there at its start.
    #[derive(Default)]
    struct Late {
        kept: Contested,
        reads: AtomicUsize,
        gate: tokio::sync::SetOnce<()>,
    }

    impl TokenStore for Late {
        fn load(&self) -> StoreFuture<'_, Option<StoredLogin>> {
            Box::pin(async {
                let found = self.kept.load().await;
                if self.reads.fetch_add(1, Ordering::Relaxed) == 0 {
                    self.gate.wait().await;
                }
                found
            })
        }

        fn replace(&self, expected: u64, next: StoredLogin) -> StoreFuture<'_, bool> {
            self.kept.replace(expected, next)
        }
    }

    #[tokio::test]
    async fn i16_a_read_from_before_a_write_whose_answer_is_lost_ends_no_login() {
        let kept = Contested { lost: AtomicUsize::new(1), ..Contested::default() };
        let store = Arc::new(Late { kept, ..Late::default() });
        let store_client = StoreClient::new(store.clone(), Arc::default());
        let input = RefreshInput::of(record(1, 1), true);
        let claim = store_client.claim(&input, LeaseTerm::of(Duration::ZERO), || true);
        let meanwhile = async {
            let pending_write =
                || Some(PendingWrite { serial: 3, record: Some(record(1, 1)), replaces: Replaces::Anything });
            assert!(store_client.write_pending(pending_write, |_, _| ()).await.is_err());
            assert!(store_client.read().await.unwrap().record.is_some(), "it was written");
            store.gate.set(()).unwrap();
        };
        let (claim, ()) = tokio::join!(claim, meanwhile);
        assert!(matches!(claim, Ok(Claim::Granted(_))), "I16");
    }

    #[tokio::test]
    async fn i15_what_was_claimed_is_replaced_and_cleared_only_where_it_is_still_there() {
        let (mine, next, newer, other) = (record(1, 1), record(1, 2), record(1, 3), record(2, 1));
        for (name, there, lost, is_kept, is_cleared) in [
            ("as it was", None, 0, true, true),
            ("as it was, and the answer is lost", None, 1, true, false),
            ("written once more", Some(Some(&mine)), 0, true, true),
            ("newer", Some(Some(&newer)), 0, false, false),
            ("another login", Some(Some(&other)), 0, false, false),
            ("ended", Some(None), 0, false, false),
        ] {
            for clears in [false, true] {
                let store = Arc::new(Contested::default());
                let store_client = StoreClient::new(store.clone(), Arc::default());
                let input = RefreshInput::of(mine.clone(), true);
                let Ok(Claim::Granted(lease)) =
                    store_client.claim(&input, LeaseTerm::of(Duration::ZERO), || true).await
                else {
                    panic!("{name}: not claimed")
                };
                if let Some(there) = there {
                    let after = schema::write(lease.version, there).unwrap();
                    assert!(store.kept.replace(lease.version, after).await.unwrap());
                }
                store.lost.store(lost, Ordering::Relaxed);
                let expected = match clears {
                    false => {
                        let found = store_client.replace_claimed(&lease, Some(&next)).await.unwrap();
                        assert_eq!(found.is_none(), is_kept, "I15: {name}");
                        if is_kept { Some(&next) } else { there.flatten() }
                    }
                    true => {
                        let found = store_client.replace_claimed(&lease, None).await.unwrap();
                        assert_eq!(found.is_none(), is_cleared, "I15: {name}");
                        let is_newer = found.is_some_and(|found| found.record.is_some());
                        assert_eq!(is_newer, there.flatten().is_some() && !is_cleared, "I15: {name}");
                        if is_cleared { None } else { there.flatten() }
                    }
                };
                let found = store_client.read().await.unwrap().record.map(|record| record.id);
                assert_eq!(found, expected.map(|record| record.id.clone()), "I15: {name}, {clears}");
            }
        }
    }

    #[tokio::test]
    async fn who_replaces_every_login_is_told_which_one_is_there() {
        let (mine, other) = (record(1, 2), record(2, 1));
        let own = |record: &Record| {
            let mut logins = Logins::default();
            logins.insert(&record.id.login);
            logins
        };
        for (name, record, replaces, there, told) in [
            ("a sign-in", Some(&mine), Replaces::Anything, Some(&other), true),
            ("a sign-in in an empty place", Some(&mine), Replaces::Anything, None, false),
            ("a sign-out unseen", None, Replaces::Anything, Some(&other), true),
            ("a sign-out", None, Replaces::Logins(own(&other)), Some(&other), false),
            ("a sign-out of another", None, Replaces::Logins(own(&mine)), Some(&other), false),
            (
                "a refresh",
                Some(&mine),
                Replaces::UpTo(mine.id.clone(), Logins::default()),
                Some(&record(1, 1)),
                false,
            ),
        ] {
            let store = MemoryStore::new();
            if let Some(there) = there {
                put(&store, 7, there).await;
            }
            let store_client = StoreClient::new(Arc::new(store), Arc::default());
            let finds = std::sync::Mutex::new(Vec::new());
            let pending_write =
                || Some(PendingWrite { serial: 3, record: record.cloned(), replaces: replaces.clone() });
            let finds_one = |serial, login| finds.lock().unwrap().push((serial, login));
            store_client.write_pending(pending_write, finds_one).await.ok().unwrap();
            let expected = told.then(|| (3, other.id.login.clone()));
            assert_eq!(finds.into_inner().unwrap(), Vec::from_iter(expected), "{name}");
        }
    }
    #[test]
    fn i14_what_processes_agree_on_is_read_there_and_the_tokens_at_hand_are_those_of_the_session() {
        let answer = |seconds| {
            let head = (http::StatusCode::OK, &http::HeaderMap::new());
            let error = crate::error::DecodeError::new("T", head, None, String::new(), &Default::default());
            Some(Undecodable { at: SystemTime::UNIX_EPOCH + Duration::from_secs(seconds), error })
        };
        let lease = || Some(LeaseTerm::of(Duration::ZERO).lease("other", SystemTime::UNIX_EPOCH));
        let mine = Record { tokens: Tokens::new("mine"), undecodable: answer(1), ..record(1, 5) };
        let there = |number, undecodable| Record {
            tokens: Tokens::new("theirs"),
            outcome_unknown: true,
            lease: lease(),
            undecodable,
            ..record(1, number)
        };
        for (name, there, is_mine, outcome_unknown, at) in [
            ("the same", there(5, None), true, true, Some(1)),
            ("the same, and an answer", there(5, answer(2)), true, true, Some(2)),
            // An outcome that is unknown for older tokens says nothing about these.
            ("older", there(4, answer(2)), true, false, Some(1)),
            ("newer", there(6, answer(2)), false, true, Some(2)),
            ("newer, and no answer", there(6, None), false, true, None),
        ] {
            let input = RefreshInput::of(mine.clone(), false);
            let found = latest(Some(there), &input, false).unwrap();
            assert_eq!(Arc::ptr_eq(&found.jar, &mine.jar), is_mine, "the cookies at hand: {name}");
            let access = found.tokens.access.as_ref().map(|token| token.expose());
            assert_eq!(access, Some(if is_mine { "mine" } else { "theirs" }), "{name}");
            assert_eq!((found.outcome_unknown, found.lease), (outcome_unknown, lease()), "I1, I14: {name}");
            let expected = at.map(|seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
            assert_eq!(found.undecodable.map(|answer| answer.at), expected, "I14: {name}");
        }
    }

    /// How a write ends, and what is known of its login then.
    #[tokio::test]
    async fn i38_a_write_tells_whether_the_store_has_the_login() {
        for (name, faster, lost, is_broken, may_be_stored, is_known) in [
            ("done", 0, 0, false, true, true),
            ("others are faster", TRIES, 0, false, false, false),
            ("certainly not done", 0, 0, true, false, false),
            ("in doubt", 0, 1, false, true, false),
        ] {
            let store = Contested {
                faster: AtomicUsize::new(faster),
                lost: AtomicUsize::new(lost),
                is_broken,
                ..Contested::default()
            };
            let store_client = StoreClient::new(Arc::new(store), Arc::default());
            let mine = record(1, 1);
            let pending_write =
                || Some(PendingWrite { serial: 3, record: Some(mine.clone()), replaces: Replaces::Anything });
            let written = store_client.write_pending(pending_write, |_, _| ()).await;
            assert_eq!(written.is_ok(), name == "done");
            assert_eq!(store_client.may_be_stored(&mine.id.login), may_be_stored, "I38: {name}");
            assert_eq!(store_client.known_logins.is_known_stored(&mine.id.login), is_known, "I38: {name}");
        }
    }
}
