//! Declare an HTTP API as a Rust trait; get a typed async client whose login stays alive by itself.
//!
//! ```
//! use sdk_runtime::{Result, ServiceTransport, TokenRequest, TokenResponse, api_client};
//! use sdk_testkit::{Reply, StubRouter};
//! use serde::{Deserialize, Serialize};
//!
//! #[api_client] // makes `TrackerClient`
//! trait Tracker {
//!     /// Signs in: the session starts with the tokens in the response.
//!     #[post("/login")]
//!     #[session(start)]
//!     async fn login(&self, #[json] credentials: &Credentials) -> Result<TokenAnswer>;
//!
//!     /// Sent by the session when the access token has to be refreshed.
//!     #[post("/refresh")]
//!     #[session(refresh)]
//!     async fn refresh(&self, #[json] request: RefreshRequest) -> Result<TokenAnswer>;
//!
//!     #[get("/issues/{id}")]
//!     async fn issue(&self, id: u64) -> Result<Option<Issue>>;
//!
//!     /// Signs out: the session ends, and the server is told.
//!     #[post("/logout")]
//!     #[session(end)]
//!     async fn logout(&self) -> Result<()>;
//! }
//!
//! #[derive(Serialize)]
//! struct Credentials {
//!     user: String,
//!     password: String,
//! }
//!
//! #[derive(Serialize, TokenRequest)]
//! struct RefreshRequest {
//!     refresh_token: String,
//! }
//!
//! #[derive(Deserialize, TokenResponse)]
//! struct TokenAnswer {
//!     access_token: String,
//!     refresh_token: String,
//! }
//!
//! #[derive(Deserialize)]
//! struct Issue {
//!     title: String,
//! }
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
//!     // A server in memory. Without `.transport(…)` the client sends its requests over the network.
//!     let server = StubRouter::new(TrackerClient::ENDPOINTS);
//!     let tokens = |number: u32| {
//!         let answer = serde_json::json!({ "access_token": format!("a{number}"), "refresh_token": "r" });
//!         Reply::json(&answer)
//!     };
//!     server.endpoint("login").reply(tokens(1));
//!     server.endpoint("refresh").reply(tokens(2));
//!     server.endpoint("logout").reply(Reply::empty());
//!     server.endpoint("issue").reply_with(|request| async move {
//!         match request.header("authorization") {
//!             Some("Bearer a2") => Reply::json(&serde_json::json!({ "title": "Leak" })),
//!             _ => Reply::empty().status(401),
//!         }
//!     });
//!
//!     let tracker = TrackerClient::builder("https://tracker.example/")
//!         .transport(ServiceTransport::new(server.clone()))
//!         .build()?;
//!     let credentials = Credentials { user: "ann".to_owned(), password: "s3cret".to_owned() };
//!     tracker.login(&credentials).await?;
//!     // The server rejects the first token. The session refreshes it, and replays the call.
//!     let issue = tracker.issue(7).await?;
//!     assert_eq!(issue.map(|issue| issue.title).as_deref(), Some("Leak"));
//!     tracker.logout().await?;
//!     Ok(())
//! }
//! ```
//!
//! Every endpoint becomes a method of the client, and returns a [`Call`]. The [`Session`] signs the calls,
//! refreshes the access token once for all callers when a server rejects it, and replays each rejected call
//! once. After that a call fails with [`Error::SessionExpired`].
//!
//! # Where to look
//!
//! The root has the names of every day. The modules have everything, by subject.
//!
//! **Declare**
//!
//! - [`macro@api_client`]: the attributes and options of a declaration;
//! - [`body`] and [`request`]: what is sent: [`Body`], files, forms, arguments of your own types;
//! - [`response`] and [`stream`]: what an endpoint can return in addition to JSON, [`EventStream`] and
//!   formats of your own included;
//! - [`endpoint`]: a declared endpoint as data, `TrackerClient::ENDPOINTS`.
//!
//! **Call**
//!
//! - [`client`]: [`ClientBuilder`](client::ClientBuilder) with every option, [`Call`], [`Pages`], and a
//!   [`SessionPool`](client::SessionPool) with a login for each of many users;
//! - [`error`](mod@error): what can fail, the table of codes, and [`ApiError`] for an endpoint's own errors;
//! - [`transport`]: how a request reaches the server, and a transport of your own.
//!
//! **Stay signed in**
//!
//! - [`session`]: the login: [`TokenRequest`] and [`TokenResponse`], [`Attach`], state and events; both
//!   traits have a derive, [`derive(TokenRequest)`](derive@TokenRequest) and
//!   [`derive(TokenResponse)`](derive@TokenResponse);
//! - [`oauth`]: the request and the response of RFC 6749, ready to use;
//! - [`store`]: where a login survives restarts, such as a [`FileStore`];
//! - [`states`]: what each event does in each state; [`answers`]: what each response to a refresh means;
//! - [`migrating`]: five hand-written refreshes, each with its declaration.
//!
//! # Features
//!
//! | Feature | | |
//! |---|---|---|
//! | `reqwest` | default | the default transport, `HttpTransport` |
//! | `lean` | | `LeanTransport`: over hyper, with fewer crates; the default transport without `reqwest` |
//! | `rustls` | default | https by rustls and aws-lc-rs, with the certificates of the system |
//! | `rustls-no-provider` | | https by rustls, with the cryptography that the program installs |
//! | `native-tls` | | https by the platform's TLS, on Linux by OpenSSL; not used next to rustls |
//! | `cookies` | default | a cookie jar for each login, with the list of public suffixes |
//! | `gzip`, `br`, `zstd`, `deflate` | | responses are requested and decoded in these codings |
//! | `charset` | | a `String` is decoded from each charset of the WHATWG |
//! | `blocking` | | [`Call::wait`](Call), and `client::wait` for all else, without a runtime |
//! | `metrics` | | instruments of OpenTelemetry 0.33 for requests, refreshes and stores, of the global meter provider |
//! | `oauth2` | | `oauth2`: sign-ins at an authorization server, by a browser, by a code, by a program itself |
//! | `keyring` | | [`store`]: a login in the key ring of the desktop |
//!
//! Without a feature for TLS, a client of an https address is an error of `build()`. Without `reqwest` and
//! `lean`, each client needs a [`transport`](client::ClientBuilder::transport).
//!
//! The client decodes a response unless the declaration, the call or the client sets `accept-encoding`. A
//! decoded response has neither `Content-Encoding` nor `Content-Length`.
//!
//! # Types of other crates
//!
//! These crates are part of the interface. A version of them that breaks their users is a version of this
//! crate that does.
//!
//! | Crate | Types | Where |
//! |---|---|---|
//! | `http` 1 | methods, statuses, headers | the whole crate is [`http`]; requests, responses, errors |
//! | `bytes` 1 | [`Bytes`] | bodies |
//! | `http-body` 1 | `Body` | [`body::RequestBody`], [`transport::ResponseBody`] |
//! | `url` 2 | [`Url`] | `#[url]`, [`transport::TransportRequest`] |
//! | `tokio-util` 0.7 | [`CancellationToken`] | [`Call::cancel_on`] |
//! | `tokio` 1 | `Handle` | [`ClientBuilder::spawn_on`](client::ClientBuilder::spawn_on) |
//! | `reqwest` 0.13 | `ClientBuilder` | `ClientBuilder::http`, with the feature `reqwest` |
//! | `tower-service` 0.3 | `Service` | [`ServiceTransport`] |
//! | `tower-layer` 0.3 | `Layer` | [`ClientBuilder::layer`](client::ClientBuilder::layer) |
//! | `serde` 1, `serde_json` 1 | `Serialize`, `DeserializeOwned`, `Error` | arguments, responses, [`ErrorResponse::json`] |
//! | `futures-core` 0.3 | `Stream` | [`Pages`], [`stream`] |

mod backoff;
mod caught;
mod cookies;
mod date;
mod encoding;
#[cfg(feature = "oauth2")]
mod es256;
mod exchange;
mod kept;
mod metrics;
mod proof;
#[cfg(feature = "oauth2")]
mod random;
mod rare;
mod retry_after;
mod rfc3339;
mod runtime;
mod secret;
mod sync;
mod template;
mod text;
mod token_time;
mod trace;
mod turns;
mod www_authenticate;

pub mod body;
pub mod client;
pub mod endpoint;
pub mod error;
pub mod oauth;
#[cfg(feature = "oauth2")]
pub mod oauth2;
pub mod request;
pub mod response;
pub mod session;
pub mod store;
pub mod transport;

/// Responses that are read while they arrive.
pub mod stream {
    pub use crate::response::stream::{
        ByteStream, EventStream, FromStream, JsonLines, Reconnect, ServerEvent, ServerEvents,
    };
}

pub use client::Pages;
pub use error::{ApiError, Error, ErrorResponse};
pub use request::Part;
pub use response::{Page, Response};
pub use sdk_macros::{ApiError, Page, TokenRequest, TokenResponse, api_client};
pub use session::{Attach, Refusal, Session, SessionState, TokenRequest, TokenResponse, Tokens};
pub use store::FileStore;
pub use stream::EventStream;
pub use transport::ServiceTransport;

/// The bytes of a body, from the `bytes` crate.
pub use bytes::Bytes;

/// Methods, statuses and headers, from the `http` crate.
pub use http;

// The paths of earlier versions. Each of these stands in the module of its subject.
#[doc(hidden)]
pub use body::Body;
#[doc(hidden)]
pub use client::{Call, CancellationToken};
#[doc(hidden)]
pub use request::Url;
#[doc(hidden)]
pub use response::Head;
#[doc(hidden)]
pub use session::Grant;
#[doc(hidden)]
pub use stream::{ByteStream, JsonLines};

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
