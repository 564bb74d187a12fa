//! A call that outlived the login it began under.

use std::fmt;

/// Somebody else signed in while the call was under way, so it was not sent, or not sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdentityChanged {
    sent: bool,
}

impl IdentityChanged {
    pub(crate) fn new(sent: bool) -> Self {
        Self { sent }
    }

    /// Whether the server has seen the request, under the login that was current then.
    #[must_use]
    pub fn was_sent(&self) -> bool {
        self.sent
    }
}

impl fmt::Display for IdentityChanged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.sent {
            "somebody else signed in while the call was under way; it was sent for the former user only"
        } else {
            "somebody else signed in before the call was sent; it was not sent"
        })
    }
}

impl std::error::Error for IdentityChanged {}
