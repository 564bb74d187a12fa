//! A hostile server: raw answers over real sockets, to declared clients of the product. `README.md` next to
//! this file is the table of what is tried, and what is right.
//!
//! Each case ends in the right typed error within its bound, reads no more than it may, and leaves no task,
//! no connection, and no secret in an error. `HOSTILE_ROUNDS` asks for the long form.

mod answers;
mod api;
#[path = "../encrypted/support/authority.rs"]
#[expect(dead_code, reason = "what is not used here is used there")]
mod authority;
mod case;
mod chance;
mod cut;
mod encodings;
mod frames;
mod framing;
mod http2;
mod large;
#[path = "../support/network.rs"]
mod network;
mod plan;
mod pool;
mod protocols;
mod proxies;
mod redirects;
mod role;
mod run;
mod server;
mod slow;
mod socket;
mod statuses;
mod table;
mod tls;
mod uploads;
