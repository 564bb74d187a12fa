//! The credentials of one send: the header and the cookies of a login, and the addresses that they may travel
//! to.

use http::header::COOKIE;
use http::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::cookies::{Jar, SetCookies};
use crate::error::{Error, InvalidRequest};
use crate::request::base::Base;
use crate::runtime::Clock;

/// The credentials that sign one send.
#[derive(Clone, Copy, Default)]
pub(crate) struct Credentials<'a> {
    /// The header, ready to be sent.
    pub(crate) header: Option<(&'a HeaderName, &'a HeaderValue)>,
    /// The jar whose cookies are sent, and that stores those of the response.
    pub(crate) jar: Option<&'a Jar>,
}

impl Credentials<'_> {
    /// Puts the credentials on a request to `url`. Returns whether there were any for its address.
    pub(crate) fn sign(
        self,
        headers: &mut HeaderMap,
        url: &Url,
        base: &Base,
        clock: &Clock,
    ) -> Result<bool, Error> {
        let cookies = self.jar.and_then(|jar| jar.header(url, clock));
        if self.header.is_none() && cookies.is_none() {
            return Ok(false);
        }
        must_be_private(url, base)?;
        if let Some((name, value)) = self.header {
            headers.insert(name.clone(), value.clone());
        }
        if let Some(cookies) = cookies {
            headers.append(COOKIE, cookies);
        }
        Ok(true)
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
