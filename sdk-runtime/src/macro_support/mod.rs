//! What generated code names: everything it needs, from one place, independent of the user's names.

mod dispatch;
mod implement;
mod lent;

pub use std::boxed::Box;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
pub use std::string::String;
pub use std::sync::Arc;
use std::time::Duration;

pub use crate::__implement as implement;
pub use crate::body::IntoBody;
pub use crate::client::{ApiClient, Call, Client, ClientBuilder, Paginate};
pub use crate::endpoint::{Auth, CallTimeout as Timeout, Endpoint};
use crate::error::ApiError;
pub use crate::error::BuildError;
pub use crate::request::{FieldStyle, QueryStyle, Request};
use crate::response::SuccessResponse;
pub use crate::response::{BufferedResponse, Decoder};
pub use crate::session::{Grant, Needs, RefreshEndpoint, Session, TokenAnswer, TokenRequest, TokenResponse};
pub use dispatch::{
    Decode, Given, PageOf, Return, arg, by_offset, by_offset_in_body, in_body, numbered, numbered_in_body,
};
pub use lent::{Extends, first_refresh};
pub use sdk_macros::__stripped as stripped;

/// The value of `auth = cookies`, which needs the feature `cookies` of `sdk-runtime`.
#[cfg(feature = "cookies")]
pub const COOKIES: Auth = Auth::Cookies;

/// The value and the error of an endpoint's return type, even behind an alias.
///
/// `ASKED` is the constant of the endpoint that is `IS_RESULT`. A bound with a constant that failed is not
/// reported.
#[diagnostic::on_unimplemented(
    message = "an endpoint must return `Result<T>` or `Result<T, E>`",
    label = "`{Self}` is no `Result`",
    note = "help: write `-> sdk_runtime::Result<{Self}>`, or `Result<…>` with `use sdk_runtime::Result;`"
)]
pub trait Returns<const ASKED: bool = true> {
    /// Fails for any other type.
    const IS_RESULT: bool;
    /// The type itself.
    type Whole;
    /// The value.
    type Ok;
    /// The error.
    type Err;
    /// The call.
    type Call;
}

impl<T, E, const ASKED: bool> Returns<ASKED> for Result<T, E> {
    const IS_RESULT: bool = true;
    type Whole = Self;
    type Ok = T;
    type Err = E;
    type Call = Call<T, E>;
}

/// The call of an endpoint whose return type only the compiler can take apart.
pub type CallOf<R, const ASKED: bool = true> = <R as Returns<ASKED>>::Call;

/// The return type itself, if it is a `Result`.
pub type Whole<R, const ASKED: bool> = <R as Returns<ASKED>>::Whole;

/// Puts the argument of `#[body]` on the request.
pub fn body(request: &mut Request, body: impl IntoBody, media_type: Option<&'static str>) {
    request.body(media_type, body.into_body());
}

/// Requires an error type as of any endpoint, although no caller gets an error of a refresh.
pub const fn error_of_refresh<E: ApiError>() {}

/// Reads the tokens of a successful response.
pub fn tokens<T: TokenResponse>(decoder: Decoder<T>, answer: BufferedResponse) -> TokenAnswer {
    if let Some(refusal) = T::refusal(&answer) {
        return Ok(Err(refusal));
    }
    let head = answer.head().clone();
    decoder.decode(SuccessResponse::Whole(Box::new(answer))).map(|value| value.tokens(&head))
}

/// A duration in milliseconds.
#[must_use]
pub const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// The return type of an erased trait's method.
pub type BoxedCall<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Whether a body of the type `T` can be sent again, if that is known.
pub struct Resend<T>(PhantomData<fn() -> T>);

impl<T: IntoBody> Resend<T> {
    /// What the type says.
    pub const POSSIBLE: bool = T::REPLAYABLE;
}

/// The answer for a type that is no body, which is reported elsewhere.
pub trait ResendUnknown {
    /// Nothing is known against it.
    const POSSIBLE: bool = true;
}

impl<T> ResendUnknown for Resend<T> {}

/// What an argument of the type `T` is made of, if that is known.
pub struct Needed<T>(PhantomData<fn() -> T>);

impl<T: TokenRequest> Needed<T> {
    /// What the type says.
    pub const NAMED: fn(&mut Needs<'_>) = T::needs;
}

/// The answer for a type that the session cannot supply, which is reported elsewhere.
pub trait NeedsUnknown {
    /// Nothing is needed.
    const NAMED: fn(&mut Needs<'_>) = |_| ();
}

impl<T> NeedsUnknown for Needed<T> {}

pub mod derive;
pub mod token;
