//! `Called`: the endpoint that an error belongs to.

use std::fmt;

use crate::endpoint::Endpoint;

/// The endpoint whose call failed. It is set where the error leaves the call, so that no part below has to
/// know it. `None` outside of a call, as for a session that is resumed.
#[derive(Clone, Copy, Default)]
pub(crate) struct Called(Option<&'static Endpoint>);

impl Called {
    /// Returns the endpoint.
    pub(crate) fn get(self) -> Option<&'static Endpoint> {
        self.0
    }

    /// Sets the endpoint, unless one is set.
    pub(crate) fn set(&mut self, endpoint: &'static Endpoint) {
        self.0.get_or_insert(endpoint);
    }
}

impl From<&'static Endpoint> for Called {
    fn from(endpoint: &'static Endpoint) -> Self {
        Self(Some(endpoint))
    }
}

/// Is always equal, so that an error equals one that a test has made without an endpoint.
impl PartialEq for Called {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Called {}

impl fmt::Debug for Called {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.map_or("none", Endpoint::qualified_name))
    }
}

/// Gives an error the accessor of its endpoint, which is in the field `$called`.
macro_rules! has_endpoint {
    ($error:ident, $called:tt) => {
        impl $error {
            /// Returns the endpoint whose call failed, or `None` outside of a call.
            #[must_use]
            pub fn endpoint(&self) -> Option<&'static crate::endpoint::Endpoint> {
                self.$called.get()
            }

            pub(super) fn set_endpoint(&mut self, endpoint: &'static crate::endpoint::Endpoint) {
                self.$called.set(endpoint);
            }
        }
    };
}

pub(super) use has_endpoint;
