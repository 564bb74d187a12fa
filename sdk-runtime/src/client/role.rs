//! `Role`: how a call is executed, by what its endpoint is.

use super::execute::attempt::CallResponse;
use super::inner::FillFromLogin;
use super::sign_in::SignIn;

/// What the call of an endpoint is to the session, and to its stream.
#[derive(Clone, Copy)]
pub(super) enum Role {
    Plain,
    /// Its stream connects again, so many times in a row.
    Events(u32),
    SignIn(Option<FillFromLogin>),
    SignOut(FillFromLogin),
}

/// The response of a call, by its role.
pub(super) enum Executed {
    Plain(CallResponse),
    SignIn(Box<(CallResponse, SignIn)>),
    SignOut(CallResponse),
}
