//! Responses: decoded by the rules of their type, or from JSON.

use std::collections::{BTreeMap, HashMap};
use std::marker::PhantomData;
use std::ops::Deref;

use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::response::{
    BufferedResponse, Decoder, FromResponse, FromStream, Response, absent_json, decode_json,
    decode_json_field,
};

/// The target of a response: the success type of an endpoint, or the field of an error's variant.
pub struct Decode<T, As = Success>(Decode1<T, As>);
/// A link of the chain.
pub struct Decode1<T, As>(Decode2<T, As>);
/// A link of the chain.
pub struct Decode2<T, As>(Decode3<T, As>);
/// A link of the chain.
pub struct Decode3<T, As>(Decode4<T, As>);
/// The last link.
pub struct Decode4<T, As>(PhantomData<fn() -> (T, As)>);

/// The success type of an endpoint.
pub enum Success {}
/// The field of an error's variant.
pub enum Field {}

/// How JSON is read there, and which value an absent body has.
pub trait JsonTarget {
    /// Decodes JSON.
    ///
    /// # Errors
    ///
    /// Returns [`Error::Decode`].
    fn json<T: DeserializeOwned>(answer: &BufferedResponse) -> Result<T, Error>;
}

impl JsonTarget for Success {
    fn json<T: DeserializeOwned>(answer: &BufferedResponse) -> Result<T, Error> {
        decode_json(answer)
    }
}

impl JsonTarget for Field {
    fn json<T: DeserializeOwned>(answer: &BufferedResponse) -> Result<T, Error> {
        decode_json_field(answer)
    }
}

impl<T> Decode<T> {
    /// The probe.
    pub const NEW: Self = Self::PROBE;
}

impl<T> Decode<T, Field> {
    /// The probe for a field.
    pub const FIELD: Self = Self::PROBE;
}

impl<T, As> Decode<T, As> {
    const PROBE: Self = Self(Decode1(Decode2(Decode3(Decode4(PhantomData)))));
}

macro_rules! chain {
    ($($link:ident -> $next:ident),*) => {$(
        impl<T, As> Deref for $link<T, As> {
            type Target = $next<T, As>;

            fn deref(&self) -> &$next<T, As> {
                &self.0
            }
        }
    )*};
}

chain!(Decode -> Decode1, Decode1 -> Decode2, Decode2 -> Decode3, Decode3 -> Decode4);

impl<T: FromStream> Decode<T> {
    /// Decodes a response while it arrives.
    #[must_use]
    pub fn decoder(&self) -> Decoder<T> {
        Decoder::STREAM
    }
}

impl<T: FromResponse, As> Decode1<T, As> {
    /// Decodes a response by the rules of the type.
    #[must_use]
    pub fn decoder(&self) -> Decoder<T> {
        Decoder::WHOLE
    }
}

impl<T: DeserializeOwned, As: JsonTarget> Decode2<Response<T>, As> {
    /// Decodes a JSON response, with its head.
    #[must_use]
    pub fn decoder(&self) -> Decoder<Response<T>> {
        Decoder::new(
            JSON,
            |response| {
                let answer = response.whole()?;
                let value = As::json(&answer)?;
                Ok(Response::new(answer.head, value))
            },
            |head| Some(Response::new(head.clone(), absent_json()?)),
        )
    }
}

impl<T: DeserializeOwned, As: JsonTarget> Decode2<Option<Response<T>>, As> {
    /// Decodes a JSON response, with its head. `None` stands for what an `Option<T>` without the head is
    /// `None` for.
    #[must_use]
    pub fn decoder(&self) -> Decoder<Option<Response<T>>> {
        Decoder::new(
            JSON,
            |response| {
                let answer = response.whole()?;
                let value: Option<T> = As::json(&answer)?;
                Ok(value.map(|value| Response::new(answer.head, value)))
            },
            |_| Some(None),
        )
    }
}

impl<T: DeserializeOwned, As: JsonTarget> Decode3<T, As> {
    /// Decodes a JSON response.
    #[must_use]
    pub fn decoder(&self) -> Decoder<T> {
        Decoder::new(JSON, |response| As::json(&response.whole()?), |_| absent_json())
    }
}

const JSON: Option<&str> = Some("application/json");

never! {
    /// The success types of endpoints: all that implement `DeserializeOwned` or `FromResponse`.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be the success type of an endpoint",
        label = "neither `serde::Deserialize` nor `FromResponse`",
        note = "help: `#[derive(serde::Deserialize)]` on it, or return `Bytes`, `String` or `()`"
    )]
    EndpointSuccess
}

never! {
    /// The types of the field of an error's variant: the same.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be read from the answer of a `#[status]`",
        label = "neither `serde::Deserialize` nor `FromResponse`",
        note = "help: `#[derive(serde::Deserialize)]` on it, or hold `Bytes`, `String` or nothing",
        note = "of a type parameter, say `T: serde::de::DeserializeOwned`"
    )]
    VariantField
}

/// Leads from a container to the type in it that cannot be decoded, so that the error names that type.
macro_rules! containers {
    ($($bound:ident),*) => {$(
        impl<T: $bound> $bound for Vec<T> {}
        impl<T: $bound> $bound for Option<T> {}
        impl<T: $bound> $bound for Box<T> {}
        impl<T: $bound> $bound for Response<T> {}
        impl<K, T: $bound, S> $bound for HashMap<K, T, S> {}
        impl<K, T: $bound> $bound for BTreeMap<K, T> {}
        impl<T: $bound, const N: usize> $bound for [T; N] {}
    )*};
}

containers!(EndpointSuccess, VariantField);

impl<T> Decode4<T, Success> {
    /// Reports a type that no response can be decoded into.
    #[must_use]
    pub fn decoder(&self) -> Decoder<T>
    where
        T: EndpointSuccess,
    {
        undecodable()
    }
}

impl<T> Decode4<T, Field> {
    /// Reports a type that no response can be decoded into.
    #[must_use]
    pub fn decoder(&self) -> Decoder<T>
    where
        T: VariantField,
    {
        undecodable()
    }
}

fn undecodable<T>() -> Decoder<T> {
    Decoder::new(None, |response| Err(response.whole()?.not_a::<T>("")), |_| None)
}
