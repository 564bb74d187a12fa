//! Declare an HTTP API as a Rust trait; get a typed async client whose login stays alive by itself.
//!
//! Put [`#[api_client]`](macro@api_client) on a trait: every endpoint becomes a method of a generated client
//! that returns a [`Call`]. The client's [`Session`] signs the calls, refreshes the access token once for all
//! callers when a server rejects it, and replays each rejected call once. After that a call fails with
//! [`SessionExpired`].
//!
//! The [README](https://crates.io/crates/sdk-runtime) shows an example on one screen. The parts:
//!
//! - [`macro@api_client`]: the attributes of endpoints;
//! - [`ClientBuilder`]: every option, [`Attach`] and the transport included;
//! - [`TokenResponse`] and [`TokenRequest`]: the two small traits that connect your types with the session,
//!   derived by [`derive(TokenResponse)`](derive@TokenResponse) and
//!   [`derive(TokenRequest)`](derive@TokenRequest); [`oauth`]: the two types of RFC 6749, ready to use;
//! - [`Session`] and [`SessionState`]: the login, to read, watch and end; [`SessionEvent`]: what happens to
//!   it; [`states`]: what each event does in each state; [`answers`]: what each response to a refresh means;
//! - [`TokenStore`]: where a login survives restarts, such as in a [`FileStore`]; [`SessionPool`]: a login
//!   for each of many users;
//! - [`Error`]: what can fail, and what it means for the user; [`ApiError`]: an endpoint's own errors;
//! - [`Body`], [`BodyStream`] and [`Part`]: what is sent, and whether it can be sent again; [`IntoBody`] for
//!   a format of your own;
//! - [`FromResponse`]: what an endpoint can return in addition to JSON; [`ByteStream`], [`JsonLines`] and
//!   [`EventStream`]: responses that are read while they arrive; [`Pages`]: lists that arrive page by page;
//! - the features `gzip`, `br`, `zstd` and `deflate`: responses are requested and decoded in these codings,
//!   unless the declaration, the call or the client sets `accept-encoding`. A decoded response has neither
//!   `Content-Encoding` nor `Content-Length`;
//! - [`migrating`]: five hand-written refreshes, each with its declaration.

mod backoff;
mod date;
mod encoding;
mod endpoint;
mod retry_after;
mod rfc3339;
mod runtime;
mod secret;
mod sync;
mod text;
mod token_time;
mod www_authenticate;

pub mod error;

mod body;
mod cookies;
mod exchange;
mod request;
mod response;
mod store;
mod transport;

mod client;
mod session;

pub mod oauth;

pub use body::{Body, BodyStream, IntoBody, RequestBody};
pub use bytes::Bytes;
pub use client::{Call, CallFuture, ClientBuilder, PageItems, Pages, ResponseCall, SessionPool};
pub use cookies::CookiesDropped;
pub use endpoint::{Auth, Endpoint};
pub use error::{
    ApiError, BodyTooLarge, BuildError, DecodeError, Error, ErrorResponse, ExpiredReason, IdentityChanged,
    InsufficientScope, InvalidRequest, NotReplayable, RefreshUnavailable, SessionExpired, StoreError,
    StoreErrorKind, Timeout, TimeoutPhase, TransportError, TransportErrorKind, UnavailableCause,
};
pub use http;
pub use request::{HeaderArg, Part, PartArg, RequestPreview, UrlArg};
pub use response::{
    BufferedResponse, ByteStream, EventStream, FromResponse, FromStream, Head, JsonLines, NoCursor, Page,
    Response, ServerEvent, ServerEvents,
};
pub use sdk_macros::{ApiError, Page, TokenRequest, TokenResponse, api_client};
pub use secret::{AccessToken, RefreshToken};
pub use session::{
    Attach, Grant, Login, RefreshBearer, Refusal, Session, SessionEvent, SessionEvents, SessionState,
    StateWatch, TokenRequest, TokenResponse, Tokens, Verdict,
};
#[cfg(feature = "keyring")]
pub use store::KeyringStore;
pub use store::{FileStore, MemoryStore, StoreFuture, StoreLock, StoredLogin, TokenStore};
pub use transport::{
    HttpClientBuilder, ResponseBody, ServiceTransport, Transport, TransportFuture, TransportRequest,
    TransportResponse,
};
pub use www_authenticate::Challenge;

/// The token of [`Call::cancel_on`], from `tokio-util`.
pub use tokio_util::sync::CancellationToken;

/// The addresses of `#[url]`, from the `url` crate.
pub use url::Url;

/// The return type of an endpoint: `Result<T>` fails with [`Error`], `Result<T, E>` with an [`ApiError`] of
/// your own.
pub type Result<T, E = Error> = core::result::Result<T, E>;

/// From a hand-written token refresh to a declaration.
#[doc = include_str!("../docs/migrating.md")]
pub mod migrating {}

/// The states of a session, and what each event does in each of them.
#[doc = include_str!("../docs/session.md")]
pub mod states {}

/// What each response to a refresh means for the login.
#[doc = include_str!("../docs/answers.md")]
pub mod answers {}

/// What generated code names. It is not part of the public interface.
#[doc(hidden)]
#[path = "macro_support/mod.rs"]
pub mod __private;
