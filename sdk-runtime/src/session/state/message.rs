//! Messages of the state: what it is asked, and what it decides.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;

use super::snapshot::{Snapshot, Version};
use crate::cookies::Jar;
use crate::error::{Error, SessionExpired, StoreError, UnavailableCause};
use crate::secret::RefreshToken;
use crate::session::stored::{
    DeniedRefresh, LoginName, OutcomeUnknown, Record, RefreshInput, StoredCredential, TokenId, Undecodable,
};
use crate::session::token::{Credential, Grant, Tokens};

/// The user that a call is made for, fixed at its first poll.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) epoch: u64,
    pub(crate) subject: Option<Arc<str>>,
}

/// A credential that a server rejected.
#[derive(Debug, Clone)]
pub(crate) struct Rejection {
    pub(crate) version: Version,
    /// The end of the login, if the server said that no refresh can help.
    pub(crate) login_over: Option<SessionExpired>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct FlightId(pub(crate) u64);

/// The input of a refresh that is to be started.
#[derive(Debug, Clone)]
pub(crate) struct Start {
    pub(crate) flight: FlightId,
    pub(crate) grant: Grant,
    pub(crate) jar: Arc<Jar>,
    /// `None` if no user is signed in, and the refresh is to sign in.
    pub(crate) input: Option<RefreshInput>,
    /// Whether a server may have spent the refresh token before.
    pub(crate) outcome_unknown: OutcomeUnknown,
    /// The pause before a send with an unknown outcome is repeated.
    pub(crate) resend_after: Duration,
}

/// The decision for a call that wants a credential.
#[derive(Debug)]
pub(crate) enum Demand {
    Sign(Arc<Snapshot>),
    /// Sign with this, and start this refresh in the background.
    SignAndStart(Arc<Snapshot>, Box<Start>),
    /// Wait for the flight in progress.
    Join(Option<Fallback>),
    /// Start this refresh, and wait for it.
    Start(Box<Start>, Option<Fallback>),
    Fail(Error),
}

/// The credential to sign with if the refresh fails, or takes longer than the call may wait. It is about to
/// lapse, or another endpoint has rejected it and some server has accepted it.
#[derive(Debug, Clone)]
pub(crate) struct Fallback {
    pub(crate) snapshot: Arc<Snapshot>,
    /// How long the call waits before it is signed with this.
    pub(crate) patience: Duration,
}

/// The outcome of a refresh.
#[derive(Debug)]
pub(crate) enum RefreshOutcome {
    Success(Refreshed),
    /// Tokens arrived, and their access token cannot sign.
    Unusable {
        refresh: Option<RefreshToken>,
        id: Option<TokenId>,
        cause: UnavailableCause,
        not_stored: Option<Box<NotStored>>,
    },
    /// Another process has refreshed the login or signed in, and its tokens are used.
    Adopted(Box<StoredCredential>),
    /// Another process has ended the login.
    Gone,
    /// The server denied the refresh for good.
    Denied(SessionExpired),
    /// The server denied the refresh for good, and the store could not tell whether another process has
    /// refreshed meanwhile.
    DeniedUnconfirmed(DeniedRefresh, UnavailableCause),
    NothingToRefreshWith,
    /// The refresh token was not spent.
    NotSpent {
        cause: UnavailableCause,
        retry_after: Option<Duration>,
    },
    /// The server may have received the request, and spent the refresh token.
    Unknown {
        cause: UnavailableCause,
        retry_after: Option<Duration>,
    },
    /// The server answered with a success that cannot be decoded: the refresh token is most likely spent.
    Undecodable(Undecodable),
    /// The server does not accept a request like this. Asking again soon is of no use.
    Misconfigured(UnavailableCause),
}

/// New tokens, and what they replace.
#[derive(Debug)]
pub(crate) struct Refreshed {
    pub(crate) credential: Credential,
    /// Their id in the store, if there is one.
    pub(crate) id: Option<TokenId>,
    /// Tokens of another process, which were refreshed in place of the session's.
    pub(crate) adopted: Option<Box<StoredCredential>>,
    /// If they could not be stored.
    pub(crate) not_stored: Option<Box<NotStored>>,
}

#[derive(Debug)]
pub(crate) struct NotStored {
    pub(crate) record: Record,
    pub(crate) error: StoreError,
}

impl RefreshOutcome {
    /// Takes the tokens in it that could not be stored.
    pub(super) fn take_not_stored(&mut self) -> Option<Box<NotStored>> {
        match self {
            Self::Success(Refreshed { not_stored, .. }) | Self::Unusable { not_stored, .. } => {
                not_stored.take()
            }
            _ => None,
        }
    }

    /// Weakens a denial if a server may have spent the refresh token before.
    pub(crate) fn after(self, outcome_unknown: &OutcomeUnknown) -> Self {
        match (self, outcome_unknown) {
            (Self::Denied(expired), OutcomeUnknown::ResponseLost) => Self::Denied(expired.as_lost_rotation()),
            (Self::Denied(expired), OutcomeUnknown::ResponseUndecodable(first)) => {
                Self::Denied(expired.as_undecodable(first.error.clone()))
            }
            (other, _) => other,
        }
    }

    /// Returns the tokens in it that no login wants, unless they are of another login than `login`.
    pub(crate) fn discarded(
        self,
        login: Option<LoginName>,
        grant: Grant,
        jar: Arc<Jar>,
    ) -> Option<Discarded> {
        let (id, access, refresh, header, proof_key) = match self {
            Self::Success(Refreshed { credential, id, .. }) => {
                let Tokens { access, refresh, binding, .. } = credential.tokens;
                (id, access, refresh, credential.header, binding.key().cloned())
            }
            Self::Unusable { refresh: Some(refresh), id, .. } => (id, None, Some(refresh), None, None),
            _ => return None,
        };
        if id.is_some_and(|id| Some(id.login) != login) {
            return None;
        }
        let (refresh, proof_key) = (refresh.or(grant.refresh), proof_key.or(grant.proof_key));
        let grant = Grant { access, refresh, proof_key, ..Grant::default() };
        Some(Discarded { grant, header, jar })
    }
}

impl From<Credential> for Refreshed {
    fn from(credential: Credential) -> Self {
        Self { credential, id: None, adopted: None, not_stored: None }
    }
}

/// Tokens that a flight has received and no login wants.
pub(crate) struct Discarded {
    pub(crate) grant: Grant,
    pub(crate) header: Option<HeaderValue>,
    pub(crate) jar: Arc<Jar>,
}

/// The result that waiters get. They read the credential from the published view, because more may have
/// happened since.
pub(crate) type Settled = Result<(), Error>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i10_what_was_obtained_for_a_login_that_has_ended_is_discarded_with_its_tokens() {
        let success = |id: Option<TokenId>, refresh: Option<&str>| {
            let tokens = Tokens { refresh: refresh.map(Into::into), ..Tokens::new("new") };
            let credential =
                Credential { tokens, header: None, origin: None, lifetime: None, age: Duration::ZERO };
            RefreshOutcome::Success(Refreshed { id, ..credential.into() })
        };
        let unusable = |id: Option<TokenId>, refresh: Option<&str>| RefreshOutcome::Unusable {
            refresh: refresh.map(Into::into),
            id,
            cause: UnavailableCause::Timeout,
            not_stored: None,
        };
        let (mine, other) = (|| Some(TokenId::first(1).next(7)), || Some(TokenId::first(2)));
        for (name, outcome, expected) in [
            ("tokens", success(mine(), Some("rotated")), Some((Some("new"), "rotated"))),
            ("not rotated", success(mine(), None), Some((Some("new"), "old"))),
            ("without a store", success(None, Some("rotated")), Some((Some("new"), "rotated"))),
            ("of another login", success(other(), Some("rotated")), None),
            ("unusable", unusable(mine(), Some("rotated")), Some((None, "rotated"))),
            ("unusable, without a store", unusable(None, Some("rotated")), Some((None, "rotated"))),
            ("unusable, of another login", unusable(other(), Some("rotated")), None),
            ("unusable, and nothing new", unusable(mine(), None), None),
            ("nothing", RefreshOutcome::Gone, None),
        ] {
            let (access, refresh) = (Some("old access".into()), Some("old".into()));
            let grant = Grant { access, refresh, ..Grant::default() };
            let login = Some(TokenId::first(1).login);
            let discarded = outcome.discarded(login, grant, Arc::default());
            let found = discarded.as_ref().map(|it| {
                let refresh = it.grant.refresh_token().unwrap();
                (it.grant.access_token().map(|token| token.expose()), refresh.expose())
            });
            assert_eq!(found, expected, "I10: {name}");
        }
    }
}
