//! JSON responses, and the values for an absent response.

use bytes::Bytes;
use http::StatusCode;
use serde::Deserializer;
use serde::de::value::Error as Absent;
use serde::de::{DeserializeOwned, Error as _, Visitor};

use super::json_path;
use super::parts::{BufferedResponse, Head};
use crate::error::Error;
use crate::text;

/// Decodes the body of a success as JSON. A 204 is the absent value, if there is one. Any other success
/// without a body is an error, because its server may have died after the head.
pub(crate) fn decode_json<T: DeserializeOwned>(answer: &BufferedResponse) -> Result<T, Error> {
    decode_or_absent(answer, answer.head.status == StatusCode::NO_CONTENT)
}

/// Decodes the body of an error as JSON. Without a body it is the absent value, if there is one, because the
/// status is known.
pub(crate) fn decode_json_field<T: DeserializeOwned>(answer: &BufferedResponse) -> Result<T, Error> {
    decode_or_absent(answer, text::is_blank(&answer.body))
}

fn decode_or_absent<T: DeserializeOwned>(answer: &BufferedResponse, is_absent: bool) -> Result<T, Error> {
    match absent_json().filter(|_| is_absent) {
        Some(value) => Ok(value),
        None => decode_document(&answer.head, &answer.body),
    }
}

/// Decodes one document that came with `head` as JSON. A byte order mark is no part of it (RFC 8259, 8.1).
pub(crate) fn decode_document<T: DeserializeOwned>(head: &Head, document: &Bytes) -> Result<T, Error> {
    let text = text::without_mark(document);
    serde_json::from_slice(text).map_err(|error| {
        let expected = std::any::type_name::<T>();
        // A body that is JSON is not encoded, even if the head says so.
        if !error.is_data()
            && let Some(encoded) = head.still_encoded(expected, document)
        {
            return encoded;
        }
        head.undecodable(expected, json_path::of(text, &error), &error, document)
    })
}

/// Returns the absent value of a `T`: `None` if `T` is an `Option`, even behind an alias or a transparent
/// wrapper. Other types have none.
pub(crate) fn absent_json<T: DeserializeOwned>() -> Option<T> {
    T::deserialize(Nothing).ok()
}

struct Nothing;

impl<'de> Deserializer<'de> for Nothing {
    type Error = Absent;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Absent> {
        Err(Absent::custom("there is nothing"))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Absent> {
        visitor.visit_none()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Absent> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple
        tuple_struct map struct enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize, Debug, PartialEq)]
    #[serde(transparent)]
    struct Maybe(Option<u32>);

    #[derive(Deserialize, Debug, PartialEq)]
    struct Lenient {
        #[serde(default)]
        x: Option<u32>,
    }

    #[test]
    fn only_an_option_has_a_value_for_nothing() {
        assert_eq!(absent_json::<Option<u32>>(), Some(None));
        assert_eq!(absent_json::<Maybe>(), Some(Maybe(None)));
        assert_eq!(absent_json::<u32>(), None);
        assert_eq!(absent_json::<Vec<u32>>(), None);
        assert_eq!(absent_json::<Lenient>(), None);
        assert_eq!(absent_json::<serde_json::Value>(), None);
    }
}
