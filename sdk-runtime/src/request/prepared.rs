//! `Prepared`: a request that is complete except for its credentials.

use http::header::{ACCEPT, CONTENT_TYPE};
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method};
use url::Url;

use super::header::{self, HeaderArg};
use super::multipart;
use crate::body::{JSON, Payload};
use crate::endpoint::Endpoint;
use crate::error::InvalidRequest;

/// A request that is complete except for its credentials. It can be sent any number of times, unless its body
/// is a stream.
#[derive(Clone)]
pub(crate) struct Prepared {
    pub(crate) endpoint: &'static Endpoint,
    pub(crate) method: Method,
    pub(crate) url: Url,
    /// The headers of the declaration and of the caller. Most requests have none, so a copy costs nothing.
    pub(crate) headers: HeaderMap,
    /// The `accept` of the type of the answer, which is sent where `headers` has none.
    pub(crate) accept: Option<&'static str>,
    /// The default headers of the client that are not sent.
    pub(crate) without: Vec<HeaderName>,
    /// The values of the caller for layers and transports.
    pub(crate) extensions: Extensions,
    pub(crate) body: Option<Payload>,
}

impl Prepared {
    /// Sets a header for this call, in place of that of the declaration.
    pub(crate) fn set_header(&mut self, name: &str, value: &dyn HeaderArg) -> Result<(), InvalidRequest> {
        if self.has_parts() && name.eq_ignore_ascii_case(CONTENT_TYPE.as_str()) {
            return Err(belongs_to_the_parts());
        }
        header::set_by_name(&mut self.headers, name, value)
    }

    /// Returns all headers as they are sent, before the client adds its own.
    pub(crate) fn all_headers(&self) -> HeaderMap {
        let mut headers = match self.headers.is_empty() {
            // Room for the credential and for some of the client's.
            true => HeaderMap::with_capacity(6),
            false => self.headers.clone(),
        };
        if let Some(accept) = self.accept {
            // The value of most, which is not checked again.
            let is_json = JSON.as_bytes() == accept.as_bytes();
            let of_the_type = || if is_json { JSON } else { HeaderValue::from_static(accept) };
            headers.entry(ACCEPT).or_insert_with(of_the_type);
        }
        headers
    }

    /// Whether `name` is among the headers of [`all_headers`](Self::all_headers).
    pub(crate) fn has_header(&self, name: &HeaderName) -> bool {
        self.headers.contains_key(name) || (self.accept.is_some() && name == ACCEPT)
    }

    /// Whether its body is a form with files, whose media type names the boundary between them.
    pub(crate) fn has_parts(&self) -> bool {
        self.headers.get(CONTENT_TYPE).is_some_and(multipart::is_ours)
    }

    /// Whether it can be sent any number of times.
    pub(crate) fn is_replayable(&self) -> bool {
        self.body.as_ref().is_none_or(Payload::is_replayable)
    }

    /// Whether its body is a stream that has been read, so that it cannot be sent again.
    pub(crate) fn is_spent(&self) -> bool {
        self.body.as_ref().is_some_and(Payload::is_spent)
    }
}

pub(super) fn belongs_to_the_parts() -> InvalidRequest {
    InvalidRequest::new("content-type", "is that of the parts, which tells where each ends")
}
