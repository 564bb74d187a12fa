//! How an argument or an answer is read, decided by its type where the type is known: at the call in generated code.
//!
//! Each probe is one method name on several traits, implemented for more or fewer references to [`Arg`] or [`Decode`]; method
//! lookup takes the first that applies, from most references to none. The last is a method whose bound carries the message
//! for a type that fits nowhere.

use std::fmt::Display;

use http::{HeaderMap, HeaderValue};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Arg, Decode};
use crate::error::{Error, InvalidRequest};
use crate::request::header::displayed;
use crate::request::{HeaderArg, Request};
use crate::response::{Answer, Decoder, FromResponse, Head, Response, absent_json, decode_json};

macro_rules! never {
    ($(#[$on:meta])* $name:ident) => {
        $(#[$on])*
        pub trait $name {}
    };
}

// Path arguments.

/// One segment of a path.
pub trait SegmentByDisplay {
    /// See the trait.
    fn segment(&self, request: &mut Request, placeholder: &'static str);
    /// `{*rest}`.
    fn rest(&self, request: &mut Request, placeholder: &'static str);
}

impl<T: Display> SegmentByDisplay for &Arg<'_, T> {
    fn segment(&self, request: &mut Request, placeholder: &'static str) {
        request.segment(placeholder, self.0);
    }

    fn rest(&self, request: &mut Request, placeholder: &'static str) {
        request.rest(placeholder, self.0);
    }
}

never! {
    /// What can be in a path: everything that implements `Display`.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be used in a path",
        label = "does not implement `std::fmt::Display`",
        note = "help: `impl std::fmt::Display for {Self}`, or pass one of its fields"
    )]
    PathArg
}

impl<T> Arg<'_, T> {
    /// The message for a type without `Display`.
    pub fn segment(&self, _: &mut Request, _: &'static str)
    where
        T: PathArg,
    {
    }

    /// The message for a type without `Display`.
    pub fn rest(&self, _: &mut Request, _: &'static str)
    where
        T: PathArg,
    {
    }
}

// Query arguments.

/// One parameter of a query.
pub trait QueryBySerialize {
    /// See the trait.
    fn query(&self, request: &mut Request, name: &'static str);
}

impl<T: Serialize> QueryBySerialize for &Arg<'_, T> {
    fn query(&self, request: &mut Request, name: &'static str) {
        request.query(name, self.0);
    }
}

never! {
    /// What can be in a query: everything that implements `Serialize`.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be used in a query",
        label = "does not implement `serde::Serialize`",
        note = "help: `#[derive(serde::Serialize)]` on it, or pass a string or a number"
    )]
    QueryArg
}

impl<T> Arg<'_, T> {
    /// The message for a type without `Serialize`.
    pub fn query(&self, _: &mut Request, _: &'static str)
    where
        T: QueryArg,
    {
    }
}

// Structs and maps.

/// Types of serde that are surely neither a struct nor a map.
pub trait Scalar {}

macro_rules! scalars {
    ($($type:ty),*) => {$(impl Scalar for $type {})*};
}

scalars!(
    str,
    String,
    char,
    bool,
    u8,
    u16,
    u32,
    u64,
    u128,
    usize,
    i8,
    i16,
    i32,
    i64,
    i128,
    isize,
    f32,
    f64,
    ()
);

impl<T: Scalar + ?Sized> Scalar for &T {}
impl<T: Scalar> Scalar for Option<T> {}
impl<T: Scalar> Scalar for Vec<T> {}
impl<T: Scalar> Scalar for [T] {}

macro_rules! fields {
    ($method:ident ( $($arg:ident: $type:ty),* ), $scalar:ident, $serialize:ident, $bound:ident, $message:literal, $note:literal, |$value:ident, $request:ident| $push:expr) => {
        never! {
            /// What this takes: a struct or a map that implements `Serialize`.
            #[diagnostic::on_unimplemented(
                message = $message,
                label = "neither a struct nor a map that implements `serde::Serialize`",
                note = $note
            )]
            $bound
        }

        /// The message for a single value.
        pub trait $scalar {
            /// What it is about.
            type Value;
            /// See the trait.
            fn $method(&self, request: &mut Request $(, $arg: $type)*)
            where
                Self::Value: $bound;
        }

        impl<T: Scalar> $scalar for &&Arg<'_, T> {
            type Value = T;
            fn $method(&self, _: &mut Request $(, _: $type)*)
            where
                T: $bound,
            {
            }
        }

        /// The fields of a struct, or the entries of a map.
        pub trait $serialize {
            /// See the trait.
            fn $method(&self, request: &mut Request $(, $arg: $type)*);
        }

        impl<T: Serialize> $serialize for &Arg<'_, T> {
            fn $method(&self, $request: &mut Request $(, $arg: $type)*) {
                let $value = self.0;
                $push
            }
        }

        impl<T> Arg<'_, T> {
            /// The message for a type without `Serialize`.
            pub fn $method(&self, _: &mut Request $(, _: $type)*)
            where
                T: $bound,
            {
            }
        }
    };
}

fields! {
    queries(parameter: &'static str), QueriesOfScalar, QueriesBySerialize, QueryFields,
    "`#[queries]` needs a struct or a map, and `{Self}` is neither",
    "help: `#[query]` takes a single value; a struct needs `#[derive(serde::Serialize)]`",
    |value, request| request.queries(parameter, value)
}

fields! {
    form(), FormOfScalar, FormBySerialize, FormFields,
    "`#[form]` needs a struct or a map, and `{Self}` is neither",
    "help: pass a struct with `#[derive(serde::Serialize)]`",
    |value, request| request.form(value)
}

fields! {
    headers(parameter: &'static str), HeadersOfScalar, HeadersBySerialize, HeaderFields,
    "`#[headers]` needs a struct or a map, and `{Self}` is neither",
    "help: `#[header]` takes a single value; a struct needs `#[derive(serde::Serialize)]`",
    |value, request| request.headers(parameter, value)
}

/// A header map as it is.
pub trait HeadersOfMap {
    /// See the trait.
    fn headers(&self, request: &mut Request, parameter: &'static str);
}

impl HeadersOfMap for &&&Arg<'_, HeaderMap> {
    fn headers(&self, request: &mut Request, _: &'static str) {
        request.header_map(self.0);
    }
}

impl HeadersOfMap for &&&Arg<'_, &HeaderMap> {
    fn headers(&self, request: &mut Request, _: &'static str) {
        request.header_map(self.0);
    }
}

// Header arguments.

/// A header value that says itself what it is.
pub trait HeaderByArg {
    /// See the trait.
    fn header(&self, request: &mut Request, name: &'static str);
}

impl<T: HeaderArg> HeaderByArg for &&&&Arg<'_, T> {
    fn header(&self, request: &mut Request, name: &'static str) {
        request.header(name, |line| self.0.lines(line));
    }
}

/// A header value that may not be there.
pub trait HeaderByOption {
    /// See the trait.
    fn header(&self, request: &mut Request, name: &'static str);
}

impl<T: Display> HeaderByOption for &&&Arg<'_, Option<T>> {
    fn header(&self, request: &mut Request, name: &'static str) {
        each(request, name, self.0);
    }
}

/// A header value for each element.
pub trait HeaderBySlice {
    /// See the trait.
    fn header(&self, request: &mut Request, name: &'static str);
}

impl<T: Display> HeaderBySlice for &&Arg<'_, &[T]> {
    fn header(&self, request: &mut Request, name: &'static str) {
        each(request, name, *self.0);
    }
}

impl<T: Display> HeaderBySlice for &&Arg<'_, Vec<T>> {
    fn header(&self, request: &mut Request, name: &'static str) {
        each(request, name, self.0);
    }
}

/// A header value as it is displayed.
pub trait HeaderByDisplay {
    /// See the trait.
    fn header(&self, request: &mut Request, name: &'static str);
}

impl<T: Display> HeaderByDisplay for &Arg<'_, T> {
    fn header(&self, request: &mut Request, name: &'static str) {
        each(request, name, [self.0]);
    }
}

impl<T> Arg<'_, T> {
    /// The message for a type that is no header value.
    pub fn header(&self, _: &mut Request, _: &'static str)
    where
        T: HeaderArg,
    {
    }
}

fn each<T: Display>(request: &mut Request, name: &'static str, values: impl IntoIterator<Item = T>) {
    request.header(name, |line: &mut dyn FnMut(HeaderValue) -> Result<(), InvalidRequest>| {
        values.into_iter().try_for_each(|value| line(displayed(&value)?))
    });
}

// JSON bodies.

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

// Answers.

/// An answer that becomes a value by the type's own rules.
pub trait DecodeByType<T> {
    /// See the trait.
    fn decoder(&self) -> Decoder<T>;
}

impl<T: FromResponse> DecodeByType<T> for &&&Decode<T> {
    fn decoder(&self) -> Decoder<T> {
        Decoder { accept: T::ACCEPT, decode: T::from_response, absent: T::absent }
    }
}

/// A JSON answer, together with its head.
pub trait DecodeResponse<T> {
    /// See the trait.
    fn decoder(&self) -> Decoder<T>;
}

impl<T: DeserializeOwned> DecodeResponse<Response<T>> for &&Decode<Response<T>> {
    fn decoder(&self) -> Decoder<Response<T>> {
        Decoder {
            accept: JSON,
            decode: |answer: Answer| {
                let value = decode_json(&answer)?;
                Ok(Response::new(answer.head, value))
            },
            absent: |head: &Head| Some(Response::new(head.clone(), absent_json()?)),
        }
    }
}

/// A JSON answer.
pub trait DecodeByJson<T> {
    /// See the trait.
    fn decoder(&self) -> Decoder<T>;
}

impl<T: DeserializeOwned> DecodeByJson<T> for &Decode<T> {
    fn decoder(&self) -> Decoder<T> {
        Decoder {
            accept: JSON,
            decode: |answer: Answer| decode_json(&answer),
            absent: |_: &Head| absent_json(),
        }
    }
}

const JSON: Option<&str> = Some("application/json");

never! {
    /// What an endpoint can return: everything that implements `DeserializeOwned` or `FromResponse`.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be the success type of an endpoint",
        label = "neither `serde::Deserialize` nor `FromResponse`",
        note = "help: `#[derive(serde::Deserialize)]` on it, or return `Bytes`, `String` or `()`"
    )]
    EndpointSuccess
}

impl<T> Decode<T> {
    /// The message for a type that no answer can become.
    #[must_use]
    pub fn decoder(&self) -> Decoder<T>
    where
        T: EndpointSuccess,
    {
        Decoder {
            accept: None,
            decode: |answer: Answer| Err::<T, Error>(answer.not_a::<T>("")),
            absent: |_: &Head| None,
        }
    }
}
