//! Clients that also have the endpoints of supertraits.

use crate::session::RefreshEndpoint;

/// A client that also has the endpoints of the client `C`: `extends` in the declaration.
pub trait Extends<C>: Send + Sync {
    /// Returns the other client, which shares the session and the connections.
    fn extended(&self) -> &C;
}

/// Returns the refresh of the first trait that has one.
#[must_use]
pub const fn first_refresh(
    refreshes: &[Option<&'static RefreshEndpoint>],
) -> Option<&'static RefreshEndpoint> {
    match refreshes {
        [] => None,
        [Some(first), ..] => Some(*first),
        [None, rest @ ..] => first_refresh(rest),
    }
}
