//! A call that outlived the login it began under.

use std::fmt;

/// The login changed while the call was under way, so it was not sent, or not sent again. For a sign-in: somebody signed
/// in or out before its answer came, so it signed nobody in.
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
            "the login changed while the call was under way; what was sent, was sent under the former one"
        } else {
            "the login changed before the call was sent; it was not sent"
        })
    }
}

impl std::error::Error for IdentityChanged {}
