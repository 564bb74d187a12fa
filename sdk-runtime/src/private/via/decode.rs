//! Answers: by the type's own rules, or from JSON.

use serde::de::DeserializeOwned;

use super::Decode;
use crate::error::Error;
use crate::response::{Answer, Decoder, FromResponse, Head, Response, absent_json, decode_json};

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
