//! The functions of `.on_request(…)`: they set headers of each request before it is signed.

use std::sync::Arc;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::endpoint::Endpoint;
use crate::error::InvalidRequest;
use crate::request::{Prepared, header};

/// One function of `.on_request(…)`.
pub(crate) type OnRequest = Arc<dyn Fn(&'static Endpoint, &mut HeaderMap) + Send + Sync>;

/// Calls `functions`, and then `more`, with the headers of `request` as they are sent. The header of the
/// credential, `signed`, is not theirs to set, and neither are those of the transport and the boundary of a
/// form.
pub(super) fn call(
    functions: &[OnRequest],
    more: impl FnOnce(&mut HeaderMap),
    request: &Prepared,
    signed: Option<&HeaderName>,
    headers: &mut HeaderMap,
) -> Result<(), InvalidRequest> {
    let lines = |headers: &HeaderMap, name: &HeaderName| -> Vec<HeaderValue> {
        headers.get_all(name).iter().cloned().collect()
    };
    let kept: Vec<_> = signed
        .into_iter()
        .chain(Some(&CONTENT_TYPE).filter(|_| request.has_parts()))
        .map(|name| (name.clone(), lines(headers, name)))
        .collect();
    for function in functions {
        function(request.endpoint, headers);
    }
    more(headers);
    for (name, before) in kept {
        if lines(headers, &name) != before {
            let reason = "is not for `.on_request(…)` to set: the client sets it";
            return Err(InvalidRequest::new(name.to_string(), reason));
        }
    }
    for (name, value) in headers.iter_mut() {
        if header::is_set_by_the_transport(name) {
            let reason = "is not for `.on_request(…)` to set: the transport sets it";
            return Err(InvalidRequest::new(name.to_string(), reason));
        }
        header::protect(name, value);
    }
    Ok(())
}
