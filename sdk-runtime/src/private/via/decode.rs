//! Answers: by the type's own rules, or from JSON.

use std::marker::PhantomData;
use std::ops::Deref;

use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::response::{Answer, Decoder, FromResponse, Head, Response, absent_json, decode_json};

/// The success type of an endpoint.
pub struct Decode<T>(Decode1<T>);
/// A link of the chain.
pub struct Decode1<T>(Decode2<T>);
/// A link of the chain.
pub struct Decode2<T>(Decode3<T>);
/// The last link.
pub struct Decode3<T>(PhantomData<fn() -> T>);

impl<T> Decode<T> {
    /// The probe.
    pub const NEW: Self = Self(Decode1(Decode2(Decode3(PhantomData))));
}

macro_rules! chain {
    ($($link:ident -> $next:ident),*) => {$(
        impl<T> Deref for $link<T> {
            type Target = $next<T>;

            fn deref(&self) -> &$next<T> {
                &self.0
            }
        }
    )*};
}

chain!(Decode -> Decode1, Decode1 -> Decode2, Decode2 -> Decode3);

impl<T: FromResponse> Decode<T> {
    /// An answer that becomes a value by the type's own rules.
    #[must_use]
    pub fn decoder(&self) -> Decoder<T> {
        Decoder { accept: T::ACCEPT, decode: T::from_response, absent: T::absent }
    }
}

impl<T: DeserializeOwned> Decode1<Response<T>> {
    /// A JSON answer, together with its head.
    #[must_use]
    pub fn decoder(&self) -> Decoder<Response<T>> {
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

impl<T: DeserializeOwned> Decode2<T> {
    /// A JSON answer.
    #[must_use]
    pub fn decoder(&self) -> Decoder<T> {
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

impl<T> Decode3<T> {
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
