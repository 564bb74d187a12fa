//! The pending write of a session: what its store does not have yet, and what it may replace there.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::login_name::LoginName;
use super::schema::{Record, TokenId};

/// A login, or its end, that is to be stored.
#[derive(Debug, Clone)]
pub(crate) struct PendingWrite {
    /// Grows with each change, so that a newer write is not taken for done when an older one is.
    pub(crate) serial: u64,
    /// `None`: the login has ended.
    pub(crate) record: Option<Record>,
    pub(crate) replaces: Replaces,
}

/// What a write may replace. Everything else belongs to another process, which knows better.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Replaces {
    /// Everything: a user signed in, or signed out before the store was read.
    Anything,
    /// All tokens of these logins: the user signed out.
    Logins(Logins),
    /// I15: these tokens, and older ones of their login, which are spent: it was refreshed, or has ended.
    /// Also the logins that this one has replaced.
    UpTo(TokenId, Logins),
}

/// Logins by their names. A clone is cheap. `None` is no login, as nearly all sessions have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Logins(Option<Arc<BTreeSet<LoginName>>>);

impl Logins {
    pub(crate) fn insert(&mut self, login: &LoginName) {
        if !self.has(login) {
            Arc::make_mut(self.0.get_or_insert_default()).insert(login.clone());
        }
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |logins| logins.len())
    }

    pub(crate) fn has(&self, login: &LoginName) -> bool {
        self.0.as_ref().is_some_and(|logins| logins.contains(login))
    }
}

impl Replaces {
    /// Whether the tokens with `id` may be replaced.
    pub(crate) fn covers(&self, id: &TokenId) -> bool {
        match self {
            Self::Anything => true,
            Self::Logins(logins) => logins.has(&id.login),
            Self::UpTo(last, _) if id.login == last.login => id == last || id.number < last.number,
            Self::UpTo(_, superseded_logins) => superseded_logins.has(&id.login),
        }
    }
}

impl PendingWrite {
    /// Whether this is to be written over `there`. `None` is the end of a login, or an empty store.
    pub(crate) fn may_replace(&self, there: Option<&Record>) -> bool {
        let Some(there) = there else {
            return match self.replaces {
                // Only a new login replaces an end.
                Replaces::Anything => self.record.is_some(),
                // An earlier claim may be on its way: it has to find another version.
                Replaces::Logins(_) => true,
                Replaces::UpTo(..) => false,
            };
        };
        match &self.record {
            // It may have been stored and refreshed already.
            Some(record) if record.id.login == there.id.login => there.id.number < record.id.number,
            _ => self.replaces.covers(&there.id),
        }
    }
}

#[cfg(test)]
mod tests {

    use super::*;

    fn record(login: u64, number: u64) -> Record {
        Record::empty(TokenId { number, ..TokenId::first(login) })
    }

    #[test]
    fn i15_only_what_is_known_to_be_ours_is_replaced() {
        let (login, id) = (TokenId::first(1).login, record(1, 5).id);
        let logins = |name: &LoginName| {
            let mut logins = Logins::default();
            logins.insert(name);
            logins
        };
        let superseded_logins = logins(&TokenId::first(2).login);
        for (name, mine, replaces, older, same, newer, other, none) in [
            ("signed in", true, Replaces::Anything, true, false, false, true, true),
            (
                "refreshed",
                true,
                Replaces::UpTo(id.clone(), Logins::default()),
                true,
                false,
                false,
                false,
                false,
            ),
            ("signed out", false, Replaces::Logins(logins(&login)), true, true, true, false, true),
            ("signed out unseen", false, Replaces::Anything, true, true, true, true, false),
            (
                "expired",
                false,
                Replaces::UpTo(id.clone(), Logins::default()),
                true,
                true,
                false,
                false,
                false,
            ),
            (
                "expired after another",
                false,
                Replaces::UpTo(id, superseded_logins),
                true,
                true,
                false,
                true,
                false,
            ),
        ] {
            let unsaved = PendingWrite { serial: 1, record: mine.then(|| record(1, 5)), replaces };
            for (what, there, expected) in [
                ("older", Some(record(1, 4)), older),
                ("same", Some(record(1, 5)), same),
                ("newer", Some(record(1, 6)), newer),
                ("another login", Some(record(2, 5)), other),
                ("nothing", None, none),
            ] {
                assert_eq!(unsaved.may_replace(there.as_ref()), expected, "{name} over {what}");
            }
        }
    }
    #[test]
    fn i15_an_end_is_that_of_the_tokens_which_it_may_replace() {
        let (login, id) = (TokenId::first(1).login, TokenId { nonce: 7, ..record(1, 5).id });
        let mut logins = Logins::default();
        logins.insert(&login);
        let mut with_former = logins.clone();
        with_former.insert(&TokenId::first(2).login);
        for (replaces, older, same, marked, newer, other) in [
            (Replaces::Anything, true, true, true, true, true),
            (Replaces::Logins(logins), true, true, true, true, false),
            (Replaces::UpTo(id.clone(), Logins::default()), true, true, false, false, false),
            // Newer tokens of this login are another process's, also if the login had been replaced here
            // before.
            (Replaces::UpTo(id.clone(), with_former), true, true, false, false, true),
        ] {
            for (what, it, expected) in [
                ("older", record(1, 4).id, older),
                ("the same", id.clone(), same),
                ("the same number by another process", record(1, 5).id, marked),
                ("newer", record(1, 6).id, newer),
                ("another login", record(2, 5).id, other),
                ("a third login", record(3, 4).id, replaces == Replaces::Anything),
            ] {
                assert_eq!(replaces.covers(&it), expected, "I15: {replaces:?} of {what}");
            }
        }
    }
}
