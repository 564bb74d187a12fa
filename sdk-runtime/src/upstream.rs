//! One exchange with a server: credentials, cookies and redirects of a single send; knows no session.
//!
//! A credential travels to https or loopback, and only to the client's own origin or one that is trusted as that; both are checked at every hop.
//! What was asked for over https is never asked for in the clear, with or without a credential.

use std::sync::Arc;

use http::header::Entry;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LOCATION,
    CONTENT_TYPE, COOKIE, LOCATION, RANGE, USER_AGENT,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use url::Url;

use crate::cookies::{Jar, SetCookies};
use crate::encoding;
use crate::error::{Error, InvalidRequest, TransportError, TransportErrorKind};
use crate::request::Prepared;
use crate::request::base::{ADDRESS_LIMIT, Base, is_same_origin, is_too_long, may_carry_credentials};
use crate::request::header;
use crate::runtime::Clock;
use crate::text;
use crate::transport::{Stage, Transport, TransportRequest, TransportResponse};

/// As many redirects as reqwest follows; a longer chain is a circle.
const REDIRECTS: usize = 10;
/// How often a request goes out again at once that the server provably has not looked at.
const AGAIN: usize = 2;

/// Where a client's requests go, and by what.
pub(crate) struct Upstream {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) base: Base,
    /// What every request has that says nothing else. Whatever is not for anybody stays with the client's own origins.
    pub(crate) headers: HeaderMap,
    /// The header that the session signs with, which holds a credential under any name.
    pub(crate) signs_by: Option<HeaderName>,
    pub(crate) clock: Clock,
}

/// What makes one send the request of somebody.
#[derive(Clone, Copy, Default)]
pub(crate) struct Credentials<'a> {
    /// The ready-made header.
    pub(crate) header: Option<(&'a HeaderName, &'a HeaderValue)>,
    /// The jar whose cookies go along, and that takes those which come back.
    pub(crate) jar: Option<&'a Jar>,
}

/// What is in a request, whoever signs it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Contents {
    Ordinary,
    /// A password or a refresh token: it travels as a credential does, and a redirect is the answer and not followed.
    Secret,
}

/// An answer, and what it is the answer to.
pub(crate) struct Exchange {
    pub(crate) answer: TransportResponse,
    /// Whether it came from the client's own origin or one that is trusted as that, without a detour.
    pub(crate) own_origin: bool,
    /// Whether the request that it answers had a credential on it: the header, or any cookie.
    pub(crate) signed: bool,
    /// Whether a redirect led to an origin that is neither the one before it nor trusted as the client's own.
    pub(crate) strayed: bool,
    /// The request it answers, where that is not the one that was made but one it was redirected to.
    pub(crate) redirected: Option<Prepared>,
    /// Whether it is a redirect that was not followed, since the body it asks for again is spent.
    pub(crate) is_spent: bool,
    /// What came of the cookies in it.
    pub(crate) cookies: SetCookies,
}

impl Upstream {
    /// Sends `request` once, following redirects. Before every hop `permit` is asked whether that may still go; `stage` is told
    /// how far it has come.
    pub(crate) async fn exchange(
        &self,
        request: &Prepared,
        credentials: Credentials<'_>,
        contents: Contents,
        stage: &Stage,
        permit: impl Fn(&Prepared) -> Result<(), Error> + Send + Sync,
    ) -> Result<Exchange, Error> {
        if contents == Contents::Secret {
            must_be_private(&request.url)?;
        }
        let mut own_origin = self.base.trusts(&request.url);
        let mut strayed = false;
        let mut redirected: Option<Prepared> = None;
        let mut over_tls = false;
        for _ in 0..=REDIRECTS {
            let current = redirected.as_ref().unwrap_or(request);
            let mut again = 0;
            let (answer, signed) = loop {
                let (mut outgoing, signed) =
                    self.outgoing(current, credentials, own_origin, contents, stage).await?;
                let asked = encoding::ask(&mut outgoing.headers);
                permit(current)?;
                match self.transport.send(outgoing).await {
                    Ok(answer) if asked => break (encoding::decoded(&current.method, answer), signed),
                    Ok(answer) => break (answer, signed),
                    Err(error)
                        if error.kind() == TransportErrorKind::NotSent
                            && again < AGAIN
                            && !current.is_spent() =>
                    {
                        again += 1;
                    }
                    // Of what a redirect led to, something has arrived all the same.
                    Err(error) => {
                        let may_have_arrived = error.may_have_arrived() || redirected.is_some();
                        return Err(error.arrived(may_have_arrived).into());
                    }
                }
            };
            // A cookie that may not go back is not taken either.
            let cookies = match credentials.jar {
                Some(jar) if own_origin && may_carry_credentials(&current.url) => {
                    jar.store(answer.headers(), &current.url, &self.clock)
                }
                _ => SetCookies::default(),
            };
            let location = match contents {
                Contents::Ordinary => location(answer.status(), answer.headers()),
                Contents::Secret => None,
            };
            let Some(location) = location else {
                let is_spent = false;
                return Ok(Exchange { answer, own_origin, signed, strayed, redirected, is_spent, cookies });
            };
            let mut next = current.clone();
            redirect(&mut next, answer.status(), location)?;
            over_tls |= current.url.scheme() == "https";
            if over_tls && !may_carry_credentials(&next.url) {
                return Err(misled(
                    "it leads from https to an address where everything travels in the clear",
                )
                .into());
            }
            if next.is_spent() {
                let is_spent = true;
                return Ok(Exchange { answer, own_origin, signed, strayed, redirected, is_spent, cookies });
            }
            let stays = if own_origin {
                self.base.trusts(&next.url)
            } else {
                is_same_origin(&current.url, &next.url)
            };
            if !stays {
                // Once away, for good: another origin must not choose what is sent to ours in somebody's name.
                (own_origin, strayed) = (false, true);
                keep_what_is_for_anybody(&mut next.headers);
            }
            redirected = Some(next);
        }
        Err(misled("too many redirects").into())
    }

    /// `request` as it goes out, and whether there is a credential on it.
    async fn outgoing(
        &self,
        request: &Prepared,
        credentials: Credentials<'_>,
        own_origin: bool,
        contents: Contents,
        stage: &Stage,
    ) -> Result<(TransportRequest, bool), Error> {
        let body = match &request.body {
            Some(body) => Some(body.open().await?),
            None => None,
        };
        let mut outgoing = TransportRequest {
            method: request.method.clone(),
            url: request.url.clone(),
            headers: request.headers.clone(),
            body,
            own_connection: contents == Contents::Secret,
            stage: stage.clone(),
        };
        for name in self.headers.keys().filter(|name| own_origin || is_for_anybody(name, &self.headers)) {
            if !request.headers.contains_key(name) || name == COOKIE {
                outgoing
                    .headers
                    .extend(self.headers.get_all(name).iter().map(|value| (name.clone(), value.clone())));
            }
        }
        if let Some(Entry::Occupied(mut own)) =
            self.signs_by.as_ref().map(|name| outgoing.headers.entry(name))
        {
            own.iter_mut().for_each(|value| value.set_sensitive(true));
        }
        let signed = own_origin && self.sign(&mut outgoing, credentials)?;
        header::join_cookies(&mut outgoing.headers);
        Ok((outgoing, signed))
    }

    /// Puts the credentials on `request`. Says whether there were any for its address.
    fn sign(&self, request: &mut TransportRequest, credentials: Credentials<'_>) -> Result<bool, Error> {
        let cookies = credentials.jar.and_then(|jar| jar.header(&request.url, &self.clock));
        if credentials.header.is_none() && cookies.is_none() {
            return Ok(false);
        }
        must_be_private(&request.url)?;
        if let Some((name, value)) = credentials.header {
            request.headers.insert(name.clone(), value.clone());
        }
        if let Some(cookies) = cookies {
            request.headers.append(COOKIE, cookies);
        }
        Ok(true)
    }
}

fn must_be_private(url: &Url) -> Result<(), InvalidRequest> {
    if may_carry_credentials(url) {
        return Ok(());
    }
    Err(InvalidRequest::new(
        url.origin().ascii_serialization(),
        "would carry a credential in the clear: use https, or a loopback address such as http://localhost (its subdomains are none)",
    ))
}

fn misled(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> TransportError {
    TransportError::new(TransportErrorKind::Redirect, why)
}

/// Where the answer redirects to, if it does (RFC 9110, 15.4).
fn location(status: StatusCode, headers: &HeaderMap) -> Option<&HeaderValue> {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308).then(|| headers.get(LOCATION)).flatten()
}

/// Makes `request`, which was answered with a redirect, the request for where it leads.
fn redirect(
    request: &mut Prepared,
    status: StatusCode,
    location: &HeaderValue,
) -> Result<(), TransportError> {
    // Servers write what they should have encoded, and every client reads it.
    let target = text::of_address(location.as_bytes());
    let target = request.url.join(&target).ok().filter(|target| matches!(target.scheme(), "http" | "https"));
    let Some(mut target) = target else {
        return Err(misled("the address is not valid"));
    };
    target.set_fragment(None);
    if is_too_long(&target) {
        return Err(misled(format!("the address is longer than {ADDRESS_LIMIT} bytes")));
    }
    request.url = target;
    let becomes_get = match status.as_u16() {
        301 | 302 => request.method == Method::POST,
        303 => request.method != Method::HEAD,
        _ => false,
    };
    if becomes_get {
        request.method = Method::GET;
        request.body = None;
        for name in [CONTENT_TYPE, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LOCATION] {
            request.headers.remove(name);
        }
    }
    Ok(())
}

/// Leaves the headers that only say what is sent and what is understood: any other may be a credential, and another origin
/// is none of ours.
fn keep_what_is_for_anybody(headers: &mut HeaderMap) {
    let others: Vec<_> = headers.keys().filter(|name| !is_for_anybody(name, headers)).cloned().collect();
    for name in others {
        headers.remove(name);
    }
}

/// Whether the lines of `name` in `headers` may go to another origin. One that is marked sensitive is a credential under any name.
fn is_for_anybody(name: &HeaderName, headers: &HeaderMap) -> bool {
    let negotiates = [
        ACCEPT,
        ACCEPT_ENCODING,
        ACCEPT_LANGUAGE,
        CONTENT_ENCODING,
        CONTENT_LANGUAGE,
        CONTENT_TYPE,
        RANGE,
        USER_AGENT,
    ]
    .contains(name);
    negotiates && !headers.get_all(name).iter().any(HeaderValue::is_sensitive)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::Endpoint;
    use crate::request::Request;

    static POST: Endpoint = Endpoint::new("Api::it", "POST", "/it");

    /// What says what is sent and what is understood.
    const FOR_ANYBODY: [&str; 8] = [
        "accept",
        "accept-encoding",
        "accept-language",
        "content-encoding",
        "content-language",
        "content-type",
        "range",
        "user-agent",
    ];
    const FOR_ONE_ORIGIN: [&str; 10] = [
        "accept-token",
        "authorization",
        "content-location",
        "cookie",
        "if-match",
        "if-range",
        "origin",
        "referer",
        "x-api-version",
        "x-key",
    ];

    fn names(headers: &HeaderMap) -> Vec<&str> {
        headers.keys().map(HeaderName::as_str).collect()
    }

    #[test]
    fn i22_another_origin_gets_what_is_for_anybody_and_no_credential() {
        for name in FOR_ANYBODY.into_iter().chain(FOR_ONE_ORIGIN) {
            for sensitive in [&[false][..], &[true], &[false, true], &[true, false]] {
                let mut headers = HeaderMap::new();
                for is_sensitive in sensitive {
                    let mut value = HeaderValue::from_static("v");
                    value.set_sensitive(*is_sensitive);
                    headers.append(HeaderName::from_static(name), value);
                }
                keep_what_is_for_anybody(&mut headers);
                let stays = FOR_ANYBODY.contains(&name) && !sensitive.contains(&true);
                assert_eq!(!headers.is_empty(), stays, "I22: {name}, sensitive: {sensitive:?}");
            }
        }
    }

    #[test]
    fn what_is_said_about_a_body_goes_when_there_is_none() {
        const OF_THE_BODY: [&str; 4] =
            ["content-encoding", "content-language", "content-location", "content-type"];
        let own = Base::parse("https://a.example").unwrap();
        for (status, method, becomes_get) in [
            (301, "POST", true),
            (302, "POST", true),
            (303, "POST", true),
            (307, "POST", false),
            (308, "POST", false),
            (301, "PUT", false),
            (302, "PUT", false),
            (303, "PUT", true),
            (303, "GET", true),
            (303, "HEAD", false),
        ] {
            let mut request = Request::new(&own, &POST).prepare(None).unwrap();
            request.method = method.parse().unwrap();
            for name in FOR_ANYBODY.into_iter().chain(FOR_ONE_ORIGIN) {
                request.headers.insert(name, HeaderValue::from_static("v"));
            }
            let all = request.headers.len();
            let status = StatusCode::from_u16(status).unwrap();
            redirect(&mut request, status, &HeaderValue::from_static("/to#top")).unwrap();
            assert_eq!(request.url.as_str(), "https://a.example/to");
            let method = if becomes_get { "GET" } else { method };
            assert_eq!(request.method, method, "{status}");
            let (left, gone) = (names(&request.headers), if becomes_get { OF_THE_BODY.len() } else { 0 });
            assert_eq!(left.len(), all - gone, "{status} {method}: {left:?}");
            assert!(
                !becomes_get || OF_THE_BODY.iter().all(|name| !left.contains(name)),
                "{status}: {left:?}"
            );
        }
    }
}
