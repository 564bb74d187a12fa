//! The errors that say everything by their name: `NotSignedIn`, `Cancelled`, `Closed`, `Unimplemented`.

use std::fmt;

use super::called::{Called, has_endpoint};

macro_rules! plain {
    ($($(#[doc = $doc:literal])+ $name:ident: $text:literal,)+) => {$(
        $(#[doc = $doc])+
        ///
        /// A fake makes one by `default()`.
        #[derive(Clone, Copy, PartialEq, Eq, Default)]
        pub struct $name {
            called: Called,
        }

        has_endpoint!($name, called);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str($text)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        }

        impl std::error::Error for $name {}
    )+};
}

plain! {
    /// The endpoint needs a login, and there is none. Nothing was sent.
    NotSignedIn: "no user is signed in: sign in first, declare the endpoint with `auth = none`, or build the \
        client with `.bearer(…)`",
    /// The caller's `CancellationToken` was cancelled.
    Cancelled: "the call was cancelled by its caller",
    /// The session was closed.
    Closed: "the session was closed",
    /// A fake does not implement this endpoint.
    Unimplemented: "this fake does not implement the endpoint",
}
