//! What a session knows of the logins it wrote: each is in the store, certainly not there, or uncertain.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::rare::Rare;
use crate::session::stored::LoginName;
use crate::session::stored::schema::is_counted_from;

/// The logins that were written last.
#[derive(Default)]
pub(crate) struct KnownLogins(Mutex<Written>);

#[derive(Default)]
struct Written {
    /// The last one. Most sessions have no other, and so they need no list.
    last: Option<Login>,
    /// Those before it, the latest first.
    before: Rare<Vec<Login>>,
}

/// The present login is among the last that were written.
const REMEMBERED: usize = 8;

struct Login {
    name: LoginName,
    /// Whether the store is known to have had it.
    is_known: bool,
    /// How many writes of it may have been done, and the first version that may be one of them.
    uncertain: u32,
    since: u64,
}

impl KnownLogins {
    /// A write of `login` starts, as version `next` in place of `expected`.
    pub(crate) fn note_write(&self, login: &LoginName, expected: u64, next: u64) {
        let mut logins = self.lock();
        let known = logins.take(login);
        let new = Login { name: login.clone(), is_known: false, uncertain: 0, since: next };
        let mut it = known.unwrap_or(new);
        // No earlier write was done, or the place was emptied since: versions are counted from another
        // number.
        if it.uncertain == 0 || expected == 0 {
            it.since = next;
        }
        it.uncertain = it.uncertain.saturating_add(1);
        if let Some(before) = logins.last.replace(it) {
            let earlier = logins.before.make();
            earlier.insert(0, before);
            earlier.truncate(REMEMBERED - 1);
        }
    }

    /// A write of `login` was certainly not done.
    pub(crate) fn note_not_written(&self, login: &LoginName) {
        self.change(login, |it| it.uncertain = it.uncertain.saturating_sub(1));
    }

    /// The store has `login`: it was read there, or a write of it was done. Returns whether that is new.
    pub(crate) fn note_stored(&self, login: &LoginName) -> bool {
        let mut is_new = false;
        self.change(login, |it| is_new = !std::mem::replace(&mut it.is_known, true));
        is_new
    }

    /// Whether the store is known to have had `login`.
    pub(crate) fn is_known_stored(&self, login: &LoginName) -> bool {
        self.is(login, |it| it.is_known)
    }

    /// Whether `login`, which the store does not have at `version`, may have been there before.
    pub(crate) fn may_have_been_stored(&self, login: &LoginName, version: u64) -> bool {
        self.is(login, |it| {
            let is_later = version != it.since && is_counted_from(it.since, version);
            it.is_known || it.uncertain > 0 && is_later
        })
    }

    /// Whether the store may have `login`, or may get it by a write in progress.
    pub(crate) fn may_be_stored(&self, login: &LoginName) -> bool {
        self.is(login, |it| it.is_known || it.uncertain > 0)
    }

    fn change(&self, login: &LoginName, change: impl FnOnce(&mut Login)) {
        let mut logins = self.lock();
        let Written { last, before } = &mut *logins;
        if let Some(it) =
            last.iter_mut().chain(before.get_mut().into_iter().flatten()).find(|it| it.name == *login)
        {
            change(it);
        }
    }

    fn is(&self, login: &LoginName, is: impl FnOnce(&Login) -> bool) -> bool {
        let logins = self.lock();
        logins
            .last
            .iter()
            .chain(logins.before.get().into_iter().flatten())
            .find(|it| it.name == *login)
            .is_some_and(is)
    }

    fn lock(&self) -> MutexGuard<'_, Written> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Written {
    fn take(&mut self, login: &LoginName) -> Option<Login> {
        self.last.take_if(|it| it.name == *login).or_else(|| {
            let before = self.before.get_mut()?;
            let index = before.iter().position(|it| it.name == *login)?;
            Some(before.remove(index))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i38_a_login_is_nowhere_while_every_write_of_it_has_certainly_failed() {
        let (known_logins, login) = (KnownLogins::default(), LoginName::from("a"));
        assert!(!known_logins.may_be_stored(&login));
        for _ in 0..3 {
            known_logins.note_write(&login, 0, 7);
            assert!(known_logins.may_be_stored(&login), "it is in progress");
            known_logins.note_not_written(&login);
            assert!(!known_logins.may_be_stored(&login));
        }
        // One of two writes is uncertain.
        known_logins.note_write(&login, 0, 7);
        known_logins.note_write(&login, 0, 7);
        known_logins.note_not_written(&login);
        assert!(known_logins.may_be_stored(&login) && !known_logins.is_known_stored(&login));
        assert!(!known_logins.may_be_stored(&LoginName::from("b")));
        known_logins.note_not_written(&login);
        known_logins.note_stored(&login);
        assert!(
            known_logins.may_be_stored(&login) && known_logins.is_known_stored(&login),
            "I38: it was read there"
        );
        assert!(!known_logins.is_known_stored(&LoginName::from("b")));
    }

    #[test]
    fn i15_a_login_in_doubt_was_there_where_versions_were_counted_on_from_it() {
        let (known_logins, login) = (KnownLogins::default(), LoginName::from("a"));
        known_logins.note_write(&login, 6, 7);
        for (version, may_have_been_stored) in
            [(0, false), (6, false), (7, false), (8, true), (1 << 40, false)]
        {
            assert_eq!(
                known_logins.may_have_been_stored(&login, version),
                may_have_been_stored,
                "in front of {version}"
            );
        }
        assert!(!known_logins.may_have_been_stored(&LoginName::from("b"), 8));
        // The place was emptied, and it is written there.
        known_logins.note_write(&login, 0, 1 << 40);
        assert!(
            known_logins.may_have_been_stored(&login, (1 << 40) + 1)
                && !known_logins.may_have_been_stored(&login, 8)
        );
        known_logins.note_stored(&login);
        assert!(
            [0, 8, 9].iter().all(|version| known_logins.may_have_been_stored(&login, *version)),
            "it is known"
        );
    }
}
