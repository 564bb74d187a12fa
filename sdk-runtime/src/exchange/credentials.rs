//! The credentials of one send: the header and the cookies of a login, and the addresses that they may travel
//! to.

use std::sync::Arc;

#[cfg(feature = "oauth2")]
use http::StatusCode;
use http::header::{CONTENT_LOCATION, COOKIE, Entry, LINK, LOCATION};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use url::Url;

use super::csrf::Csrf;
use crate::cookies::{Jar, SetCookies};
use crate::error::{Error, InvalidRequest};
#[cfg(feature = "oauth2")]
use crate::proof;
use crate::proof::ProofKey;
#[cfg(feature = "oauth2")]
use crate::request::Prepared;
use crate::request::base::{Base, is_same_origin};
use crate::request::query_key;
use crate::runtime::Clock;

/// Where the credentials of a session stand in a request.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// The header with the token.
    pub(crate) header: Option<HeaderName>,
    /// The parameter of the query with the token, where no header has it.
    pub(crate) query: Option<String>,
    /// The cookie that is sent in a header too.
    pub(crate) csrf: Option<Csrf>,
}

/// The credentials that sign one send. Small, because each future of a call has some.
#[derive(Clone, Copy, Default)]
pub(crate) struct Credentials<'a> {
    pub(crate) places: Option<&'a Places>,
    /// The token as it is sent: the header, or the value in the query, which is percent-encoded.
    pub(crate) token: Option<&'a HeaderValue>,
    /// The jar whose cookies are sent, and that stores those of the response.
    pub(crate) jar: Option<&'a Jar>,
    /// Where the server of the login has moved it, which is an origin of the client's too.
    pub(crate) origin: Option<&'a Url>,
    /// The key that the token is bound to.
    #[cfg(feature = "oauth2")]
    pub(crate) proof_key: Option<&'a ProofKey>,
}

impl<'a> Credentials<'a> {
    /// The same for a token that is bound to `key`.
    #[cfg(feature = "oauth2")]
    pub(crate) fn proved_by(self, key: Option<&'a Arc<ProofKey>>) -> Self {
        Self { proof_key: key.map(|key| &**key), ..self }
    }

    /// The same. No token is bound to a key without the feature `oauth2`.
    #[cfg(not(feature = "oauth2"))]
    pub(crate) fn proved_by(self, _: Option<&'a Arc<ProofKey>>) -> Self {
        self
    }

    /// Remembers the nonce of an answer to `hop`. Returns whether the answer wants a proof with it.
    #[cfg(feature = "oauth2")]
    pub(super) fn takes_nonce_of(self, hop: &Prepared, status: StatusCode, answer: &HeaderMap) -> bool {
        if let Some(key) = hop.extensions.get::<Arc<ProofKey>>() {
            key.remember(answer, &hop.url);
        }
        self.takes_nonce(&hop.url, status, answer)
    }

    /// Remembers the nonce of an answer from `url` to a request with the token. Returns whether the answer
    /// wants a proof with it, and so neither has executed the request nor rejects the token.
    #[cfg(feature = "oauth2")]
    pub(crate) fn takes_nonce(self, url: &Url, status: StatusCode, answer: &HeaderMap) -> bool {
        let Some(key) = self.proof_key else { return false };
        key.remember(answer, url);
        proof::wants_nonce(status, answer)
    }

    /// Whether `url` is at an origin of the client's: by its builder, or by the login.
    pub(super) fn trust(self, url: &Url, base: &Base) -> bool {
        base.trusts(url) || self.origin.is_some_and(|origin| is_same_origin(origin, url))
    }

    /// Puts the credentials on a request to `url`. Returns whether there were any for its address.
    pub(crate) fn sign(
        self,
        method: &Method,
        url: &mut Url,
        headers: &mut HeaderMap,
        (base, clock): (&Base, &Clock),
    ) -> Result<bool, Error> {
        let cookies = self.jar.and_then(|jar| jar.header(url, clock));
        if self.token.is_none() && cookies.is_none() {
            return Ok(false);
        }
        must_be_private(url, base)?;
        if let (Some(csrf), Some(jar)) = (self.places.and_then(|places| places.csrf.as_ref()), self.jar)
            && let Some(value) = csrf.value(method, url, jar, clock)
        {
            headers.insert(csrf.header.clone(), value);
        }
        if let (Some(name), Some(token)) = (self.places.and_then(|places| places.header.as_ref()), self.token)
        {
            headers.insert(name.clone(), token.clone());
            #[cfg(feature = "oauth2")]
            if let Some(key) = self.proof_key {
                let token =
                    token.to_str().ok().and_then(|token| token.split_once(' ')).map(|(_, token)| token);
                key.prove(method, url, headers, token, clock.wall())?;
            }
        } else if let Some((name, token)) = self.query() {
            query_key::put(url, name, token);
        }
        if let Some(cookies) = cookies {
            headers.append(COOKIE, cookies);
        }
        Ok(true)
    }

    /// Returns the parameter of the query, and the token as it stands there.
    fn query(self) -> Option<(&'a str, &'a str)> {
        let name = self.places?.query.as_deref()?;
        Some((name, self.token?.to_str().ok()?))
    }

    /// Takes the token off an address that a server has written, before it is kept or shown. `is_own` says
    /// whether it is of the client's own origins.
    pub(super) fn take_off(self, url: &mut Url, is_own: bool) {
        match self.query() {
            Some((name, _)) if is_own => query_key::remove_name(url, name),
            Some((name, token)) => query_key::remove_token(url, name, token),
            None => {}
        }
    }

    /// Takes the token off the addresses in the headers of a response, where a server has copied it.
    pub(super) fn take_off_links(self, headers: &mut HeaderMap) {
        let Some((name, token)) = self.query() else { return };
        for header in [LOCATION, CONTENT_LOCATION, LINK] {
            if let Entry::Occupied(mut lines) = headers.entry(header) {
                for line in lines.iter_mut() {
                    if let Some(without) = query_key::without_token(line.as_bytes(), name, token)
                        && let Ok(without) = HeaderValue::from_bytes(&without)
                    {
                        *line = without;
                    }
                }
            }
        }
    }

    /// Stores the cookies of a response from `url`. A cookie that may not be sent back there is not stored
    /// either.
    pub(crate) fn store_cookies(
        self,
        headers: &HeaderMap,
        url: &Url,
        base: &Base,
        clock: &Clock,
    ) -> SetCookies {
        match self.jar {
            Some(jar) if base.may_carry_credentials(url) => jar.store(headers, url, clock),
            _ => SetCookies::default(),
        }
    }
}

/// Fails where a credential would travel to `url` in plaintext.
pub(super) fn must_be_private(url: &Url, base: &Base) -> Result<(), InvalidRequest> {
    if base.may_carry_credentials(url) {
        return Ok(());
    }
    Err(InvalidRequest::new(
        url.origin().ascii_serialization(),
        "would carry a credential in the clear: use https, a loopback address such as http://localhost (its \
         subdomains are none), or `.allow_insecure(…)` of the builder",
    ))
}
