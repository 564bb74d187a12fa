//! The origin that the server of a login names for its calls, and which origins a client accepts.
//!
//! - **I22** A login moves to no origin that the program has not allowed.

use std::fmt;
use std::sync::Arc;

use url::Url;

use crate::error::InvalidRequest;
use crate::request::base::{Insecure, is_same_origin, may_carry_credentials, names_a_user};

/// A user's function that accepts an origin.
pub(crate) type AcceptsOrigin = Arc<dyn Fn(&Url) -> bool + Send + Sync>;

/// The origins that a login may move to.
#[derive(Clone)]
pub(crate) struct Moves {
    /// The base that it moves from.
    pub(crate) from: Url,
    pub(crate) allowed: Vec<Url>,
    pub(crate) accepts: Option<AcceptsOrigin>,
    pub(crate) insecure: Insecure,
}

impl Moves {
    /// Returns the origin of `text`, or why no login moves there.
    pub(crate) fn target(this: Option<&Self>, text: &str) -> Result<Arc<Url>, InvalidRequest> {
        let invalid = |reason: String| InvalidRequest::new("Tokens::api_origin", reason);
        let url =
            Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let Some(mut url) = url.filter(|url| !names_a_user(url)) else {
            return Err(invalid("is no address with a scheme and a host".to_owned()));
        };
        url.set_path("");
        url.set_query(None);
        url.set_fragment(None);
        let origin = url.origin().ascii_serialization();
        let Some(this) = this else {
            return Err(invalid(format!(
                "moves the login to `{origin}`: allow it by `.allowed_origins([\"{origin}\"])` of the builder"
            )));
        };
        let may = may_carry_credentials(&url)
            || this.insecure.origins().iter().any(|allowed| is_same_origin(allowed, &url));
        if !may {
            return Err(invalid(format!(
                "moves the login to `{origin}`, which is in the clear: it must be https"
            )));
        }
        let is_listed = is_same_origin(&this.from, &url)
            || this.allowed.iter().any(|allowed| is_same_origin(allowed, &url));
        if is_listed || this.accepts.as_ref().is_some_and(|accepts| accepts(&url)) {
            return Ok(Arc::new(url));
        }
        Err(invalid(format!(
            "moves the login to `{origin}`, which is none of `.allowed_origins(…)`, and is not accepted by \
             `.allow_origin_if(…)`"
        )))
    }
}

impl fmt::Debug for Moves {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Moves").field("allowed", &self.allowed).finish_non_exhaustive()
    }
}
