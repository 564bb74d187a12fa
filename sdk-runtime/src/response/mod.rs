//! Responses: from a response to the value that an endpoint declares.

mod decoder;
mod from_response;
mod json;
mod json_path;
mod link;
mod page;
mod parts;
mod read;
pub(crate) mod stream;

#[doc(hidden)]
pub use decoder::Decoder;
pub(crate) use decoder::SuccessResponse;
pub use from_response::FromResponse;
pub(crate) use json::{absent_json, decode_json, decode_json_at, decode_json_field};
pub(crate) use link::next_link;
pub use page::{NoCursor, Page};
pub use parts::{BufferedResponse, Head, Response};
pub(crate) use read::{BodyEnd, ERROR_BODY_TIME, ReceivedBody, read_all, receive};
pub(crate) use stream::{ByteStream, FromStream};
