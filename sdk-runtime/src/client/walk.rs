//! The way from one page to the next, whatever is on them: which request follows, and as whom it is sent.
//!
//! - **I12** Every page is fetched under the identity of the first.

use std::borrow::Cow;

use url::{Url, form_urlencoded};

use super::Client;
use super::idempotency;
use super::limits::{Limits, Progress};
use super::pipeline::{Caller, Reply, Way};
use super::retry::Retry;
use crate::endpoint::Endpoint;
use crate::error::{Error, InvalidRequest};
use crate::request::Prepared;
use crate::response::{Head, next_link};

/// Pages on their way.
pub(super) struct Walk {
    client: Client,
    pub(super) endpoint: &'static Endpoint,
    /// The request of the next page.
    pub(super) request: Result<Prepared, InvalidRequest>,
    pub(super) limits: Limits,
    /// `None` until the first page is asked for.
    caller: Option<Caller>,
    /// What links in the last page are relative to; `None` where they are somebody else's.
    context: Option<Url>,
}

impl Walk {
    pub(super) fn new(
        client: Client,
        endpoint: &'static Endpoint,
        request: Result<Prepared, InvalidRequest>,
    ) -> Box<Self> {
        let limits = Limits::new(endpoint, client.0.timeout);
        Box::new(Self { client, endpoint, request, limits, caller: None, context: None })
    }

    /// Asks for the page.
    pub(super) async fn fetch(mut self: Box<Self>) -> (Box<Self>, Result<Reply, Error>) {
        let progress = Progress::default();
        let limits = self.limits.clone();
        let reply = {
            let send = std::pin::pin!(self.send(&progress));
            limits.hold(&progress, send).await
        };
        (self, reply)
    }

    async fn send(&mut self, progress: &Progress) -> Result<Reply, Error> {
        let mut request = self.request.clone()?;
        // One for each page: they are different requests.
        idempotency::give_key(&mut request)?;
        let inner = &*self.client.0;
        let caller = match self.caller.take() {
            Some(caller) => caller,
            None => inner.caller(&request)?,
        };
        let caller = self.caller.insert(caller);
        let retry = Retry::new(&request, None, inner.retry, self.limits.timeout)?;
        let reply = inner.send(caller, &request, &mut Way { progress, retry, whole: true }).await?;
        self.context = match &reply.redirected {
            None => Some(request.url),
            Some(redirected) if reply.own_origin => Some(redirected.url.clone()),
            // Another origin must not choose what is sent to ours in somebody's name.
            Some(_) => None,
        };
        Ok(reply)
    }

    /// Goes on to where the page that came with `head` links. `false`: that was the last one.
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
        if next.origin() != request.url.origin() {
            // Arguments and headers of a caller go where the client was told to send them.
            let reason = format!(
                "leads to the next page at another origin, {}: it is not followed",
                next.origin().ascii_serialization()
            );
            return Err(InvalidRequest::new("Link", reason));
        }
        if !next.username().is_empty() || next.password().is_some() {
            return Err(invalid("leads to the next page with a user or a password in its address"));
        }
        if next == request.url || next == *context {
            return Err(invalid("leads back to the page it came with"));
        }
        request.url = next;
        Ok(true)
    }

    /// Goes on to the page at `value` of the query parameter.
    pub(super) fn set(&mut self, parameter: &'static str, value: &str) -> Result<(), InvalidRequest> {
        let request = self.request.as_mut().map_err(|error| error.clone())?;
        let next = with_parameter(&request.url, parameter, value);
        if next == request.url {
            return Err(InvalidRequest::new(parameter, "would ask for the page again that just came"));
        }
        request.url = next;
        Ok(())
    }

    /// The number of the first page: what the caller asks for, or `first`.
    pub(super) fn number(&mut self, parameter: &'static str, first: u64) -> u64 {
        let Ok(request) = &mut self.request else {
            return first;
        };
        let asked = request.url.query_pairs().find(|(name, _)| name == parameter);
        if let Some(number) = asked.and_then(|(_, value)| value.parse().ok()) {
            return number;
        }
        request.url = with_parameter(&request.url, parameter, &first.to_string());
        first
    }
}

/// `url` with this value of the query parameter in place of those it has; everything else stays as it is written.
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

/// With `%20` for a space, as in every other query.
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
