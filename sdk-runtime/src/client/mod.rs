//! The client: calls, sign-in and sign-out, pages, and pools of logins. Generated code starts here.

mod builder;
mod call;
mod config;
mod deadline;
mod decode;
mod execute;
mod idempotency;
mod inner;
mod pager;
mod pages;
mod paginate;
mod plan;
mod pool;
mod progress;
mod reconnect;
mod response_call;
mod retry_policy;
mod role;
mod series;
mod session_layer;
mod sign_in;
mod sign_out;
mod transports;
#[cfg(feature = "blocking")]
mod wait;

use std::ops::{Deref, DerefMut};

pub use crate::exchange::Redirects;
pub use builder::ClientBuilder;
pub use call::{Call, CallFuture};
#[doc(hidden)]
pub use inner::{ApiClient, Client};
pub use pages::{PageItems, Pages};
#[doc(hidden)]
pub use paginate::Paginate;
pub use pool::{PoolEvent, PoolEvents, PoolKey, SessionPool};
pub use response_call::ResponseCall;
pub use retry_policy::{FailedAttempt, RetryBudget};
pub use session_layer::{CopyBody, SessionLayer, SessionService};
#[cfg(feature = "blocking")]
pub use wait::wait;

/// The token of [`Call::cancel_on`], from `tokio-util`.
pub use tokio_util::sync::CancellationToken;

use decode::CallDecoder;
use inner::FillFromLogin;
use pager::Pager;
use retry_policy::OwnRetry;
use role::Role;
use sign_in::Complete;

use crate::endpoint::Endpoint;
use crate::error::ApiError;
use crate::request::Request;
use crate::response::stream::Reconnect;
use crate::response::{Decoder, Page};
use crate::session::TokenResponse;

impl Client {
    /// Starts a request of `endpoint`.
    #[must_use]
    pub fn request(&self, endpoint: &'static Endpoint) -> ClientRequest<'_> {
        ClientRequest { client: self, request: Request::new(&self.0.route.base, endpoint), retry: None }
    }
}

/// A request in the making, and the client that will send it.
#[doc(hidden)]
pub struct ClientRequest<'c> {
    client: &'c Client,
    request: Request,
    retry: Option<Box<OwnRetry>>,
}

impl ClientRequest<'_> {
    /// Decides which failures are retried: `retry_if`.
    pub fn retry_if(&mut self, retry_if: fn(&FailedAttempt<'_>) -> bool) {
        self.retry.get_or_insert_default().retry_if = Some(retry_if);
    }

    /// Returns the call of an ordinary endpoint.
    pub fn finish<T: 'static, E: ApiError + 'static>(self, decoder: Decoder<T>) -> Call<T, E> {
        self.call(decoder, Role::Plain, None)
    }

    /// Returns the call of an endpoint with `reconnect`.
    pub fn finish_events<T: Reconnect + 'static, E: ApiError + 'static>(
        self,
        decoder: Decoder<T>,
        reconnect: u32,
    ) -> Call<T, E> {
        self.call(decoder, Role::Events(reconnect), None)
    }

    /// Returns the call of a `#[session(start)]` endpoint.
    pub fn finish_start<T: TokenResponse + 'static, E: ApiError + 'static>(
        self,
        decoder: Decoder<T>,
    ) -> Call<T, E> {
        self.call(decoder, Role::SignIn(None), Some(sign_in::complete))
    }

    /// As [`finish_start`](Self::finish_start), where `fill` takes some arguments from the session.
    pub fn finish_start_with<T: TokenResponse + 'static, E: ApiError + 'static>(
        self,
        decoder: Decoder<T>,
        fill: FillFromLogin,
    ) -> Call<T, E> {
        self.call(decoder, Role::SignIn(Some(fill)), Some(sign_in::complete))
    }

    /// Returns the call of a `#[session(end)]` endpoint. `fill` takes some of its arguments from the login.
    pub fn finish_end<T: 'static, E: ApiError + 'static>(
        self,
        decoder: Decoder<T>,
        fill: FillFromLogin,
    ) -> Call<T, E> {
        self.call(decoder, Role::SignOut(fill), None)
    }

    /// Returns the pages of an endpoint with `paginate`.
    pub fn pages<P: Page + 'static, E: ApiError + 'static>(
        self,
        decoder: Decoder<P>,
        paginate: Paginate<P>,
    ) -> Pages<P, E> {
        let endpoint = self.request.endpoint();
        let request = self.request.prepare(decoder.accept);
        Pages::new(
            Pager::new(self.client.clone(), endpoint, request, self.retry),
            CallDecoder::new(decoder, endpoint),
            paginate,
        )
    }

    fn call<T, E: ApiError>(
        self,
        decoder: Decoder<T>,
        role: Role,
        complete: Option<Complete<T>>,
    ) -> Call<T, E> {
        Call::new(self.client.clone(), self.request, decoder, role, complete).declared(self.retry)
    }
}

impl Deref for ClientRequest<'_> {
    type Target = Request;

    fn deref(&self) -> &Request {
        &self.request
    }
}

impl DerefMut for ClientRequest<'_> {
    fn deref_mut(&mut self) -> &mut Request {
        &mut self.request
    }
}
