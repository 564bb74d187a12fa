//! A client: calls on their way from a request in the making to a value. Uses everything else; nothing uses it but
//! generated code.

mod blueprint;
mod builder;
mod call;
mod caller;
mod ending;
mod idempotency;
mod limits;
mod pages;
mod pipeline;
mod place;
mod reading;
mod retry;
mod sessions;
mod walk;

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

pub use builder::{ApiClient, ClientBuilder};
pub use call::{Call, CallFuture, ResponseCall};
pub use pages::{PageItems, Pages, Paginate};
pub use sessions::Sessions;

use call::Role;
use ending::Supply;
use reading::{Begin, Reading};
use walk::Walk;

use crate::endpoint::Endpoint;
use crate::error::ApiError;
use crate::exchange::Upstream;
use crate::request::Request;
use crate::response::{Decoder, Page};
use crate::runtime::{Clock, Spawner};
use crate::session::{Session, TokenBad, TokenResponse};

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
        self.call(decoder, Role::Start, Some(reading::begin))
    }

    /// The call of a `#[session(end)]` endpoint, some of whose arguments `supply` takes from the session.
    pub fn finish_end<T: 'static, E: ApiError + 'static>(
        self,
        decoder: Decoder<T>,
        supply: Supply,
    ) -> Call<T, E> {
        self.call(decoder, Role::End(supply), None)
    }

    /// The pages of an endpoint with `paginate`.
    pub fn pages<P: Page + 'static, E: ApiError + 'static>(
        self,
        decoder: Decoder<P>,
        paginate: Paginate<P>,
    ) -> Pages<P, E> {
        let endpoint = self.request.endpoint();
        let request = self.request.prepare(decoder.accept);
        Pages::new(Walk::new(self.client.clone(), endpoint, request), Reading::new(decoder, None), paginate)
    }

    fn call<T, E: ApiError>(self, decoder: Decoder<T>, role: Role, begin: Option<Begin<T>>) -> Call<T, E> {
        Call::new(self.client.clone(), self.request, decoder, role, begin)
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
