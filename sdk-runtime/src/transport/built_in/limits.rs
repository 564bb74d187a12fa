//! The limits of the transports that this crate brings.

use std::time::Duration;

/// The time limit of a connection attempt.
pub(crate) const CONNECT: Duration = Duration::from_secs(5);
/// The largest window of HTTP/2. Each unread stream takes its own window (2 MiB) of it, and they must not
/// exhaust it.
pub(crate) const CONNECTION_WINDOW: u32 = (1 << 31) - 1;
/// How long an HTTP/2 connection with waiting calls may be silent before it gets a PING.
pub(crate) const SILENCE: Duration = Duration::from_secs(2);
/// The time limit of the answer to a PING.
pub(crate) const PONG: Duration = Duration::from_secs(2);
/// The limit of a response's headers, counted as in HTTP/2 (RFC 9113, 6.5.2).
pub(crate) const HEAD_LIMIT: usize = 256 << 10;
/// Larger headers end the connection, so this is far above the limit of one call.
pub(crate) const HEAD_WINDOW: u32 = 4 << 20;
