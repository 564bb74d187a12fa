//! `RefreshSource`: a refresh that is no endpoint of the client, but a function of the program.
//!
//! - **I6** A source that hangs or panics is a failure of the refresh, and each waiter gets it.
//! - **I28** It runs in the task of the refresh, under no lock.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::endpoint::TIMEOUT;
use super::received::received;
use crate::caught::caught;
use crate::cookies::Jar;
use crate::error::{SessionExpired, UnavailableCause};
use crate::runtime;
use crate::session::host::Host;
use crate::session::state::RefreshOutcome;
use crate::session::token::{Grant, Provided, Refusal, Tokens};

/// Where a session gets its tokens from, in place of a `#[session(refresh)]` endpoint: a file that another
/// program rotates, a metadata server, a command, the credential of another SDK. It is given to
/// [`ClientBuilder::refresh_with`](crate::client::ClientBuilder::refresh_with).
///
/// An `async` closure or function that takes a [`Grant`] is one.
///
/// ```
/// use std::future::Future;
/// use std::path::PathBuf;
///
/// use sdk_runtime::{Refusal, Tokens, session::{Grant, RefreshSource}};
///
/// struct TokenFile(PathBuf);
///
/// impl RefreshSource for TokenFile {
///     async fn refresh(&self, _: Grant) -> Result<Tokens, Refusal> {
///         let token = std::fs::read_to_string(&self.0).map_err(Refusal::try_later)?;
///         Ok(Tokens::new(token.trim()))
///     }
/// }
/// ```
pub trait RefreshSource: Send + Sync + 'static {
    /// Returns the next tokens. `grant` has those of the login, and none before the first.
    ///
    /// What is left out of the tokens is kept, as in a response. The lifetime counts from now.
    ///
    /// # Errors
    ///
    /// [`Refusal::TryLater`] keeps the login, and pauses as after a failed request. [`Refusal::Dead`] ends
    /// it. [`Refusal::Unreadable`] is as `TryLater`.
    fn refresh(&self, grant: Grant) -> impl Future<Output = Result<Tokens, Refusal>> + Send;
}

impl<F, R> RefreshSource for F
where
    F: Fn(Grant) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Tokens, Refusal>> + Send,
{
    fn refresh(&self, grant: Grant) -> impl Future<Output = Result<Tokens, Refusal>> + Send {
        self(grant)
    }
}

type Asked = Pin<Box<dyn Future<Output = Result<Tokens, Refusal>> + Send>>;

/// A source without its type.
#[derive(Clone)]
pub(crate) struct Source(Arc<dyn Fn(Grant) -> Asked + Send + Sync>);

impl Source {
    pub(crate) fn new(source: impl RefreshSource) -> Self {
        let source = Arc::new(source);
        Self(Arc::new(move |grant| {
            let source = source.clone();
            Box::pin(async move { source.refresh(grant).await })
        }))
    }
}

/// Refreshes a session by a function of the program.
#[derive(Clone)]
pub(crate) struct SourceRefresh {
    pub(crate) source: Source,
    pub(crate) host: Arc<Host>,
    pub(crate) provided: Provided,
    /// Whether a session that was never signed in gets its first tokens by itself.
    pub(crate) signs_in: bool,
}

impl SourceRefresh {
    /// Asks the source, and classifies what it returns.
    pub(crate) async fn ask(&self, grant: &Grant, jar: &Jar) -> RefreshOutcome {
        let grant = grant.with(&self.provided);
        // Without a refresh token there is nothing that an interrupted source can have spent.
        let may_be_spent = grant.refresh.is_some();
        let interrupted = |cause| match may_be_spent {
            true => RefreshOutcome::Unknown { cause, retry_after: None },
            false => RefreshOutcome::NotSpent { cause, retry_after: None },
        };
        let later = |message, retry_after| RefreshOutcome::NotSpent {
            cause: UnavailableCause::TryLater(message),
            retry_after,
        };
        match runtime::within(TIMEOUT, caught(|| (self.source.0)(grant))).await {
            Some(Some(Ok(tokens))) => received(&self.host, tokens, None, jar, None),
            Some(Some(Err(Refusal::Dead(message)))) => {
                RefreshOutcome::Denied(SessionExpired::refused(message))
            }
            Some(Some(Err(Refusal::TryLater { message, after }))) => later(message, after),
            Some(Some(Err(Refusal::Unreadable(message)))) => later(message, None),
            Some(None) => interrupted(UnavailableCause::Aborted),
            None => interrupted(UnavailableCause::Timeout),
        }
    }
}
