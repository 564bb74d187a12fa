//! The pager: which request follows a page, and under which login it is sent.
//!
//! - **I12** Every page is fetched under the identity of the first.

use std::borrow::Cow;
use std::collections::HashSet;
use std::future::Future;
use std::hash::{BuildHasher, RandomState};
use std::pin::Pin;
use std::sync::Arc;

use url::{Url, form_urlencoded};

use super::deadline::{CallLimits, Progress};
use super::execute::attempt::{AttemptResponse, Execution};
use super::execute::authorize::Authorization;
use super::execute::retry::RetryBudget;
use super::idempotency;
use super::inner::Client;
use crate::endpoint::Endpoint;
use crate::error::{Error, InvalidRequest};
use crate::request::base::{ADDRESS_LIMIT, is_same_origin, is_too_long, names_a_user};
use crate::request::{Prepared, query_key, too_long_error};
use crate::response::{Head, next_link};

/// The position in a list, and the request of the next page.
pub(super) struct Pager {
    client: Client,
    pub(super) endpoint: &'static Endpoint,
    /// The request of the next page.
    pub(super) request: Result<Prepared, InvalidRequest>,
    pub(super) limits: CallLimits,
    pub(super) retry: Option<u32>,
    /// The login of the first page. `None` until that page has arrived.
    authorization: Option<Arc<Authorization>>,
    /// The address that links in the last page are relative to. `None` if another origin chose that page.
    context: Option<Url>,
    visited: VisitedPages,
}

/// A page in flight.
pub(super) type PageFuture = Pin<Box<dyn Future<Output = Result<FetchedPage, Error>> + Send>>;

/// A page that has arrived, and what the pager learns from it.
pub(super) struct FetchedPage {
    pub(super) attempt: AttemptResponse,
    authorization: Arc<Authorization>,
    url: Url,
}

impl Pager {
    pub(super) fn new(
        client: Client,
        endpoint: &'static Endpoint,
        request: Result<Prepared, InvalidRequest>,
    ) -> Box<Self> {
        let limits = CallLimits::new(endpoint, client.0.timeout);
        let visited = VisitedPages::default();
        Box::new(Self {
            client,
            endpoint,
            request,
            limits,
            retry: None,
            authorization: None,
            context: None,
            visited,
        })
    }

    /// Sends the request of the next page.
    pub(super) fn fetch(&self) -> PageFuture {
        let (client, request, authorization) =
            (self.client.clone(), self.request.clone(), self.authorization.clone());
        let (limits, retry) = (self.limits.clone(), self.retry);
        let spawner = self.client.spawner().clone();
        let fetching = Box::pin(async move {
            let progress = Progress::default();
            let timeout = limits.timeout;
            let page = async {
                let mut request = request?;
                // Each page is a request of its own, and needs a key of its own.
                idempotency::give_key(&mut request)?;
                let inner = &*client.0;
                let retry = RetryBudget::new(&request, retry, inner, timeout)?;
                let authorization = match authorization {
                    Some(authorization) => authorization,
                    None => Arc::new(inner.authorize(&request).await?),
                };
                let mut execution = Execution { client: inner, progress: &progress, retry, whole: true };
                let attempt = execution.run(&authorization, &request).await?;
                let origin = match *authorization {
                    Authorization::Unsigned(_) => None,
                    _ => inner.session.shell().origin(),
                };
                let moved = inner.moved(&request, origin.as_deref());
                let url = moved.map_or(request.url, |moved| moved.url);
                Ok(FetchedPage { attempt, authorization, url })
            };
            limits.enforce(&progress, page).await
        });
        match spawner.enter(fetching) {
            Ok(entered) => Box::pin(entered),
            Err(fetching) => fetching,
        }
    }

    /// Records the page that has arrived.
    pub(super) fn record(&mut self, page: FetchedPage) -> AttemptResponse {
        let FetchedPage { attempt, authorization, url } = page;
        self.authorization = Some(authorization);
        self.visited.insert(&url);
        let answered = attempt.redirected.as_ref().map_or(&url, |redirected| &redirected.url);
        self.visited.insert(answered);
        // Another origin must not choose what is sent to ours under a login.
        self.context = (!attempt.left_trusted_origin).then(|| answered.clone());
        attempt
    }

    /// Moves to the page that `head` links to. Returns `false` after the last page.
    pub(super) fn follow_link(&mut self, head: &Head) -> Result<bool, InvalidRequest> {
        let Some(target) = next_link(head.headers()) else {
            return Ok(false);
        };
        let invalid = |reason| InvalidRequest::new("Link", reason);
        let request = self.request.as_mut().map_err(|error| error.clone())?;
        let Some(context) = &self.context else {
            return Err(invalid(
                "came from another origin, to which the server had redirected: it is not followed",
            ));
        };
        let mut next = context.join(&target).map_err(|_| invalid("leads to the next page by no address"))?;
        next.set_fragment(None);
        let inner = &self.client.0;
        if let Some(name) = inner.session.shell().attachment.query()
            && self.endpoint.auth.is_signed()
            && inner.upstream.base.trusts(&next)
        {
            query_key::remove_name(&mut next, name);
        }
        if !is_same_origin(&next, &request.url) && !is_same_origin(&next, context) {
            // Arguments and headers of a caller go only where the client was told to send them.
            return Err(invalid("leads to the next page at another origin: it is not followed"));
        }
        if is_too_long(&next) {
            let reason = format!("leads to the next page by an address of more than {ADDRESS_LIMIT} bytes");
            return Err(InvalidRequest::new("Link", reason));
        }
        if names_a_user(&next) {
            return Err(invalid("leads to the next page with a user or a password in its address"));
        }
        if self.visited.contains(&next) {
            return Err(invalid("leads back to a page that was asked for before"));
        }
        request.url = next;
        Ok(true)
    }

    /// Moves to the page at `value` of the query parameter.
    pub(super) fn set_parameter(
        &mut self,
        parameter: &'static str,
        value: &str,
    ) -> Result<(), InvalidRequest> {
        let request = self.request.as_mut().map_err(|error| error.clone())?;
        let next = with_parameter(&request.url, parameter, value);
        if is_too_long(&next) {
            return Err(too_long_error(parameter));
        }
        if self.visited.contains(&next) {
            return Err(InvalidRequest::new(
                parameter,
                "would ask again for a page that was asked for before",
            ));
        }
        request.url = next;
        Ok(())
    }

    /// Returns the number of the first page: what the caller has set, or `first`.
    pub(super) fn first_number(&mut self, parameter: &'static str, first: u64) -> u64 {
        let Ok(request) = &mut self.request else {
            return first;
        };
        let asked = request.url.query_pairs().find(|(name, _)| name == parameter);
        if let Some(number) = asked.and_then(|(_, value)| value.parse().ok()) {
            return number;
        }
        let next = with_parameter(&request.url, parameter, &first.to_string());
        match is_too_long(&next) {
            true => self.request = Err(too_long_error(parameter)),
            false => request.url = next,
        }
        first
    }
}

/// The addresses that were requested. Only their hashes are stored, because a list may be long.
#[derive(Default)]
struct VisitedPages {
    hashes: HashSet<u64>,
    hasher: RandomState,
}

impl VisitedPages {
    fn insert(&mut self, url: &Url) {
        self.hashes.insert(self.hasher.hash_one(url));
    }

    fn contains(&self, url: &Url) -> bool {
        self.hashes.contains(&self.hasher.hash_one(url))
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
