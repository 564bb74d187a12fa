//! That the generated code means what it says wherever a declaration stands: without a prelude, under names
//! that mean something else, in a macro, in a function, under another name of the crate. Each client is run,
//! against an echo.

mod extensions;
mod fragments;
mod generics;
mod glob;
pub mod lints;
mod names;
mod no_prelude;
mod places;
mod renamed;
mod sessions;
mod shadowed;

use sdk_runtime::ServiceTransport;
use sdk_testkit::{Backend, Reply};

/// A server that answers with what it was asked, in JSON where that is wanted: method, target, the header
/// `x-test`, body.
pub fn echo() -> ServiceTransport<Backend> {
    ServiceTransport::new(Backend::new().fallback(|request| async move {
        let header = request.header("x-test").unwrap_or_default();
        let body = request.text();
        let parts = [request.method().as_str(), request.target(), header, &body];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        match request.header("accept") {
            Some("application/json") => Reply::json(&parts.join(" ")),
            _ => Reply::text(parts.join(" ")),
        }
    }))
}

/// A client of the echo.
#[macro_export]
macro_rules! client {
    ($client:ty) => {
        <$client>::builder("http://localhost").transport($crate::echo()).build().unwrap()
    };
}
