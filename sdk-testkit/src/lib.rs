//! A scripted HTTP backend and a small token server, for tests of API clients.
//!
//! [`Backend`] answers requests from a table of routes and records what came. [`TokenServer`] is a backend
//! that signs users in, lets access tokens expire, rotates refresh tokens and counts every refresh, with the
//! paths, fields and answers of the API. [`StubRouter`] is a backend whose routes are the endpoints of a
//! client: replies are given by name, and a request that is of no endpoint fails the test, with the nearest
//! endpoint and what differs. All speak the types of the `http` crate with any `http_body::Body`, so the same
//! server works in memory (as a [`tower_service::Service`]) and behind a real loopback socket
//! ([`Backend::serve`]). All time of a server is tokio's, so that a paused clock pauses it:
//! `#[tokio::test(start_paused = true)]`, for which the dev-dependencies need `tokio = { version = "1",
//! features = ["macros", "test-util"] }`.
//!
//! The crate knows no client: it can test any of them. With `sdk-runtime` a backend is a transport:
//! `.transport(ServiceTransport::new(backend.clone()))`. Routes are those of the whole path, a base URL's own
//! path included.
//!
//! ```
//! use sdk_testkit::{Backend, Reply};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let backend = Backend::new()
//!     .route("GET", "/issues/{id}", |request| async move {
//!         Reply::json(&serde_json::json!({ "id": request.param("id") }))
//!     })
//!     .reply("DELETE", "/issues/{id}", Reply::empty());
//!
//! let answer = backend.handle(http::Request::get("/issues/a%2Fb").body(String::new())?).await?;
//! assert_eq!(answer.status(), 200);
//! assert_eq!(backend.count("GET", "/issues/{id}"), 1);
//! assert_eq!(backend.requests()[0].path(), "/issues/a%2Fb");
//! # Ok(())
//! # }
//! ```

pub mod flows;

mod backend;
mod panics;
mod patience;
mod reply;
mod request;
mod server;
mod stub;
mod template;
mod token;

pub use backend::Backend;
pub use reply::Reply;
pub use request::Request;
pub use server::Server;
pub use stub::{StubEndpoint, StubRouter};
pub use token::{Authority, Counts, Event, Issued, RefreshHold, TokenServer, TokenServerBuilder, User};
