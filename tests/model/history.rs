//! What was seen of a world, in the order in which it happened: by its servers, its callers and its store.

use sdk_runtime::{
    Error, SessionState,
    error::ExpiredReason,
    session::{Login, SessionEvent},
};

/// A process, in the order in which they began.
pub type Process = usize;
/// A token, in the order in which they were issued.
pub type Token = u32;
/// A login as the server knows it: all tokens that descend from one sign-in.
pub type Family = u32;
/// An operation of a caller. A call is known by it to the server too.
pub type Op = u32;
/// One refresh on the wire.
pub type Send = u32;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Milliseconds since the world began.
    pub at: u64,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A process began, over what was in the store.
    Start {
        process: Process,
    },
    /// From here on nothing of it reaches anything.
    Kill {
        process: Process,
    },
    /// The time of day moved, in milliseconds, with the server's where the machine was suspended.
    Jump {
        by: i64,
    },
    /// The program ended; its work under way is killed with it.
    Exit {
        process: Process,
    },
    /// The machine came into another network, and the processes were told.
    Network,
    /// From here on nothing fails.
    Calm,
    /// From here on the store is broken, or works.
    Broken(bool),
    /// For so many milliseconds a captive portal answers the refreshes.
    Portal {
        lasts: u64,
    },

    // The server.
    /// Tokens went out; `spent` is what they were got with.
    Issue {
        access: Token,
        refresh: Option<Token>,
        family: Family,
        user: &'static str,
        told: Option<u64>,
        spent: Option<Token>,
    },
    /// A refresh token came in that was spent before, and cost the family.
    Reuse {
        refresh: Token,
    },
    /// The server ended a family by itself, or at its user's sign-out.
    Revoke {
        family: Family,
    },

    // The wire.
    Refresh {
        process: Process,
        send: Send,
        refresh: Token,
        seen: Seen,
    },
    /// What the process got for an answer.
    Refreshed {
        process: Process,
        send: Send,
        came: Came,
        seen: Seen,
    },
    /// What the server gave for a refresh.
    Obtained {
        send: Send,
        access: Token,
    },
    /// When what the server answers reaches the process, if it lives.
    OnTheWay {
        process: Process,
        send: Send,
        until: u64,
    },
    /// The process does not wait for it any more.
    GivenUp {
        process: Process,
        send: Send,
    },
    Request {
        process: Process,
        op: Op,
        access: Option<Token>,
        line: String,
        seen: Seen,
    },
    Answer {
        process: Process,
        op: Op,
        status: u16,
    },
    /// The classifier was told that `access` is rejected, or that the login is over.
    Judged {
        process: Process,
        op: Op,
        access: Token,
        over: bool,
        seen: Seen,
    },

    // The callers.
    Begin {
        process: Process,
        op: Op,
        doing: Doing,
        seen: Seen,
        is_live: bool,
    },
    /// The call ends in so many milliseconds at most: it has a timeout, or else is cancelled.
    Limited {
        op: Op,
        within: u64,
        is_timeout: bool,
    },
    End {
        process: Process,
        op: Op,
        outcome: Outcome,
        seen: Seen,
        /// Whether the server takes the token that the session has.
        is_live: bool,
    },

    // The store.
    /// A process asked for the lock, and another one has it.
    Busy {
        process: Process,
    },
    /// A process was given what it has asked for since.
    Read {
        process: Process,
        since: u64,
        kept: Option<Kept>,
    },
    Wrote {
        process: Process,
        /// When the process asked for it.
        since: u64,
        version: u64,
        kept: Option<Kept>,
    },

    // Who listens.
    Told {
        process: Process,
        event: Event,
    },
}

/// A session, as it says it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    Unloaded,
    Out,
    In(Signed),
    Expired,
    Closed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signed {
    pub epoch: u64,
    pub generation: u64,
    pub access: Option<Token>,
    pub refresh: Option<Token>,
}

impl Seen {
    pub fn signed(&self) -> Option<Signed> {
        match self {
            Self::In(signed) => Some(*signed),
            _ => None,
        }
    }
}

impl From<SessionState> for Seen {
    fn from(state: SessionState) -> Self {
        match state {
            SessionState::SignedIn(login) => Self::In(Signed::of(&login)),
            SessionState::SignedOut => Self::Out,
            SessionState::Expired(_) => Self::Expired,
            SessionState::Closed => Self::Closed,
            _ => Self::Unloaded,
        }
    }
}

impl Signed {
    fn of(login: &Login) -> Self {
        Self {
            epoch: login.epoch(),
            generation: login.generation(),
            access: login.access_token().and_then(|token| token_in(token.expose())),
            refresh: login.refresh_token().and_then(|token| token_in(token.expose())),
        }
    }
}

/// The token that a text is: `a17` or `r18`.
pub fn token_in(text: &str) -> Option<Token> {
    text.strip_prefix(['a', 'r'])?.parse().ok()
}

/// What an answer to a refresh says on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Came {
    Tokens {
        access: Token,
        refresh: Option<Token>,
    },
    /// A definite no.
    Refused,
    /// It was not looked at.
    NotSpent,
    /// It is unknown.
    Doubt,
    /// Another party's page: the server has not seen it.
    Foreign,
    /// A success that cannot be decoded: the server has spent the token.
    Undecodable,
    /// An error whose body says that the login is over, or is partly unreadable, and whose status or body
    /// keeps the login.
    Kept,
    /// The same of a status that leaves in doubt what was done.
    KeptInDoubt,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    Call,
    /// As the current user, if there is one.
    Maybe,
    /// To an endpoint that rejects every token.
    Closed,
    Sealed,
    /// To an endpoint that rejects every token where the argument is 2.
    Issue(u32),
    /// To one that rejects a token now and then.
    Moody,
    /// Unsigned: to an endpoint without a login, or to another origin.
    Open,
    Fetch,
    Login(&'static str),
    SignIn(&'static str),
    SignOut,
    Logout,
    Refresh,
    AccessToken,
    Resume,
    Flush,
    Shutdown,
    /// A call after everything.
    Last,
}

impl Doing {
    /// A call that is signed if it can be.
    pub fn is_call(self) -> bool {
        matches!(
            self,
            Self::Call
                | Self::Maybe
                | Self::Last
                | Self::Closed
                | Self::Sealed
                | Self::Issue(_)
                | Self::Moody
        )
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// Answered as `user`.
    As(String),
    Expired(ExpiredReason),
    /// A token to use elsewhere.
    Token(Option<Token>),
    /// With the cause, and the milliseconds until it is tried again.
    Unavailable(String, u64),
    NotSignedIn,
    IdentityChanged,
    Status(u16),
    Transport,
    Timeout,
    Store,
    Cancelled,
    Closed,
    /// The caller went away.
    Left,
    Panicked,
    Else(String),
}

impl From<Error> for Outcome {
    fn from(error: Error) -> Self {
        match error {
            Error::SessionExpired(expired) => Self::Expired(expired.reason()),
            Error::RefreshUnavailable(it) => Self::Unavailable(cause(it.cause()), millis(it.retry_after())),
            Error::NotSignedIn(_) => Self::NotSignedIn,
            Error::IdentityChanged(_) => Self::IdentityChanged,
            Error::Status(answer) => Self::Status(answer.status().as_u16()),
            Error::Transport(_) => Self::Transport,
            Error::Timeout(_) => Self::Timeout,
            Error::Store(_) => Self::Store,
            Error::Cancelled(_) => Self::Cancelled,
            Error::Closed(_) => Self::Closed,
            other => Self::Else(other.to_string()),
        }
    }
}

fn cause(cause: &sdk_runtime::error::UnavailableCause) -> String {
    let said = format!("{cause:?}");
    said.chars().take_while(|it| it.is_alphanumeric()).collect()
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// A login in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub login: String,
    pub number: u64,
    pub access: Option<Token>,
    pub refresh: Option<Token>,
    pub intent: bool,
    pub lease: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    SignedIn(Signed),
    Refreshed(Signed),
    Failing(String, u64),
    Expired(ExpiredReason),
    SignedOut,
    Degraded,
    /// The same, and given up, since others have put something else there.
    Overtaken,
    Recovered,
    Closed,
    Missed,
}

impl From<SessionEvent> for Event {
    fn from(event: SessionEvent) -> Self {
        match event {
            SessionEvent::SignedIn(login) | SessionEvent::Loaded(login) => Self::SignedIn(Signed::of(&login)),
            SessionEvent::Refreshed(login) => Self::Refreshed(Signed::of(&login)),
            SessionEvent::RefreshFailing(it) => Self::Failing(cause(it.cause()), millis(it.retry_after())),
            SessionEvent::Expired(expired) => Self::Expired(expired.reason()),
            SessionEvent::SignedOut => Self::SignedOut,
            SessionEvent::StoreDegraded(error) if error.to_string().contains("another process") => {
                Self::Overtaken
            }
            SessionEvent::StoreDegraded(_) => Self::Degraded,
            SessionEvent::StoreRecovered => Self::Recovered,
            SessionEvent::Closed => Self::Closed,
            _ => Self::Missed,
        }
    }
}
