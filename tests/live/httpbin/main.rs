//! Declared clients over the default transport, against httpbin: a server that others have written, and that
//! tells what it has received.

#[path = "../process.rs"]
mod process;
#[path = "../python.rs"]
mod python;

mod api;

mod auth;
mod bodies;
mod caching;
mod cookies;
mod echoed;
mod encodings;
mod redirects;
mod statuses;
mod streams;
mod waiting;
