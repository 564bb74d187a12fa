//! Request bodies: bytes, files and streams, and which of them can be sent again.

mod file;
mod into;
mod payload;
mod progress;
mod source;
mod stream;

pub use into::IntoBody;
pub use payload::RequestBody;
pub use source::Body;
pub use stream::BodyStream;

pub(crate) use payload::{Content, Payload};
pub(crate) use progress::{OnDownload, OnUpload};
pub(crate) use source::{FORM, JSON};
