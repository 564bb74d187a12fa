//! A session's way to its store: every operation has an end, and what processes agree on is written down and read.
//!
//! - **I1** Of all processes that share a store, one renews the login at a time.
//! - **I14** The refresh token is read when the right to spend it is held, and that it may be spent is written down first.
//! - **I15** What another process has put there is not cleared.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::{Duration, SystemTime};

use super::event::Held;
use super::record::{self, Found, Lease, Record, since_1970};
use super::unsaved::{Replaces, Unsaved};
use crate::clock::{self, Clock, Now};
use crate::error::StoreError;
use crate::store::{StoreLock, StoredLogin, TokenStore};

/// How long one operation of a store may take.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The pause in which somebody else may let go of the right to renew.
const POLL: Duration = Duration::from_millis(100);
/// What a lease lasts beyond the sends that it is for: the pause between them, writing down, and a margin for clocks.
const LEASE_MARGIN: Duration = Duration::from_secs(20);
/// How often a write is tried anew that somebody else was faster with.
const TRIES: usize = 16;

#[derive(Clone)]
pub(crate) struct Keeper {
    store: Arc<dyn TokenStore>,
    clock: Clock,
    /// This session, among all that share the store.
    holder: Arc<str>,
    /// Whether a login has no access token to hold.
    signs_by_cookies: bool,
    put: Arc<Mutex<Option<Put>>>,
}

/// The login that this session has put into the store, or may have, and the first version that may be it.
struct Put {
    login: Arc<str>,
    since: u64,
    /// How often that was tried, but for those times of which nothing came.
    attempts: u64,
}

/// The right to renew, and what it was found to be for.
pub(crate) enum Claim {
    /// This one's.
    Taken(Box<Taken>),
    /// There is no need: another process has renewed it, or signed in anew.
    Adopt(Box<Record>),
    /// There is nothing: the login was ended elsewhere.
    Gone,
    /// Nobody wants it renewed any more.
    Unwanted,
}

pub(crate) struct Taken {
    /// What was written down, the intent to spend included.
    pub(crate) record: Record,
    /// Whether that is of tokens another process has put there.
    pub(crate) is_news: bool,
    /// Whether somebody had the intent to spend these before, and nobody knows what came of it.
    pub(crate) in_doubt: bool,
    version: u64,
    /// When it was claimed, and for how long.
    since: Now,
    sends: Duration,
    /// Held until this is dropped.
    _lock: StoreLock,
}

/// A lease of somebody else, and since when it has been seen there.
#[derive(Default)]
struct InTheWay(Option<(Lease, clock::Instant)>);

impl InTheWay {
    /// By a clock that was wrong it may end in years. It was meant for no longer than one of this session.
    fn for_less_than(&mut self, limit: Duration, lease: &Lease) -> bool {
        let known = self.0.take().filter(|(known, _)| known == lease);
        let (_, since) = self.0.insert(known.unwrap_or_else(|| (lease.clone(), clock::now())));
        clock::now().saturating_duration_since(*since) < limit
    }
}

/// What came of writing what the store did not have, by its serial.
pub(crate) enum Written {
    Kept(u64),
    /// Nobody knows whether the store ever had it, and others have signed in or out there since.
    Overtaken(u64),
    Unwanted,
}

/// What the store says about tokens that the server refused.
pub(crate) enum Confirmed {
    /// They were still there; the store is cleared.
    Cleared,
    /// Another process has put newer ones there.
    Newer(Box<Record>),
    Gone,
}

impl Keeper {
    pub(crate) fn new(store: Arc<dyn TokenStore>, clock: Clock, signs_by_cookies: bool) -> Self {
        let holder = format!("{:016x}", fastrand::u64(..)).into();
        Self { store, clock, holder, signs_by_cookies, put: Arc::default() }
    }

    /// What the store holds.
    pub(crate) async fn load(&self) -> Result<Found, StoreError> {
        record::read(within(|| self.store.load()).await?)
    }

    /// Claims the right to spend the refresh token of `held`, for as long as `sends` takes, if `is_wanted` says so in front of each
    /// try to write that down: whoever signs out writes too, and one of both is later and knows.
    ///
    /// Cancel safe: a claim that is dropped leaves at most a lease behind, which runs out.
    pub(crate) async fn claim(
        &self,
        held: &Held,
        sends: Duration,
        is_wanted: impl Fn() -> bool,
    ) -> Result<Claim, StoreError> {
        let lease = sends + LEASE_MARGIN;
        let give_up = clock::deadline(lease + LEASE_MARGIN);
        let mut in_the_way = InTheWay::default();
        let mut tries = 0;
        loop {
            let lock = within(|| self.store.try_lock()).await?;
            let Found { version, record } = self.load().await?;
            let is_new = held.is_new && !self.was_there(&held.record.id.login, version);
            let Some(there) = latest(record, held, is_new) else { return Ok(Claim::Gone) };
            let wall = self.clock.wall();
            let is_news = there.id != held.record.id;
            if is_news && !held.must_send && there.is_live(wall, self.signs_by_cookies) {
                return Ok(Claim::Adopt(Box::new(there)));
            }
            let is_busy = match &lock {
                StoreLock::Busy => true,
                StoreLock::Held(_) => false,
                StoreLock::Unsupported => there.lease.as_ref().is_some_and(|other| {
                    self.is_anothers(other, wall) && in_the_way.for_less_than(lease, other)
                }),
            };
            if is_busy {
                if clock::now() >= give_up {
                    return Err(StoreError::unavailable(
                        "another process holds the right to renew the login, and does not let go",
                        "the lock of the store is busy",
                    ));
                }
                let jitter = Duration::from_millis(fastrand::u64(..50));
                clock::sleep_until(clock::deadline(POLL + jitter)).await;
                continue;
            }
            let (in_doubt, since) = (there.intent, self.clock.now());
            let lease = matches!(lock, StoreLock::Unsupported).then(|| Lease {
                holder: self.holder.to_string(),
                until: since_1970(wall).saturating_add(u64::try_from(lease.as_millis()).unwrap_or(u64::MAX)),
            });
            let record = Record { intent: true, lease, ..there };
            if !is_wanted() {
                return Ok(Claim::Unwanted);
            }
            if self.swap(version, Some(&record)).await? {
                let version = version.saturating_add(1);
                let taken = Taken { record, is_news, in_doubt, version, since, sends, _lock: lock };
                return Ok(Claim::Taken(Box::new(taken)));
            }
            tries += 1;
            if tries == TRIES {
                return Err(too_busy());
            }
        }
    }

    fn is_anothers(&self, lease: &Lease, wall: SystemTime) -> bool {
        *lease.holder != *self.holder && since_1970(wall) < lease.until
    }

    /// Writes down what has replaced what was claimed. Gives what is there instead, where the login was ended meanwhile, or is another:
    /// these are nobody's then.
    pub(crate) async fn persist(&self, taken: &Taken, record: &Record) -> Result<Option<Found>, StoreError> {
        let replaced = |there: &Record| there.id == taken.record.id;
        self.settle(taken.version, Some(record), replaced).await
    }

    /// Lets go of a right that was not used, or was and nobody knows what came of it, which then stays written down.
    pub(crate) async fn release(&self, taken: &Taken, in_doubt: bool) -> Result<(), StoreError> {
        let record = Record { intent: in_doubt, lease: None, ..taken.record.clone() };
        self.swap(taken.version, Some(&record)).await.map(drop)
    }

    /// Clears the store of tokens that the server refused for good, if they are still there.
    pub(crate) async fn confirm_refused(&self, taken: &Taken) -> Result<Confirmed, StoreError> {
        let still_there = |there: &Record| there.id == taken.record.id;
        Ok(match self.settle(taken.version, None, still_there).await? {
            None => Confirmed::Cleared,
            Some(Found { record: Some(record), .. }) => Confirmed::Newer(Box::new(record)),
            Some(Found { record: None, .. }) => Confirmed::Gone,
        })
    }

    /// Writes what the store does not have yet, unless what it has is none of this session's. What that is is asked for anew in front
    /// of each try, since it may have been renewed meanwhile; `ends` is told which login a sign-out that had seen none is of.
    pub(crate) async fn put(
        &self,
        unsaved: impl Fn() -> Option<Unsaved>,
        ends: impl Fn(u64, Arc<str>),
    ) -> Result<Written, StoreError> {
        for _ in 0..TRIES {
            let found = self.load().await?;
            let Some(unsaved) = unsaved() else { return Ok(Written::Unwanted) };
            let there = found.record.as_ref();
            let is_due = unsaved.may_replace(there);
            match (&unsaved.record, there) {
                (None, Some(there)) if unsaved.replaces == Replaces::Anything => {
                    ends(unsaved.serial, there.id.login.clone());
                }
                (Some(record), _)
                    if there.is_none_or(|there| there.id.login != record.id.login)
                        && (!is_due || self.was_there(&record.id.login, found.version)) =>
                {
                    return Ok(Written::Overtaken(unsaved.serial));
                }
                _ => {}
            }
            if !is_due || self.swap(found.version, unsaved.record.as_ref()).await? {
                return Ok(Written::Kept(unsaved.serial));
            }
        }
        Err(too_busy())
    }

    /// Puts `record` where `version` is; where somebody was faster, only if `is_ours` says of what is there that it is. Gives
    /// what is there instead.
    async fn settle(
        &self,
        version: u64,
        record: Option<&Record>,
        is_ours: impl Fn(&Record) -> bool,
    ) -> Result<Option<Found>, StoreError> {
        if self.swap(version, record).await.unwrap_or(false) {
            return Ok(None);
        }
        for _ in 0..TRIES {
            let found = self.load().await?;
            match (&found.record, record) {
                // What was thought to have failed was done.
                (Some(there), Some(wanted)) if there.id == wanted.id => return Ok(None),
                (Some(there), _) if is_ours(there) => {}
                _ => return Ok(Some(found)),
            }
            if self.swap(found.version, record).await? {
                return Ok(None);
            }
        }
        Err(too_busy())
    }

    async fn swap(&self, version: u64, record: Option<&Record>) -> Result<bool, StoreError> {
        let next: StoredLogin = record::write(version, record)?;
        if let Some(record) = record {
            self.puts(&record.id.login, next.version());
        }
        let swapped = within(|| self.store.replace(version, next)).await;
        if let (Ok(false), Some(record)) = (&swapped, record) {
            self.put_nothing(&record.id.login);
        }
        swapped
    }

    /// `login` may be in the store from `version` on, whatever comes of the attempt.
    fn puts(&self, login: &Arc<str>, version: u64) {
        let mut put = self.lock_put();
        match put.as_mut().filter(|put| put.login == *login) {
            Some(put) => put.attempts += 1,
            None => *put = Some(Put { login: login.clone(), since: version, attempts: 1 }),
        }
    }

    /// Nothing came of an attempt; if it was the only one, `login` is not there.
    fn put_nothing(&self, login: &Arc<str>) {
        self.lock_put().take_if(|put| {
            put.attempts -= u64::from(put.login == *login);
            put.attempts == 0
        });
    }

    /// Whether `login` may have been in the store before `version`: somebody else has put what is there in its place then.
    fn was_there(&self, login: &Arc<str>, version: u64) -> bool {
        self.lock_put().as_ref().is_some_and(|put| put.login == *login && put.since < version)
    }

    fn lock_put(&self) -> MutexGuard<'_, Option<Put>> {
        self.put.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn too_busy() -> StoreError {
    StoreError::unavailable("the store changes faster than it can be written", "others are always faster")
}

/// What `operation` gives, in time. A store that panics has failed: what was received must not be lost with it.
async fn within<T, F>(operation: impl FnOnce() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    let panicked = |_| StoreError::unavailable("it panicked", "a panic of the store");
    let operation = match catch_unwind(AssertUnwindSafe(operation)) {
        Ok(operation) => operation,
        Err(panic) => return Err(panicked(panic)),
    };
    let mut operation = pin!(operation);
    let caught = poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| operation.as_mut().poll(cx))) {
        Ok(polled) => polled,
        Err(panic) => Poll::Ready(Err(panicked(panic))),
    });
    clock::within(TIMEOUT, caught).await.unwrap_or_else(|| Err(StoreError::timeout()))
}

/// What is to be renewed, of what is in the store and what the session holds; `None` where the login was ended.
fn latest(record: Option<Record>, held: &Held, is_new: bool) -> Option<Record> {
    let mine = &held.record;
    match record {
        // The jar at hand may have newer cookies.
        Some(there) if there.id == mine.id => {
            Some(Record { intent: there.intent, lease: there.lease, ..mine.clone() })
        }
        // The last renewal could not be written down yet.
        Some(there) if there.id.login == mine.id.login && there.id.number < mine.id.number => {
            Some(Record { lease: there.lease, ..mine.clone() })
        }
        // It was written, which was not known yet, and another process has renewed it since.
        Some(there) if there.id.login == mine.id.login => Some(there),
        _ if is_new => Some(mine.clone()),
        there => there,
    }
}

impl Taken {
    /// Whether so much time has passed since, the machine may have been suspended, that the right may be another's by now.
    pub(crate) fn is_stale(&self, clock: &Clock) -> bool {
        clock.now().since(&self.since) > LEASE_MARGIN / 2
    }

    /// Whether it may be another's before a second send is over, which takes half of what both may.
    pub(crate) fn is_over(&self, clock: &Clock) -> bool {
        self.record.lease.is_some() && clock.now().since(&self.since) > self.sends / 2 + LEASE_MARGIN / 2
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::TokenId;
    use super::*;

    fn record(login: u64, number: u64) -> Record {
        Record {
            id: TokenId { number, ..TokenId::first(login) },
            access: None,
            refresh: None,
            subject: None,
            scopes: None,
            issued: SystemTime::UNIX_EPOCH,
            lifetime: None,
            jar: Arc::default(),
            intent: false,
            lease: None,
        }
    }

    #[tokio::test]
    async fn i10_a_claim_that_nobody_wants_any_more_leaves_the_store_as_it_is() {
        let store = crate::store::MemoryStore::new();
        let keeper = Keeper::new(Arc::new(store.clone()), Clock::default(), false);
        let held = Held { record: record(1, 1), is_new: true, must_send: false, refused: None };
        let claim = keeper.claim(&held, Duration::ZERO, || false).await.unwrap();
        assert!(matches!(claim, Claim::Unwanted), "I10");
        assert_eq!(store.load().await.unwrap(), None, "I10");
        assert!(matches!(keeper.claim(&held, Duration::ZERO, || true).await.unwrap(), Claim::Taken(_)));
        assert!(store.load().await.unwrap().is_some());
    }

    #[test]
    fn i14_the_newest_tokens_of_a_login_are_renewed_whether_or_not_they_are_known_to_be_kept() {
        let mine = record(1, 5);
        for (is_new, there, expected) in [
            (false, Some(record(1, 4)), Some(&mine)),
            (false, Some(record(1, 6)), Some(&record(1, 6))),
            (false, Some(record(2, 1)), Some(&record(2, 1))),
            (false, None, None),
            (true, Some(record(1, 4)), Some(&mine)),
            (true, Some(record(1, 6)), Some(&record(1, 6))),
            (true, Some(record(2, 1)), Some(&mine)),
            (true, None, Some(&mine)),
        ] {
            let held = Held { record: mine.clone(), is_new, must_send: false, refused: None };
            let what = format!("{is_new} {there:?}");
            let found = latest(there, &held, is_new);
            assert_eq!(found.map(|found| found.id), expected.map(|record| record.id.clone()), "{what}");
        }
    }
}
