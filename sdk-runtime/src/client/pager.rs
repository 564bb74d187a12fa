//! The pager: which request follows a page. `Series` has the login that it is sent under.

use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use url::{Url, form_urlencoded};

use super::deadline::CallLimits;
use super::execute::attempt::AttemptResponse;
use super::execute::authorize::Authorization;
use super::idempotency;
use super::inner::{Client, Inner};
use super::retry_policy::OwnRetry;
use super::series::{InFlight, Series};
use crate::body::{Content, Payload};
use crate::endpoint::Endpoint;
use crate::error::{Error, InvalidRequest};
use crate::request::base::{ADDRESS_LIMIT, is_same_origin, is_too_long, names_a_user};
use crate::request::{Prepared, member, query_key, too_long_error};

/// The position in a list, and the request of the next page.
pub(super) struct Pager {
    pub(super) series: Series,
    pub(super) endpoint: &'static Endpoint,
    /// The request of the next page.
    pub(super) request: Result<Box<Prepared>, InvalidRequest>,
    /// The address that links in the last page are relative to. `None` if another origin chose that page.
    context: Option<Url>,
    visited: VisitedPages,
    /// The argument with the JSON body that names the next page. `None` if the query does.
    body: Option<&'static str>,
    /// Whether `request` asks for another page than the one that the caller has begun with.
    has_moved: bool,
}

/// A page in flight.
pub(super) type PageFuture = InFlight<Result<FetchedPage, Error>>;

/// A page that has arrived, and what the pager learns from it.
pub(super) struct FetchedPage {
    pub(super) attempt: AttemptResponse,
    authorization: Arc<Authorization>,
    url: Url,
    body: Option<Payload>,
}

impl Pager {
    pub(super) fn new(
        client: Client,
        endpoint: &'static Endpoint,
        request: Result<Box<Prepared>, InvalidRequest>,
        retry: Option<Box<OwnRetry>>,
    ) -> Box<Self> {
        let limits = CallLimits::new(endpoint, client.0.timeout);
        let visited = VisitedPages::default();
        Box::new(Self {
            series: Series::new(client, limits, retry),
            endpoint,
            request,
            context: None,
            visited,
            body: None,
            has_moved: false,
        })
    }

    /// Lets the JSON body in `argument` name the next page, in place of the query.
    pub(super) fn set_in_body(&mut self, argument: &'static str) {
        self.body = Some(argument);
    }

    /// Sends the request of the next page.
    pub(super) fn fetch(&self) -> PageFuture {
        let (series, request) = (self.series.clone(), self.request.clone());
        self.series.entered(Box::pin(async move {
            // Each page is a request of its own, and needs a key of its own.
            let request = request.and_then(|mut request| {
                idempotency::give_key(&mut request)?;
                Ok(request)
            });
            let sent = series.send(request.as_deref().map_err(|error| error.clone().into()), true).await;
            let (attempt, authorization) = sent?;
            let request = request?;
            let inner = &*series.client.0;
            let origin = match *authorization {
                Authorization::Unsigned(_) => None,
                _ => inner.session.shell().origin(),
            };
            let moved = inner.moved(&request, origin.as_deref());
            let url = moved.map_or(request.url, |moved| moved.url);
            Ok(FetchedPage { attempt, authorization, url, body: request.body })
        }))
    }

    /// Records the page that has arrived.
    pub(super) fn record(&mut self, page: FetchedPage) -> AttemptResponse {
        let FetchedPage { attempt, authorization, url, body } = page;
        self.series.belongs_to(authorization);
        self.visited.insert(&url, body.as_ref());
        let answered = attempt.redirected.as_ref().map_or(&url, |redirected| &redirected.url);
        self.visited.insert(answered, body.as_ref());
        // Another origin must not choose what is sent to ours under a login.
        self.context = (!attempt.left_trusted_origin).then(|| answered.clone());
        attempt
    }

    /// Moves to the page at `target`, which is relative to the page that named it. `by` is what named it.
    /// Returns `false` without a target, which is the end.
    pub(super) fn follow(
        &mut self,
        by: &'static str,
        target: Option<String>,
    ) -> Result<bool, InvalidRequest> {
        let Some(target) = target else {
            return Ok(false);
        };
        let Some(context) = &self.context else {
            let reason = "came from another origin, to which the server had redirected: it is not followed";
            return Err(InvalidRequest::new(by, reason));
        };
        let request = self.request.as_mut().map_err(|error| error.clone())?;
        let next = next_address(by, &target, context, &request.url, (&*self.series.client.0, self.endpoint))?;
        if self.visited.contains(&next, request.body.as_ref()) {
            return Err(InvalidRequest::new(by, "leads back to a page that was asked for before"));
        }
        request.url = next;
        self.has_moved = true;
        Ok(true)
    }

    /// Moves to the page at `value` of the query parameter, or of the member of the body. The value of a
    /// member is JSON.
    pub(super) fn set_parameter(
        &mut self,
        parameter: &'static str,
        value: &str,
    ) -> Result<(), InvalidRequest> {
        let request = self.request.as_mut().map_err(|error| error.clone())?;
        let next = with_value(request, self.body, parameter, value)?;
        if self.visited.contains(&next.url, next.body.as_ref()) {
            return Err(InvalidRequest::new(
                parameter,
                "would ask again for a page that was asked for before",
            ));
        }
        *request = next;
        self.has_moved = true;
        Ok(())
    }

    /// Whether `cursor` says that there is no next page. In a body it is JSON.
    pub(super) fn is_no_cursor(&self, cursor: &str) -> bool {
        cursor.is_empty() || self.body.is_some() && matches!(cursor, "null" | "\"\"")
    }

    /// Returns the number of the first page: what the caller has set, or `first`.
    pub(super) fn first_number(&mut self, parameter: &'static str, first: u64) -> u64 {
        let Ok(request) = &mut self.request else {
            return first;
        };
        if let Some(number) = value_of(request, self.body, parameter).and_then(|value| value.parse().ok()) {
            return number;
        }
        match with_value(request, self.body, parameter, &first.to_string()) {
            Ok(next) => *request = next,
            Err(error) => self.request = Err(error),
        }
        first
    }

    /// Returns what [`start_at`](Self::start_at) continues from: the value of `parameter`, or the address.
    /// `None` while it is the page that the caller has begun with.
    pub(super) fn position(&self, parameter: Option<&'static str>) -> Option<String> {
        let request = self.request.as_ref().ok().filter(|_| self.has_moved)?;
        match parameter {
            Some(parameter) => value_of(request, self.body, parameter),
            None => Some(request.url.to_string()),
        }
    }

    /// Begins with the page at `position`, by the rules of a link.
    pub(super) fn start_at(&mut self, parameter: Option<&'static str>, position: &str) {
        let Ok(request) = &mut self.request else { return };
        let moved = match parameter {
            Some(parameter) => with_value(request, self.body, parameter, position),
            None => {
                let (own, client) = (&request.url, (&*self.series.client.0, self.endpoint));
                let url = next_address("position", position, own, own, client);
                url.map(|url| Box::new(Prepared { url, ..(**request).clone() }))
            }
        };
        self.request = moved;
        self.has_moved = true;
    }
}

/// Returns the address that `target` names from `context`, if a request like the one to `own` may go there.
fn next_address(
    by: &'static str,
    target: &str,
    context: &Url,
    own: &Url,
    (client, endpoint): (&Inner, &Endpoint),
) -> Result<Url, InvalidRequest> {
    let invalid = |reason| InvalidRequest::new(by, reason);
    let mut next = context.join(target).map_err(|_| invalid("leads to the next page by no address"))?;
    next.set_fragment(None);
    let base = &client.route.base;
    if let Some(name) = client.session.shell().attachment.query()
        && endpoint.auth.is_signed()
        && base.trusts(&next)
    {
        query_key::remove_name(&mut next, name);
    }
    let is_trusted = base.trusts(context) && base.trusts(&next);
    let is_downgrade = context.scheme() == "https" && next.scheme() != "https";
    if !is_same_origin(&next, own) && !is_same_origin(&next, context) && (!is_trusted || is_downgrade) {
        // Arguments and headers of a caller go only where the client was told to send them.
        return Err(invalid("leads to the next page at another origin: it is not followed"));
    }
    if is_too_long(&next) {
        let reason = format!("leads to the next page by an address of more than {ADDRESS_LIMIT} bytes");
        return Err(InvalidRequest::new(by, reason));
    }
    if names_a_user(&next) {
        return Err(invalid("leads to the next page with a user or a password in its address"));
    }
    Ok(next)
}

/// Returns the value of the query parameter, or of the member of the body.
fn value_of(request: &Prepared, body: Option<&str>, parameter: &str) -> Option<String> {
    match body {
        None => {
            let mut pairs = request.url.query_pairs();
            pairs.find(|(name, _)| name == parameter).map(|(_, value)| value.into_owned())
        }
        Some(_) => member::member(request.body.as_ref()?.bytes()?, parameter).map(str::to_owned),
    }
}

/// Returns `request` with this value of the query parameter, or of the member of the body in the argument
/// `body`.
fn with_value(
    request: &Prepared,
    body: Option<&'static str>,
    parameter: &'static str,
    value: &str,
) -> Result<Box<Prepared>, InvalidRequest> {
    let Some(argument) = body else {
        let url = with_parameter(&request.url, parameter, value);
        return match is_too_long(&url) {
            true => Err(too_long_error(parameter)),
            false => Ok(Box::new(Prepared { url, ..request.clone() })),
        };
    };
    let bytes = request.body.as_ref().and_then(Payload::bytes);
    let bytes = bytes.ok_or_else(|| InvalidRequest::new(argument, "has no JSON that could name a page"))?;
    let bytes = member::with_member(bytes, parameter, value);
    let bytes = bytes.map_err(|reason| InvalidRequest::new(argument, reason))?;
    let body = Some(Payload::One(Content::Bytes(bytes.into())));
    Ok(Box::new(Prepared { body, ..request.clone() }))
}

/// The requests that were sent, by their addresses and bodies. Only hashes are stored, because a list may be
/// long.
#[derive(Default)]
struct VisitedPages {
    hashes: HashSet<u64>,
    hasher: RandomState,
}

impl VisitedPages {
    fn insert(&mut self, url: &Url, body: Option<&Payload>) {
        self.hashes.insert(self.hash(url, body));
    }

    fn contains(&self, url: &Url, body: Option<&Payload>) -> bool {
        self.hashes.contains(&self.hash(url, body))
    }

    fn hash(&self, url: &Url, body: Option<&Payload>) -> u64 {
        self.hasher.hash_one((url, body.and_then(Payload::bytes)))
    }
}

/// Returns `url` with this value of the query parameter, in place of the values it has. The rest stays as it
/// is written.
fn with_parameter(url: &Url, parameter: &str, value: &str) -> Url {
    let is_other = |pair: &&str| {
        let name = form_urlencoded::parse(pair.as_bytes()).next().map_or(Cow::Borrowed(""), |(name, _)| name);
        !pair.is_empty() && name != parameter
    };
    let mut query: Vec<Cow<'_, str>> =
        url.query().unwrap_or_default().split('&').filter(is_other).map(Cow::Borrowed).collect();
    query.push(Cow::Owned(format!("{}={}", encoded(parameter), encoded(value))));
    let query = query.join("&");
    let mut url = url.clone();
    url.set_query(Some(&query));
    url
}

/// Percent-encodes `text`, with `%20` for a space as in every other query.
fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_replaced_and_the_others_stay_as_they_are() {
        for (before, after) in [
            ("http://a/p", "http://a/p?after=x%20%2B%26"),
            ("http://a/p?q=a%20b&after=1&l=%2F", "http://a/p?q=a%20b&l=%2F&after=x%20%2B%26"),
            ("http://a/p?%61fter=1&after=2&after", "http://a/p?after=x%20%2B%26"),
            ("http://a/p?afters=1&&b", "http://a/p?afters=1&b&after=x%20%2B%26"),
        ] {
            let url = with_parameter(&Url::parse(before).unwrap(), "after", "x +&");
            assert_eq!(url.as_str(), after);
        }
    }
}
