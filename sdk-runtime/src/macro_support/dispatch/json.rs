//! JSON bodies: types that serde can serialize.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::{Arg2, Arg3, Arg4};
use crate::request::Request;

impl<T: Serialize> Arg2<'_, Option<T>> {
    /// Sends a JSON body, or no body for `None`.
    pub fn json(&self, request: &mut Request, media_type: Option<&'static str>) {
        if let Some(value) = self.value() {
            request.json(media_type, value);
        }
    }
}

impl<T: Serialize> Arg3<'_, T> {
    /// Sends a JSON body.
    pub fn json(&self, request: &mut Request, media_type: Option<&'static str>) {
        request.json(media_type, self.value());
    }
}

never! {
    /// The types of JSON bodies: all that implement `Serialize`.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be sent as JSON",
        label = "does not implement `serde::Serialize`",
        note = "help: `#[derive(serde::Serialize)]` on it"
    )]
    JsonBody
}

/// Lead from a container to the type in it that is not `Serialize`, so that the error names that type.
impl<T: JsonBody + ?Sized> JsonBody for &T {}
impl<T: JsonBody> JsonBody for [T] {}
impl<T: JsonBody, const N: usize> JsonBody for [T; N] {}
impl<T: JsonBody> JsonBody for Vec<T> {}
impl<T: JsonBody> JsonBody for Option<T> {}
impl<T: JsonBody + ?Sized> JsonBody for Box<T> {}
impl<K, T: JsonBody, S> JsonBody for HashMap<K, T, S> {}
impl<K, T: JsonBody> JsonBody for BTreeMap<K, T> {}

impl<T> Arg4<'_, T> {
    /// Reports a type without `Serialize`.
    pub fn json(&self, _: &mut Request, _: Option<&'static str>)
    where
        T: JsonBody,
    {
    }
}
