//! Responses whose body is read while it arrives.

mod bytes;
mod events;
mod lines;

pub use bytes::{ByteStream, FromStream};
pub use events::{EventStream, ServerEvent, ServerEvents};
pub use lines::JsonLines;
