//! `Keyed`: what a pool adds to the requests of one of its keys.

use std::sync::Arc;

use http::{Extensions, HeaderMap};

use crate::endpoint::Endpoint;

/// The key of a pool whose login sends requests. It is called for each of them, those of the session
/// included.
pub(crate) trait Keyed: Send + Sync {
    /// Adds the key to the extensions that layers and transports see.
    fn name_in(self: Arc<Self>, extensions: &mut Extensions);

    /// Whether [`set_headers`](Self::set_headers) has functions of the user's to call.
    fn sets_headers(&self) -> bool;

    /// Sets headers of a request to the client's own origins before it is signed.
    fn set_headers(&self, endpoint: &'static Endpoint, headers: &mut HeaderMap);
}
