//! What a call does beyond one send: retries, scopes, streams and pages, declared as generated code declares
//! them.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a surprise in a test must fail it, in its helpers too"
)]

mod support;

mod again;
mod links;
mod pages;
mod retry;
mod scopes;
mod shown;
mod stream;
