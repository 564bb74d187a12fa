//! The options about answers: which reject the token, which redirects are followed, and when a token is
//! refreshed before the server rejects it.

use std::sync::Arc;

use super::ClientBuilder;
use crate::error::ErrorResponse;
use crate::exchange::Redirects;
use crate::session::{RefreshInAdvance, Verdict};

impl<C> ClientBuilder<C> {
    /// Judges answers in place of the default (RFC 6750, section 3.1): a 401 means "this access token is no
    /// good" if it has no challenge, or one of the session's scheme whose `error` is `invalid_token` or left
    /// out; a 403 with `insufficient_scope` in such a challenge means "this login may not do this".
    ///
    /// Asked about answers to signed requests with a status of 300 and above, from the client's own origin.
    /// Returns a [`Verdict`], or a `bool` where it is the token or nothing. It may see a part of the body
    /// alone ([`is_truncated`](ErrorResponse::is_truncated)), or nothing of it: the connection can break
    /// behind the headers.
    ///
    /// ```
    /// # use sdk_runtime::{ErrorResponse, session::Verdict};
    /// #[derive(serde::Deserialize)]
    /// struct Refused {
    ///     soft_logout: bool,
    /// }
    ///
    /// // For `.token_bad(judge)`
    /// fn judge(answer: &ErrorResponse) -> Verdict {
    ///     match answer.json::<Refused>() {
    ///         Ok(refused) if refused.soft_logout => Verdict::TokenBad,
    ///         Ok(_) => Verdict::LoginOver,
    ///         Err(_) => Verdict::Surface,
    ///     }
    /// }
    /// ```
    pub fn token_bad<V: Into<Verdict>>(
        mut self,
        token_bad: impl Fn(&ErrorResponse) -> V + Send + Sync + 'static,
    ) -> Self {
        self.token_bad = Some(Arc::new(move |answer| token_bad(answer).into()));
        self
    }

    /// Sets when a token is refreshed before it lapses. Default: in the background, while calls are signed
    /// with the present token. A client that shares a session uses what that session's client has set.
    ///
    /// ```
    /// # use sdk_runtime::{Result, api_client};
    /// # #[api_client]
    /// # trait Tracker {
    /// #     #[get("/issues")]
    /// #     async fn issues(&self) -> Result<Vec<String>>;
    /// # }
    /// use sdk_runtime::session::RefreshInAdvance;
    ///
    /// // The server revokes a token as soon as it has issued the next one.
    /// let tracker = TrackerClient::builder("https://tracker.example")
    ///     .refresh_in_advance(RefreshInAdvance::Waited)
    ///     .build()?;
    /// # Ok::<(), sdk_runtime::error::BuildError>(())
    /// ```
    pub fn refresh_in_advance(mut self, when: RefreshInAdvance) -> Self {
        self.in_advance = when;
        self
    }

    /// Sets which redirects the calls follow. Default: up to 10, to any origin. The credential travels to the
    /// client's own origins only, whatever is set here. Requests of the session follow no redirect.
    ///
    /// ```
    /// # use sdk_runtime::{Result, api_client};
    /// # #[api_client]
    /// # trait Tracker {
    /// #     #[get("/issues")]
    /// #     async fn issues(&self) -> Result<Vec<String>>;
    /// # }
    /// use sdk_runtime::client::Redirects;
    ///
    /// let tracker = TrackerClient::builder("https://tracker.example")
    ///     .redirects(Redirects::SameOrigin)
    ///     .build()?;
    /// # Ok::<(), sdk_runtime::error::BuildError>(())
    /// ```
    pub fn redirects(mut self, redirects: Redirects) -> Self {
        self.redirects = redirects;
        self
    }
}
