//! Parts: what says itself which parts it is, whatever can be displayed, and JSON.

use std::fmt::Display;

use serde::Serialize;

use super::json::JsonBody;
use super::{Arg, Arg1, Arg3, Arg4};
use crate::request::{Part, PartArg, Request};

impl<T: PartArg> Arg<'_, T> {
    /// What says itself which parts it is.
    pub fn part(&self, request: &mut Request, name: &'static str) {
        request.part(name, |part| self.value().parts(part));
    }
}

impl<T: Display> Arg1<'_, Option<T>> {
    /// Text that may not be there.
    pub fn part(&self, request: &mut Request, name: &'static str) {
        request.part(name, |part| self.value().iter().for_each(|text| part(Part::text(text.to_string()))));
    }
}

impl<T: Display> Arg3<'_, T> {
    /// A part of text.
    pub fn part(&self, request: &mut Request, name: &'static str) {
        request.part(name, |part| part(Part::text(self.value().to_string())));
    }
}

impl<T> Arg4<'_, T> {
    /// The message for a type that is no part.
    pub fn part(&self, _: &mut Request, _: &'static str)
    where
        T: PartArg,
    {
    }
}

impl<T: Serialize> Arg3<'_, T> {
    /// A part in JSON.
    pub fn json_part(&self, request: &mut Request, name: &'static str) {
        request.json_part(name, self.value());
    }
}

impl<T> Arg4<'_, T> {
    /// The message for a type without `Serialize`.
    pub fn json_part(&self, _: &mut Request, _: &'static str)
    where
        T: JsonBody,
    {
    }
}
