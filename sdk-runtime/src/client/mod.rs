//! A client: calls on their way from a request in the making to a value. Uses everything else; nothing uses it but
//! generated code.

mod builder;
mod call;
mod config;
mod deadline;
mod decode;
mod execute;
mod idempotency;
mod pager;
mod pages;
mod pool;
mod sign_in;
mod sign_out;

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

pub use builder::ClientBuilder;
pub use call::{Call, CallFuture, ResponseCall};
pub use pages::{PageItems, Pages, Paginate};
pub use pool::Sessions;

use call::Role;
use decode::CallDecoder;
use pager::Pager;
use sign_in::Complete;
use sign_out::FillFromLogin;

use crate::endpoint::Endpoint;
use crate::error::ApiError;
use crate::exchange::Upstream;
use crate::request::Request;
use crate::response::{Decoder, Page};
use crate::runtime::{Clock, Spawner};
use crate::session::{RefreshEndpoint, Session, TokenBad, TokenResponse};

/// What a generated client gives the builder.
pub trait ApiClient: Sized {
    /// The trait's name.
    const NAME: &'static str;
    /// The declared refresh, where there is one.
    const REFRESH: Option<&'static RefreshEndpoint>;

    /// The client over its runtime.
    fn from_client(client: Client) -> Self;
}

/// What every generated client is made of: one pointer, cheap to clone.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    upstream: Arc<Upstream>,
    session: Session,
    token_bad: Option<TokenBad>,
    clock: Clock,
    timeout: Option<Duration>,
    retry: u32,
    body_limit: usize,
}

impl Client {
    /// The login this client's calls are made under.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.0.session
    }

    fn spawner(&self) -> &Spawner {
        &self.0.session.shell().spawner
    }

    /// Begins a request of `endpoint`.
    #[must_use]
    pub fn request(&self, endpoint: &'static Endpoint) -> ClientRequest<'_> {
        ClientRequest { client: self, request: Request::new(&self.0.upstream.base, endpoint) }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("session", &self.0.session).finish_non_exhaustive()
    }
}

/// A request in the making, and the client that is going to send it.
pub struct ClientRequest<'c> {
    client: &'c Client,
    request: Request,
}

impl ClientRequest<'_> {
    /// The call of an ordinary endpoint.
    pub fn finish<T: 'static, E: ApiError + 'static>(self, decoder: Decoder<T>) -> Call<T, E> {
        self.call(decoder, Role::Plain, None)
    }

    /// The call of a `#[session(start)]` endpoint.
    pub fn finish_start<T: TokenResponse + 'static, E: ApiError + 'static>(
        self,
        decoder: Decoder<T>,
    ) -> Call<T, E> {
        self.call(decoder, Role::SignIn, Some(sign_in::complete))
    }

    /// The call of a `#[session(end)]` endpoint, some of whose arguments `supply` takes from the session.
    pub fn finish_end<T: 'static, E: ApiError + 'static>(
        self,
        decoder: Decoder<T>,
        supply: FillFromLogin,
    ) -> Call<T, E> {
        self.call(decoder, Role::SignOut(supply), None)
    }

    /// The pages of an endpoint with `paginate`.
    pub fn pages<P: Page + 'static, E: ApiError + 'static>(
        self,
        decoder: Decoder<P>,
        paginate: Paginate<P>,
    ) -> Pages<P, E> {
        let endpoint = self.request.endpoint();
        let request = self.request.prepare(decoder.accept);
        Pages::new(Pager::new(self.client.clone(), endpoint, request), CallDecoder::new(decoder), paginate)
    }

    fn call<T, E: ApiError>(
        self,
        decoder: Decoder<T>,
        role: Role,
        complete: Option<Complete<T>>,
    ) -> Call<T, E> {
        Call::new(self.client.clone(), self.request, decoder, role, complete)
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
