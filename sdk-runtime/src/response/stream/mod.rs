//! Responses whose body is read while it arrives.

mod bytes;
mod events;
mod lines;
mod reconnect;

pub use bytes::{ByteStream, FromStream};
pub(crate) use bytes::{Connect, Connected, Unconnected};
pub use events::{EventStream, ServerEvent, ServerEvents};
pub use lines::JsonLines;
pub use reconnect::Reconnect;
