//! Part arguments: types with `PartArg`, types with `Display`, and JSON.

use std::fmt::Display;

use serde::Serialize;

use super::json::JsonBody;
use super::{Arg, Arg1, Arg3, Arg4};
use crate::request::{Part, PartArg, PartsArg, Request};

impl<T: PartArg> Arg<'_, T> {
    /// Takes a value that implements `PartArg`.
    pub fn part(&self, request: &mut Request, name: &'static str) {
        request.part(name, |part| self.value().parts(part));
    }
}

impl<T: Display> Arg1<'_, Option<T>> {
    /// Takes an optional text.
    pub fn part(&self, request: &mut Request, name: &'static str) {
        request.part(name, |part| self.value().iter().for_each(|text| part(Part::text(text.to_string()))));
    }
}

impl<T: Display> Arg3<'_, T> {
    /// Takes a text.
    pub fn part(&self, request: &mut Request, name: &'static str) {
        request.part(name, |part| part(Part::text(self.value().to_string())));
    }
}

impl<T> Arg4<'_, T> {
    /// Reports a type that is no part.
    pub fn part(&self, _: &mut Request, _: &'static str)
    where
        T: PartArg,
    {
    }
}

impl<T: PartsArg> Arg<'_, T> {
    /// Takes parts with names of their own.
    pub fn parts(&self, request: &mut Request, parameter: &'static str) {
        request.parts(parameter, self.value());
    }
}

impl<T: Serialize> Arg3<'_, T> {
    /// Takes a part of text for each field.
    pub fn parts(&self, request: &mut Request, parameter: &'static str) {
        request.parts_of_fields(parameter, self.value());
    }
}

impl<T> Arg4<'_, T> {
    /// Reports a type without parts.
    pub fn parts(&self, _: &mut Request, _: &'static str)
    where
        T: PartsArg,
    {
    }
}

impl<T: Serialize> Arg3<'_, T> {
    /// Takes a part in JSON.
    pub fn json_part(&self, request: &mut Request, name: &'static str) {
        request.json_part(name, self.value());
    }
}

impl<T> Arg4<'_, T> {
    /// Reports a type without `Serialize`.
    pub fn json_part(&self, _: &mut Request, _: &'static str)
    where
        T: JsonBody,
    {
    }
}
