//! Answers whose body is read while it arrives; knows nothing of how the connection came about.

mod bytes;
mod events;
mod lines;

pub use bytes::{ByteStream, FromStream};
pub use events::{EventStream, ServerEvent, ServerEvents};
pub use lines::JsonLines;
