//! Servers behind TLS on the loopback interface, in this process: a private authority, HTTP/1 and HTTP/2 by
//! ALPN, single frames, proxies. Knows no client.
//!
//! ```text
//! let authority = Authority::new();
//! let server = Server::start(Setup::h2(&authority), |connection| async move {
//!     h2::serve(connection, |exchange| exchange.answer(200, "{}")).await;
//! }).await;
//! // a client that trusts `authority.pem()`, at `server.url()`
//! ```

pub(crate) mod authority;
pub(crate) mod frames;
pub(crate) mod h1;
pub(crate) mod h2;
pub(crate) mod proxy;
pub(crate) mod server;
