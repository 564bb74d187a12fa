//! Tokens as a server issues them, and the grant that a refresh is built from (terms of RFC 6749).

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::provided::Provided;
use crate::proof::ProofKey;
use crate::secret::{AccessToken, RefreshToken};

/// When an access token expires, by its response.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Expiry {
    Untold,
    In(Duration),
    At(SystemTime),
}

/// The tokens in a server's response.
///
/// ```
/// use std::time::Duration;
/// use sdk_runtime::Tokens;
///
/// let tokens = Tokens::new("access").refresh_token("refresh").expires_in(Duration::from_secs(3600));
/// assert!(!format!("{tokens:?}").contains("access\""));
/// ```
#[derive(Clone)]
pub struct Tokens {
    pub(crate) access: Option<AccessToken>,
    pub(crate) refresh: Option<RefreshToken>,
    pub(crate) expiry: Expiry,
    pub(crate) subject: Option<Arc<str>>,
    pub(crate) scopes: Option<Arc<[String]>>,
    /// Where the API of this login is, as the server has told it.
    pub(crate) api_origin: Option<Arc<str>>,
    pub(crate) binding: Binding,
}

/// The key that tokens are bound to (RFC 9449).
#[derive(Debug, Clone, Default)]
pub(crate) enum Binding {
    /// Each holder of the tokens can use them.
    #[default]
    None,
    /// They are bound, by the answer that brought them.
    #[cfg_attr(not(feature = "oauth2"), expect(dead_code, reason = "only the client of `oauth2` says so"))]
    Bound,
    To(Arc<ProofKey>),
}

impl Binding {
    /// Returns the key, if there is one.
    pub(crate) fn key(&self) -> Option<&Arc<ProofKey>> {
        match self {
            Self::To(key) => Some(key),
            Self::None | Self::Bound => None,
        }
    }

    /// The binding of tokens that were asked for with a proof by `key`.
    pub(crate) fn to(self, key: Option<&Arc<ProofKey>>) -> Self {
        match (self, key) {
            (Self::Bound, Some(key)) => Self::To(key.clone()),
            (binding, _) => binding,
        }
    }
}

impl Tokens {
    /// An access token that the client puts into a header.
    pub fn new(access_token: impl Into<AccessToken>) -> Self {
        Self { access: Some(access_token.into()), ..Self::none() }
    }

    /// The tokens arrived as cookies, and the client holds only the jar. If the jar has no cookie, because
    /// the response set none or all were refused, the sign-in fails with
    /// [`Error::InvalidRequest`](crate::Error::InvalidRequest), which says why. A refresh fails with
    /// [`UnavailableCause::Unusable`](crate::error::UnavailableCause::Unusable) then. A refresh that sets no
    /// cookie keeps the present ones.
    ///
    /// Needs the feature `cookies`.
    #[cfg(feature = "cookies")]
    #[must_use]
    pub fn cookies() -> Self {
        Self::none()
    }

    pub(crate) fn none() -> Self {
        Self {
            access: None,
            refresh: None,
            expiry: Expiry::Untold,
            subject: None,
            scopes: None,
            api_origin: None,
            binding: Binding::None,
        }
    }

    /// The refresh token. Without one, the session keeps the one it has.
    #[must_use]
    pub fn refresh_token(mut self, token: impl Into<RefreshToken>) -> Self {
        self.refresh = Some(token.into());
        self
    }

    /// How long the access token lives, counted from its arrival. In the last 15 % of that time, at most
    /// 5 min, one call starts a refresh, and all calls go on with the old token. In the last 5 %, at most
    /// 30 s, calls wait for the refresh, up to 2 s each. After the end no request is signed with the token.
    /// A token that a server rejects earlier is refreshed then.
    ///
    /// Without this and [`expires_at`](Self::expires_at) the session reads `exp` and `iat` of a JWT (RFC
    /// 7519, 4.1). Other tokens are used until a server rejects them.
    #[must_use]
    pub fn expires_in(mut self, lifetime: Duration) -> Self {
        self.expiry = Expiry::In(lifetime);
        self
    }

    /// When the access token expires, by the server's clock. The `Date` header of the response tells how
    /// long that is from now; without one, this machine's clock does.
    #[must_use]
    pub fn expires_at(mut self, end: SystemTime) -> Self {
        self.expiry = Expiry::At(end);
        self
    }

    /// The user, as the server names them. Two sign-ins of the same subject are the same identity for a
    /// call in progress. Without a subject, or with an empty one, they are not.
    #[must_use]
    pub fn subject(mut self, subject: impl Into<Arc<str>>) -> Self {
        self.subject = Some(subject.into()).filter(|subject: &Arc<str>| !subject.is_empty());
        self
    }

    /// Moves the calls of this login to the origin of `url`, for servers that tell with the tokens where the
    /// API of the user is, as by `instance_url`. Scheme, host and port count; the prefix of the base stays.
    ///
    /// The origin must be one of [`allowed_origins`](crate::client::ClientBuilder::allowed_origins), or
    /// accepted by [`allow_origin_if`](crate::client::ClientBuilder::allow_origin_if). Otherwise the tokens
    /// are refused, and nothing is signed with them. The origin is stored with the login. A refresh that
    /// names another one begins another login. Sign-in, refresh and sign-out stay at the base.
    ///
    /// ```
    /// # use sdk_runtime::Tokens;
    /// let tokens = Tokens::new("access").api_origin("https://eu7.tracker.example");
    /// ```
    #[must_use]
    pub fn api_origin(mut self, url: impl Into<Arc<str>>) -> Self {
        self.api_origin = Some(url.into()).filter(|url: &Arc<str>| !url.is_empty());
        self
    }

    /// The granted scopes, one by one or several in one text with spaces, as in the `scope` of a response
    /// (RFC 6749, 3.3). An empty list says nothing: a refresh keeps the present scopes. If no scopes are
    /// known, an endpoint with `auth = scopes("…")` is called, and the server decides.
    ///
    /// ```
    /// # use sdk_runtime::Tokens;
    /// let tokens = Tokens::new("access").scopes(["issues:read issues:write"]);
    /// let scope: Option<&str> = None; // as an answer may leave it out
    /// let refreshed = Tokens::new("access").scopes(scope);
    /// ```
    #[must_use]
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let mut each = Vec::new();
        for scope in scopes {
            each.extend(scope.into().split_whitespace().map(str::to_owned));
        }
        self.scopes = (!each.is_empty()).then(|| each.into());
        self
    }
}

impl Tokens {
    /// Whether it has a blank access token and nothing else: a type with only default fields decodes so
    /// from every response.
    pub(crate) fn holds_nothing(&self) -> bool {
        let is_blank = |token: &str| token.trim().is_empty();
        self.access.as_ref().is_some_and(|token| is_blank(token.expose()))
            && self.refresh.as_ref().is_none_or(|token| is_blank(token.expose()))
    }

    /// Splits the scopes by `separator` too.
    pub(crate) fn with_scopes_by(mut self, separator: Option<char>) -> Self {
        match (separator, self.scopes.take()) {
            (Some(separator), Some(scopes)) => self.scopes(scopes.iter().flat_map(|it| it.split(separator))),
            (_, scopes) => Self { scopes, ..self },
        }
    }

    /// Whether it has no token, so that cookies sign.
    pub(crate) fn are_cookies(&self) -> bool {
        self.access.is_none() && self.refresh.is_none()
    }

    /// The tokens of a refresh: what its response leaves out is as it was `before`.
    pub(crate) fn after(self, before: &Self) -> Self {
        Self {
            refresh: non_empty(self.refresh).or_else(|| before.refresh.clone()),
            subject: self.subject.or_else(|| before.subject.clone()),
            scopes: self.scopes.or_else(|| before.scopes.clone()),
            api_origin: self.api_origin.or_else(|| before.api_origin.clone()),
            binding: match self.binding {
                Binding::To(_) => self.binding,
                Binding::None | Binding::Bound => before.binding.clone(),
            },
            ..self
        }
    }
}

/// An empty refresh token counts as left out.
pub(crate) fn non_empty(token: Option<RefreshToken>) -> Option<RefreshToken> {
    token.filter(|token| !token.expose().is_empty())
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens")
            .field("access", &self.access)
            .field("refresh", &self.refresh)
            .field("expiry", &self.expiry)
            .finish_non_exhaustive()
    }
}

/// What the session has for building a refresh request.
#[derive(Debug, Clone, Default)]
pub struct Grant {
    pub(crate) access: Option<AccessToken>,
    pub(crate) refresh: Option<RefreshToken>,
    /// The key that the tokens are bound to.
    pub(crate) proof_key: Option<Arc<ProofKey>>,
    pub(crate) provided: Provided,
}

impl Grant {
    /// The grant of a session with these tokens.
    #[must_use]
    pub fn new(tokens: &Tokens) -> Self {
        let (access, refresh) = (tokens.access.clone(), tokens.refresh.clone());
        let proof_key = tokens.binding.key().cloned();
        Self { access, refresh, proof_key, provided: Provided::default() }
    }

    /// Adds a value as [`ClientBuilder::provide`](crate::client::ClientBuilder::provide) does, for a test of
    /// a [`TokenRequest`](crate::TokenRequest).
    #[must_use]
    pub fn provide<T: Send + Sync + 'static>(mut self, value: T) -> Self {
        self.provided.insert(value);
        self
    }

    /// The same grant, with what the client was given.
    pub(crate) fn with(&self, provided: &Provided) -> Self {
        Self { provided: provided.clone(), ..self.clone() }
    }

    /// The refresh token, if the session has one. One in a cookie is in the jar, and is sent with the
    /// cookies.
    #[must_use]
    pub fn refresh_token(&self) -> Option<&RefreshToken> {
        self.refresh.as_ref()
    }

    /// The access token that is to be replaced, if the session has one.
    #[must_use]
    pub fn access_token(&self) -> Option<&AccessToken> {
        self.access.as_ref()
    }

    /// The value of this type that [`ClientBuilder::provide`](crate::client::ClientBuilder::provide) gave to
    /// the client. In a pool, a [`RefreshSource`](crate::session::RefreshSource) also finds the
    /// [`PoolKey`](crate::client::PoolKey) of the login.
    #[must_use]
    pub fn provided<T: 'static>(&self) -> Option<&T> {
        self.provided.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_without_a_token_holds_nothing_or_is_of_cookies() {
        let of = |access: Option<&str>, refresh: Option<&str>| Tokens {
            access: access.map(Into::into),
            refresh: refresh.map(Into::into),
            ..Tokens::new("")
        };
        for (access, refresh, holds_nothing, are_cookies) in [
            (Some(""), None, true, false),
            (Some(" \t"), Some(" "), true, false),
            (Some(""), Some("refresh"), false, false),
            (Some("access"), None, false, false),
            (Some("access"), Some(""), false, false),
            (None, None, false, true),
            (None, Some(""), false, false),
            (None, Some("refresh"), false, false),
        ] {
            let tokens = of(access, refresh);
            assert_eq!(tokens.holds_nothing(), holds_nothing, "{access:?} {refresh:?}");
            assert_eq!(tokens.are_cookies(), are_cookies, "{access:?} {refresh:?}");
        }
    }

    #[test]
    fn no_scope_at_all_says_nothing() {
        for (scopes, expected) in [
            (&[][..], None),
            (&["", " "], None),
            (&["read"], Some(&["read"][..])),
            (&["read  write", "admin"], Some(&["read", "write", "admin"])),
        ] {
            let tokens = Tokens::new("a").scopes(scopes.iter().copied());
            let found = tokens.scopes.map(|scopes| scopes.to_vec());
            let expected = expected.map(|scopes| scopes.iter().map(|it| (*it).to_owned()).collect());
            assert_eq!(found, expected, "{scopes:?}");
        }
    }

    #[test]
    fn a_subject_that_is_empty_names_no_identity() {
        for (subject, expected) in [("ann", Some("ann")), (" ", Some(" ")), ("", None)] {
            assert_eq!(Tokens::new("a").subject(subject).subject.as_deref(), expected, "I12: {subject:?}");
        }
    }
}
