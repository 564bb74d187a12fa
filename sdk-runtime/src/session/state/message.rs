//! What the core is asked, and what it answers. Knows nothing of how that is decided or carried out.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;

use super::snapshot::{Snapshot, Stamp};
use crate::cookies::Jar;
use crate::error::{Error, SessionExpired, UnavailableCause};
use crate::secret::RefreshToken;
use crate::session::stored::credential::StoredCredential;
use crate::session::stored::outcome_unknown::OutcomeUnknown;
use crate::session::stored::refresh_input::{DeniedRefresh, RefreshInput};
use crate::session::stored::schema::TokenId;
use crate::session::stored::undecodable::Undecodable;
use crate::session::token::credential::Credential;
use crate::session::token::tokens::Grant;

/// Whom a call is made for, fixed when it is first polled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) epoch: u64,
    pub(crate) subject: Option<Arc<str>>,
}

/// A credential that a server rejected.
#[derive(Debug, Clone)]
pub(crate) struct Rejection {
    pub(crate) stamp: Stamp,
    /// The end of the login, where the server said that no refresh can help.
    pub(crate) login_over: Option<SessionExpired>,
}

/// Names one run of one session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct FlightId(pub(crate) u64);

/// A run that is to be started, and all that it needs to know.
#[derive(Debug, Clone)]
pub(crate) struct Start {
    pub(crate) flight: FlightId,
    pub(crate) grant: Grant,
    pub(crate) jar: Arc<Jar>,
    /// `None` where nobody is signed in, and the refresh is to sign in.
    pub(crate) input: Option<RefreshInput>,
    /// Whether a server may have spent the refresh token before.
    pub(crate) outcome_unknown: OutcomeUnknown,
    /// How long before a send of which nobody knows what came of it is repeated.
    pub(crate) resend_after: Duration,
}

/// What a call that wants a credential has to do.
#[derive(Debug)]
pub(crate) enum Demand {
    /// Sign with this.
    Sign(Arc<Snapshot>),
    /// Sign with this, and start this run beside it.
    SignAndStart(Arc<Snapshot>, Box<Start>),
    /// Wait for the run that is under way.
    Join(Option<Fallback>),
    /// Start this run, and wait for it.
    Start(Box<Start>, Option<Fallback>),
    /// Give up.
    Fail(Error),
}

/// What signs if the refresh that a call waits for fails, or takes longer than the call's patience: a token that is about to lapse, or
/// that another endpoint has rejected and some server has accepted.
#[derive(Debug, Clone)]
pub(crate) struct Fallback {
    pub(crate) snapshot: Arc<Snapshot>,
    /// How long the call waits at most before it is signed with this.
    pub(crate) patience: Duration,
}

/// What came of a refresh.
#[derive(Debug)]
pub(crate) enum RefreshOutcome {
    Success(Refreshed),
    /// Tokens came, and the access token is none that could sign.
    Unusable {
        refresh: Option<RefreshToken>,
        id: Option<TokenId>,
        cause: UnavailableCause,
    },
    /// Another process has refreshed the login, or signed in anew.
    Adopted(Box<StoredCredential>),
    /// Another process has ended the login.
    Gone,
    /// The server refused for good.
    Denied(SessionExpired),
    /// The server refused for good, and whether another process had refreshed meanwhile could not be known.
    DeniedUnconfirmed(DeniedRefresh, UnavailableCause),
    /// There is nothing to refresh with.
    NothingToRefreshWith,
    /// Nothing was spent.
    NotSpent {
        cause: UnavailableCause,
        retry_after: Option<Duration>,
    },
    /// Nobody knows whether the server has seen it, and spent the refresh token.
    Unknown {
        cause: UnavailableCause,
        retry_after: Option<Duration>,
    },
    /// The server answered with a success that cannot be decoded: it has most likely spent the refresh token.
    Undecodable(Undecodable),
    /// The server does not want a request like this at all; asking again soon is of no use.
    Misconfigured(UnavailableCause),
}

/// New tokens, and what they replace.
#[derive(Debug)]
pub(crate) struct Refreshed {
    pub(crate) credential: Credential,
    /// How the store names them, where there is one.
    pub(crate) id: Option<TokenId>,
    /// What another process had put in the place of the tokens of this one, and these replace.
    pub(crate) adopted: Option<Box<StoredCredential>>,
    /// Whether the store does not have them.
    pub(crate) is_not_stored_yet: bool,
}

impl RefreshOutcome {
    /// The same, where a server may have spent the refresh token before: a rejection says less then.
    pub(crate) fn after(self, outcome_unknown: &OutcomeUnknown) -> Self {
        match (self, outcome_unknown) {
            (Self::Denied(expired), OutcomeUnknown::ResponseLost) => Self::Denied(expired.as_lost_rotation()),
            (Self::Denied(expired), OutcomeUnknown::ResponseUndecodable(first)) => {
                Self::Denied(expired.as_undecodable(first.error.clone()))
            }
            (other, _) => other,
        }
    }

    /// The tokens in it, where it has any and they are not of another login than `login`.
    pub(crate) fn discarded(self, login: Option<Arc<str>>, grant: Grant, jar: Arc<Jar>) -> Option<Discarded> {
        let (id, access, refresh, header) = match self {
            Self::Success(Refreshed { credential, id, .. }) => {
                (id, credential.tokens.access, credential.tokens.refresh, credential.header)
            }
            Self::Unusable { refresh: Some(refresh), id, .. } => (id, None, Some(refresh), None),
            _ => return None,
        };
        if id.is_some_and(|id| Some(id.login) != login) {
            return None;
        }
        Some(Discarded { grant: Grant { access, refresh: refresh.or(grant.refresh) }, header, jar })
    }
}

impl From<Credential> for Refreshed {
    fn from(credential: Credential) -> Self {
        Self { credential, id: None, adopted: None, is_not_stored_yet: false }
    }
}

/// What a run has obtained that nobody wants any more.
pub(crate) struct Discarded {
    pub(crate) grant: Grant,
    pub(crate) header: Option<HeaderValue>,
    pub(crate) jar: Arc<Jar>,
}

/// What the waiters of a run are told. What to sign with they read where everybody does, since more may have happened.
pub(crate) type Settled = Result<(), Error>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::token::tokens::Tokens;

    #[test]
    fn i10_what_was_obtained_for_a_login_that_has_ended_is_discarded_with_its_tokens() {
        let success = |id: Option<TokenId>, refresh: Option<&str>| {
            let tokens = Tokens { refresh: refresh.map(Into::into), ..Tokens::new("new") };
            let credential = Credential { tokens, header: None, lifetime: None, age: Duration::ZERO };
            RefreshOutcome::Success(Refreshed { id, ..credential.into() })
        };
        let unusable = |id: Option<TokenId>, refresh: Option<&str>| RefreshOutcome::Unusable {
            refresh: refresh.map(Into::into),
            id,
            cause: UnavailableCause::Timeout,
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
            let grant = Grant { access: Some("old access".into()), refresh: Some("old".into()) };
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
