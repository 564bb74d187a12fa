//! JSON bodies: whatever serde can write.

use serde::Serialize;

use super::Arg;
use crate::request::Request;

/// A body as JSON.
pub trait JsonBySerialize {
    /// See the trait.
    fn json(&self, request: &mut Request, media_type: Option<&'static str>);
}

impl<T: Serialize> JsonBySerialize for &Arg<'_, T> {
    fn json(&self, request: &mut Request, media_type: Option<&'static str>) {
        request.json(media_type, self.0);
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

impl<T> Arg<'_, T> {
    /// The message for a type without `Serialize`.
    pub fn json(&self, _: &mut Request, _: Option<&'static str>)
    where
        T: JsonBody,
    {
    }
}
