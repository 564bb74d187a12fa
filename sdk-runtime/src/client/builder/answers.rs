//! The options about answers: which reject the token, which redirects are followed, and when a token is
//! refreshed before the server rejects it.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;

use super::ClientBuilder;
use crate::error::ErrorResponse;
use crate::exchange::Redirects;
use crate::session::{RefreshInAdvance, Tokens, Verdict};

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
        self.judge.token_bad = Some(Arc::new(move |answer| token_bad(answer).into()));
        self
    }

    /// Asks [`token_bad`](Self::token_bad) about successes and redirects of these statuses too, such as a 200
    /// with an error in its body, or a 302 to a page for the sign-in.
    ///
    /// - A success is shown with its body if the call reads it whole, and a stream without one. After
    ///   [`Verdict::TokenBad`] only an idempotent request is replayed, because the server may have executed
    ///   it. Any other call starts the refresh and returns the answer. [`Verdict::NotExecuted`] replays both.
    /// - A redirect of the client's own server is shown before it is followed, without a body. Its `Location`
    ///   is shown if it is at the same origin. It is followed if the verdict is [`Verdict::Surface`].
    ///
    /// [`build`](Self::build) fails for a status that is neither a success nor a redirect, and without
    /// `token_bad`.
    ///
    /// ```
    /// # use sdk_runtime::{Result, api_client, ErrorResponse};
    /// # #[api_client]
    /// # trait Shop {
    /// #     #[get("/orders")]
    /// #     async fn orders(&self) -> Result<Vec<String>>;
    /// # }
    /// fn leads_to_the_sign_in(answer: &ErrorResponse) -> bool {
    ///     answer.headers().get("location").is_some_and(|to| to == "/login")
    /// }
    ///
    /// let shop = ShopClient::builder("https://shop.example")
    ///     .token_bad(|answer| answer.status() == 401 || leads_to_the_sign_in(answer))
    ///     .token_bad_on([302])
    ///     .build()?;
    /// # Ok::<(), sdk_runtime::error::BuildError>(())
    /// ```
    pub fn token_bad_on(mut self, statuses: impl IntoIterator<Item = u16>) -> Self {
        self.judge.also_on.extend(statuses);
        self
    }

    /// Finds the next tokens in the headers of answers, for servers that rotate the token with each answer.
    ///
    /// `find` is asked about answers that accept the credential: those of the client's own origins to a
    /// signed call, without a redirect. Its tokens replace the present ones if the request was signed with
    /// those, and no refresh is in progress. A token without a refresh token keeps the one of the login.
    ///
    /// The next call is signed with the new token. A call that was sent with the former one is replayed if
    /// the server rejects it. If the server accepts one token at a time, make one call at a time. The store
    /// gets the latest tokens, and not each of them. Subscribers get no event; [`StateWatch`] has each login.
    ///
    /// [`StateWatch`]: crate::session::StateWatch
    ///
    /// ```
    /// # use sdk_runtime::{Result, api_client};
    /// # #[api_client]
    /// # trait Tracker {
    /// #     #[get("/issues")]
    /// #     async fn issues(&self) -> Result<Vec<String>>;
    /// # }
    /// use sdk_runtime::Tokens;
    ///
    /// let tracker = TrackerClient::builder("https://tracker.example")
    ///     .tokens_in(|headers| Some(Tokens::new(headers.get("x-next-token")?.to_str().ok()?)))
    ///     .build()?;
    /// # Ok::<(), sdk_runtime::error::BuildError>(())
    /// ```
    pub fn tokens_in(mut self, find: impl Fn(&HeaderMap) -> Option<Tokens> + Send + Sync + 'static) -> Self {
        self.judge.tokens_in = Some(Arc::new(find));
        self
    }

    /// Sends a request again with the same token if a server rejects one that was issued less than `age` ago,
    /// because the server may not know it yet. Default: off. At most 10 s.
    ///
    /// A request is sent at most 3 times more, after 100 ms, 250 ms and 500 ms, and within the timeout of its
    /// call. Then the rejection counts. A body that cannot be sent again is not. It concerns the default
    /// table alone, so that [`build`](Self::build) fails together with [`token_bad`](Self::token_bad).
    ///
    /// ```
    /// # use sdk_runtime::{Result, api_client};
    /// # #[api_client]
    /// # trait Tracker {
    /// #     #[get("/issues")]
    /// #     async fn issues(&self) -> Result<Vec<String>>;
    /// # }
    /// use std::time::Duration;
    ///
    /// let tracker = TrackerClient::builder("https://tracker.example")
    ///     .replication_grace(Duration::from_secs(2))
    ///     .build()?;
    /// # Ok::<(), sdk_runtime::error::BuildError>(())
    /// ```
    pub fn replication_grace(mut self, age: Duration) -> Self {
        self.judge.grace = age;
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
    /// client's own origins only, with each of these options. Requests of the session follow no redirect.
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
