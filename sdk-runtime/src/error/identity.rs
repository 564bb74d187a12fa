//! `IdentityChanged`: a call that outlived its login.

use std::fmt;

use super::called::{Called, has_endpoint};

/// The login changed while the call was in progress, so the call was not sent, or not sent again. A sign-in
/// fails with this if a sign-in or sign-out came before its response, and then starts no login.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct IdentityChanged {
    sent: bool,
    called: Called,
}

has_endpoint!(IdentityChanged, called);

impl IdentityChanged {
    pub(crate) fn new(sent: bool) -> Self {
        Self { sent, called: Called::default() }
    }

    /// Whether the server has received the request, under the login of that time.
    #[must_use]
    pub fn was_sent(&self) -> bool {
        self.sent
    }
}

impl fmt::Display for IdentityChanged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.sent {
            "the login changed while the call was under way; what was sent, was sent under the former one"
        } else {
            "the login changed before the call was sent; it was not sent"
        })
    }
}

impl fmt::Debug for IdentityChanged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentityChanged").field("sent", &self.sent).finish()
    }
}

impl std::error::Error for IdentityChanged {}
