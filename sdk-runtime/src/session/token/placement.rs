//! The placement of the access token on a request: which header and scheme, or cookies.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{AUTHORIZATION, COOKIE, HeaderName, HeaderValue};
use url::Url;

use super::expiry::lifetime;
use super::moves::Moves;
use super::tokens::Tokens;
use crate::cookies::{Jar, SetCookies};
use crate::error::InvalidRequest;
use crate::exchange::{Credentials, Csrf, Places};
use crate::proof::ProofKey;
use crate::request::base::is_same_origin;
use crate::request::query_key;
use crate::response::Head;
use crate::runtime::Clock;
use crate::secret::AccessToken;
use crate::www_authenticate::is_tchar;

/// How the access token is placed on a request.
#[derive(Debug, Clone)]
pub struct Attach {
    how: How,
    /// The cookie that is sent in a header too.
    csrf: Option<(String, String)>,
    /// Whether each request proves that it holds the key of the token.
    is_proved: bool,
    /// What separates granted scopes next to spaces.
    separator: Option<char>,
}

#[derive(Debug, Clone)]
enum How {
    Header {
        name: String,
        scheme: Option<String>,
    },
    Query {
        name: String,
    },
    #[cfg_attr(not(feature = "cookies"), expect(dead_code, reason = "only `Attach::cookies()` says so"))]
    Cookies,
}

impl Attach {
    /// `Authorization: Bearer <token>` (RFC 6750, 2.1). The default.
    #[must_use]
    pub fn bearer() -> Self {
        Self::header(AUTHORIZATION.as_str(), "Bearer")
    }

    /// `<name>: <scheme> <token>`.
    pub fn header(name: impl Into<String>, scheme: impl Into<String>) -> Self {
        Self::by(How::Header { name: name.into(), scheme: Some(scheme.into()) })
    }

    /// `<name>: <token>`, without a scheme.
    pub fn raw(name: impl Into<String>) -> Self {
        Self::by(How::Header { name: name.into(), scheme: None })
    }

    /// The parameter `name` of the query, for servers that know no header: `?key=<token>`.
    ///
    /// It is put on each request that is signed, to the client's own origins alone, behind the parameters of
    /// the call. No preview, error or span shows it. It is taken off the `Link` to a next page, and off the
    /// address of a redirect. But an address shows up in the logs of servers and proxies, so a header is
    /// better where the server takes one.
    ///
    /// An endpoint that is signed must not have a query parameter of this name.
    ///
    /// ```
    /// use sdk_runtime::{Attach, Result, api_client};
    ///
    /// #[api_client]
    /// trait Maps {
    ///     #[get("/geocode")]
    ///     async fn geocode(&self, #[query] address: &str) -> Result<String>;
    /// }
    ///
    /// # let key = "a key";
    /// let maps = MapsClient::builder("https://maps.example")
    ///     .attach(Attach::query("key"))
    ///     .bearer(key)
    ///     .build()?;
    /// let shown = maps.geocode("Bern").request()?;
    /// assert_eq!(shown.url().as_str(), "https://maps.example/geocode?address=Bern");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn query(name: impl Into<String>) -> Self {
        Self::by(How::Query { name: name.into() })
    }

    /// `Authorization: DPoP <token>` with a proof by the key of the login (RFC 9449, 7.1).
    #[cfg(feature = "oauth2")]
    pub(crate) fn dpop() -> Self {
        Self { is_proved: true, ..Self::header(AUTHORIZATION.as_str(), "DPoP") }
    }

    /// Separates granted scopes by `separator` too.
    #[cfg(feature = "oauth2")]
    pub(crate) fn scopes_by(self, separator: Option<char>) -> Self {
        Self { separator, ..self }
    }

    fn by(how: How) -> Self {
        Self { how, csrf: None, is_proved: false, separator: None }
    }

    /// No header: the cookies of the login sign the requests. Needs the feature `cookies`.
    #[cfg(feature = "cookies")]
    #[must_use]
    pub fn cookies() -> Self {
        Self::by(How::Cookies)
    }

    /// Sends the cookie `cookie` of the login once more in the header `header`, with each request that has
    /// the cookies of the login and is not `GET`, `HEAD`, `OPTIONS` or `TRACE`. This is the token against
    /// forged requests (CSRF) of Django (`"csrftoken", "x-csrftoken"`), and of Laravel and Spring
    /// (`"XSRF-TOKEN", "x-xsrf-token"`).
    ///
    /// The value is that of the jar at each send, so a new one counts at once. What is percent-encoded in the
    /// cookie is decoded in the header. Without the cookie there is no header. The header goes where the
    /// cookie goes, to no other origin.
    ///
    /// Needs the feature `cookies`.
    ///
    /// ```
    /// use sdk_runtime::Attach;
    ///
    /// let attach = Attach::cookies().csrf("csrftoken", "x-csrftoken");
    /// # let _ = attach;
    /// ```
    #[cfg(feature = "cookies")]
    #[must_use]
    pub fn csrf(mut self, cookie: impl Into<String>, header: impl Into<String>) -> Self {
        self.csrf = Some((cookie.into(), header.into()));
        self
    }

    pub(crate) fn check(self) -> Result<Attachment, InvalidRequest> {
        let csrf = self.csrf.map(|(cookie, header)| csrf(cookie, &header)).transpose()?;
        let mut places = Places { csrf, ..Places::default() };
        let mut of_header = None;
        match self.how {
            How::Cookies => {}
            How::Query { name } if name.is_empty() => {
                return Err(InvalidRequest::new("Attach::query", "needs the name of a parameter"));
            }
            How::Query { name } => places.query = Some(name),
            How::Header { name, scheme } => {
                let header = crate::request::header::name(&name)?;
                if header == COOKIE {
                    return Err(InvalidRequest::new(name, "is the jar's: use `Attach::cookies()`"));
                }
                if scheme.as_ref().is_some_and(|scheme| !is_scheme(scheme)) {
                    return Err(InvalidRequest::new(
                        name,
                        "has a scheme that is none: it is one word, and `Attach::raw` is for a token without",
                    ));
                }
                (places.header, of_header) = (Some(header), scheme);
            }
        }
        match (&places.header, &places.csrf) {
            (Some(name), Some(csrf)) if *name == csrf.header => Err(InvalidRequest::new(
                name.to_string(),
                "would hold the token and the cookie of `.csrf(…)`",
            )),
            _ => {
                let Self { is_proved, separator, .. } = self;
                Ok(Attachment { places, scheme: of_header, moves: None, is_proved, separator })
            }
        }
    }
}

/// Checks the names of a cookie and of the header that it is sent in.
fn csrf(cookie: String, header: &str) -> Result<Csrf, InvalidRequest> {
    let name = crate::request::header::name(header)?;
    if name == COOKIE || cookie.is_empty() {
        return Err(InvalidRequest::new("Attach::csrf", "needs the name of a cookie, and that of a header"));
    }
    Ok(Csrf { cookie, header: name })
}

/// A token of RFC 9110, 11.1, by which challenges can name it.
fn is_scheme(scheme: &str) -> bool {
    !scheme.is_empty() && scheme.bytes().all(is_tchar)
}

impl Default for Attach {
    fn default() -> Self {
        Self::bearer()
    }
}

/// Tokens that are ready to sign with.
#[derive(Debug, Clone)]
pub(crate) struct Credential {
    pub(crate) tokens: Tokens,
    /// The ready-made header, or the value in the query. `None` if cookies sign.
    pub(crate) header: Option<HeaderValue>,
    /// Where calls go, if not to the base.
    pub(crate) origin: Option<Arc<Url>>,
    pub(crate) lifetime: Option<Duration>,
    /// How much of its lifetime has passed.
    pub(crate) age: Duration,
}

/// [`Attach`] after its validation.
#[derive(Debug)]
pub(crate) struct Attachment {
    places: Places,
    /// The scheme in front of the token in the header.
    scheme: Option<String>,
    moves: Option<Moves>,
    /// Whether each request proves that it holds the key of the token.
    is_proved: bool,
    /// What separates granted scopes next to spaces.
    separator: Option<char>,
}

impl Attachment {
    /// Lets logins move to other origins.
    pub(crate) fn moving(self, moves: Moves) -> Self {
        Self { moves: Some(moves), ..self }
    }

    /// Returns where a request to `url` goes under a login at `origin`, if not to `url`.
    pub(crate) fn moved(&self, url: &Url, origin: &Url) -> Option<Url> {
        let from = &self.moves.as_ref()?.from;
        if !is_same_origin(from, url) || is_same_origin(from, origin) {
            return None;
        }
        let mut moved = origin.clone();
        moved.set_path(url.path());
        moved.set_query(url.query());
        Some(moved)
    }

    /// The header that the session sets.
    pub(crate) fn header(&self) -> Option<&HeaderName> {
        self.places.header.as_ref()
    }

    /// The query parameter that the session sets.
    pub(crate) fn query(&self) -> Option<&str> {
        self.places.query.as_deref()
    }

    /// The header that holds a cookie of the session.
    pub(crate) fn csrf_header(&self) -> Option<&HeaderName> {
        self.places.csrf.as_ref().map(|csrf| &csrf.header)
    }

    /// Whether the cookies of the login sign, and no token.
    pub(crate) fn signs_by_cookies(&self) -> bool {
        self.places.header.is_none() && self.places.query.is_none()
    }

    /// Returns what signs a request with `token`, which is ready to be sent, and with cookies. `origin` is
    /// where the login has moved.
    pub(crate) fn signing<'a>(
        &'a self,
        token: Option<&'a HeaderValue>,
        jar: &'a Jar,
        origin: Option<&'a Url>,
        proof_key: Option<&'a Arc<ProofKey>>,
    ) -> Credentials<'a> {
        Credentials { token, origin, ..self.cookies(Some(jar)) }.proved_by(proof_key)
    }

    /// Returns what signs a request with cookies alone.
    pub(crate) fn cookies<'a>(&'a self, jar: Option<&'a Jar>) -> Credentials<'a> {
        Credentials { places: Some(&self.places), jar, ..Credentials::default() }
    }

    /// The scheme that a challenge would name (RFC 9110, 11.6.1).
    pub(crate) fn scheme(&self) -> Option<&str> {
        self.scheme.as_deref()
    }

    /// Makes `tokens` ready to sign with. `head` is that of the response with which they arrived.
    pub(crate) fn credential(
        &self,
        tokens: Tokens,
        head: Option<&Head>,
        wall: impl FnOnce() -> SystemTime,
    ) -> Result<Credential, InvalidRequest> {
        self.can_prove(tokens.binding.key())?;
        self.must_be_bound(&tokens)?;
        let (header, access) = match (&self.places.header, &self.places.query, &tokens.access) {
            (None, None, _) => (None, tokens.access.clone()),
            (Some(name), _, Some(token)) => {
                let (header, token) = header(name, self.scheme.as_deref(), token)?;
                (Some(header), Some(token))
            }
            (None, Some(name), Some(token)) => (Some(in_query(name, token)?), tokens.access.clone()),
            (_, _, None) => {
                return Err(InvalidRequest::new(
                    "Tokens::cookies()",
                    "has no access token to sign with: configure `.attach(Attach::cookies())`",
                ));
            }
        };
        let origin =
            tokens.api_origin.as_deref().map(|url| Moves::target(self.moves.as_ref(), url)).transpose()?;
        let lifetime = lifetime(&tokens, head, wall);
        let api_origin = origin.as_ref().map(|url| Arc::from(url.as_str()));
        let tokens = Tokens { access, api_origin, ..tokens.with_scopes_by(self.separator) };
        Ok(Credential { tokens, header, origin, lifetime, age: Duration::ZERO })
    }

    /// Fails if `key` is that of a login whose requests must prove that they hold it, and they prove nothing.
    pub(crate) fn can_prove(&self, key: Option<&Arc<ProofKey>>) -> Result<(), InvalidRequest> {
        match (self.is_proved, key) {
            (true, _) | (false, None) => Ok(()),
            (false, Some(_)) => Err(InvalidRequest::new(
                "Tokens",
                "are bound to a key, by which `OAuthClientBuilder::dpop` signs each request: add `.dpop()`",
            )),
        }
    }

    /// Fails if `tokens` have an access token that is bound to no key, and requests are to prove that they
    /// hold one.
    fn must_be_bound(&self, tokens: &Tokens) -> Result<(), InvalidRequest> {
        match self.is_proved && tokens.access.is_some() && tokens.binding.key().is_none() {
            true => Err(InvalidRequest::new(
                "Tokens",
                "are bound to no key, and `.dpop()` takes tokens of the type `DPoP` alone: sign in again",
            )),
            false => Ok(()),
        }
    }

    /// Whether `jar` has a cookie to sign with, if cookies sign. `received` tells what became of the
    /// cookies in the last response.
    pub(crate) fn can_sign(
        &self,
        jar: &Jar,
        received: Option<&SetCookies>,
        clock: &Clock,
    ) -> Result<(), InvalidRequest> {
        let lack = match self.signs_by_cookies() {
            true => jar.why_empty(received, clock),
            false => None,
        };
        lack.map_or(Ok(()), |why| {
            Err(InvalidRequest::new(
                "Tokens::cookies()",
                format!("has no cookie to sign with: {why}; `Tokens::new(…)` is for a token in the answer"),
            ))
        })
    }
}

/// Builds the header of a signed request. Returns it with the token, which shares its memory.
fn header(
    name: &HeaderName,
    scheme: Option<&str>,
    token: &AccessToken,
) -> Result<(HeaderValue, AccessToken), InvalidRequest> {
    must_hold_something(name.as_str(), token)?;
    let (sent, token) = token.behind(scheme);
    Ok((sensitive(name.as_str(), sent)?, token))
}

/// Builds the value in the query of a signed request.
fn in_query(name: &str, token: &AccessToken) -> Result<HeaderValue, InvalidRequest> {
    must_hold_something(name, token)?;
    sensitive(name, query_key::encoded(token.expose()).into())
}

/// Marks a token that is ready to be sent as sensitive. No other function builds one.
fn sensitive(place: &str, token: Bytes) -> Result<HeaderValue, InvalidRequest> {
    let mut value = HeaderValue::from_maybe_shared(token).map_err(|_| {
        InvalidRequest::new(
            place.to_owned(),
            "cannot hold this access token: it has a control character in it",
        )
    })?;
    value.set_sensitive(true);
    Ok(value)
}

/// Fails if `token` is blank. `place` is where it would be sent.
fn must_hold_something(place: &str, token: &AccessToken) -> Result<(), InvalidRequest> {
    match token.expose().trim().is_empty() {
        true => {
            Err(InvalidRequest::new(place.to_owned(), "cannot be signed with an access token that is empty"))
        }
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scheme_is_one_word_as_challenges_have_it() {
        for (scheme, is_valid) in [
            ("Bearer", true),
            ("x", true),
            ("jwt-1.0_a~b", true),
            ("", false),
            (" ", false),
            ("two words", false),
            (" Bearer", false),
            ("Bearer ", false),
            ("Bearer\t", false),
            ("a=b", false),
            ("ä", false),
        ] {
            let checked = Attach::header("x-token", scheme).check();
            assert_eq!(checked.is_ok(), is_valid, "{scheme:?}");
        }
    }
}
