//! JSON bodies: whatever serde can write.

use serde::Serialize;

use super::{Arg2, Arg3, Arg4};
use crate::request::Request;

impl<T: Serialize> Arg2<'_, Option<T>> {
    /// A body as JSON, or none at all, as `None` is left out everywhere.
    pub fn json(&self, request: &mut Request, media_type: Option<&'static str>) {
        if let Some(value) = self.value() {
            request.json(media_type, value);
        }
    }
}

impl<T: Serialize> Arg3<'_, T> {
    /// A body as JSON.
    pub fn json(&self, request: &mut Request, media_type: Option<&'static str>) {
        request.json(media_type, self.value());
    }
}

never! {
    /// What can be sent as JSON: everything that implements `Serialize`.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be sent as JSON",
        label = "does not implement `serde::Serialize`",
        note = "help: `#[derive(serde::Serialize)]` on it"
    )]
    JsonBody
}

impl<T> Arg4<'_, T> {
    /// The message for a type without `Serialize`.
    pub fn json(&self, _: &mut Request, _: Option<&'static str>)
    where
        T: JsonBody,
    {
    }
}
