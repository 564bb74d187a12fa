//! Calls and refreshes over TLS, HTTP/2 and proxies: real sockets on the loopback interface, and a
//! certificate authority of its own.

#[expect(dead_code, reason = "what the tests here do not use, others that include it do")]
mod support;

mod api;
#[path = "../support/network.rs"]
mod network;

mod crowd;
mod heads;
mod local;
mod refused;
mod routed;
mod served;
mod silent;
mod told;
mod unread;
