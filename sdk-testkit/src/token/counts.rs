//! What the token server counts. Knows nothing of tokens.

/// What a [`TokenServer`](crate::TokenServer) has seen since it was made.
///
/// ```
/// use sdk_testkit::{Counts, TokenServer};
///
/// assert_eq!(TokenServer::new().counts(), Counts { logins: 0, ..Counts::default() });
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Logins granted, those of [`Authority::issue`](crate::Authority::issue) included.
    pub logins: usize,
    /// Requests that reached the refresh endpoint, with any outcome: those held, refused, abandoned by the
    /// client or answered by a script count too.
    pub refreshes: usize,
    /// Refreshes that were granted and made new tokens, also if the answer was lost on its way.
    pub rotations: usize,
    /// Spent refresh tokens presented again, with or without reuse detection.
    pub reused: usize,
    /// Calls refused with 401 because their access token was missing, unknown, expired or revoked.
    pub rejected_calls: usize,
    /// Calls let through to their handler.
    pub served_calls: usize,
    /// Requests that reached the logout endpoint.
    pub logouts: usize,
}

/// One thing a [`TokenServer`](crate::TokenServer) counted; see the field of [`Counts`] that each belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// Counted in [`Counts::logins`].
    Login,
    /// Counted in [`Counts::refreshes`], when the request arrives.
    Refresh,
    /// Counted in [`Counts::rotations`], when the tokens are made.
    Rotation,
    /// Counted in [`Counts::reused`].
    Reuse,
    /// Counted in [`Counts::rejected_calls`].
    Rejected,
    /// Counted in [`Counts::served_calls`], when the call is let through.
    Served,
    /// Counted in [`Counts::logouts`].
    Logout,
}

impl Counts {
    pub(crate) fn add(&mut self, event: Event) {
        *match event {
            Event::Login => &mut self.logins,
            Event::Refresh => &mut self.refreshes,
            Event::Rotation => &mut self.rotations,
            Event::Reuse => &mut self.reused,
            Event::Rejected => &mut self.rejected_calls,
            Event::Served => &mut self.served_calls,
            Event::Logout => &mut self.logouts,
        } += 1;
    }
}
