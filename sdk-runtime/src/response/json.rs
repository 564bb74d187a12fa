//! JSON responses, and the values for an absent response.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use bytes::Bytes;
use http::StatusCode;
use serde::de::value::Error as Absent;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde::{Deserialize, Deserializer};

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
    match is_absent.then(absent_json).flatten() {
        Some(value) => Ok(value),
        None => decode_document(&answer.head, &answer.body),
    }
}

/// Decodes the part of a body that `path` leads to, from one key or index to the next.
pub(crate) fn decode_json_at<T: DeserializeOwned>(
    answer: &BufferedResponse,
    path: &'static [&'static str],
) -> Result<T, Error> {
    let text = text::without_mark(&answer.body);
    let mut json = serde_json::Deserializer::from_slice(text);
    let value = Part { path, value: PhantomData }.deserialize(&mut json);
    value
        .and_then(|value| json.end().map(|()| value))
        .map_err(|error| not_read::<T>(&answer.head, &answer.body, &error))
}

/// Decodes one document that came with `head` as JSON. A byte order mark is no part of it (RFC 8259, 8.1).
pub(crate) fn decode_document<T: DeserializeOwned>(head: &Head, document: &Bytes) -> Result<T, Error> {
    serde_json::from_slice(text::without_mark(document))
        .map_err(|error| not_read::<T>(head, document, &error))
}

/// Returns the error of a document that is no JSON of a `T`.
fn not_read<T>(head: &Head, document: &Bytes, error: &serde_json::Error) -> Error {
    let expected = std::any::type_name::<T>();
    // A body that is JSON is not encoded, even if the head says so.
    if !error.is_data()
        && let Some(encoded) = head.still_encoded(expected, document)
    {
        return encoded;
    }
    head.undecodable(expected, json_path::of(text::without_mark(document), error), error, document)
}

/// Reads the value at the end of a path.
struct Part<T> {
    path: &'static [&'static str],
    value: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Part<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        if self.path.is_empty() { T::deserialize(deserializer) } else { deserializer.deserialize_any(self) }
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Part<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with `{}`", self.path.first().unwrap_or(&""))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let Some((first, rest)) = self.path.split_first() else { return Err(A::Error::missing_field("")) };
        let mut found = None;
        while let Some(key) = map.next_key::<Cow<'_, str>>()? {
            if found.is_none() && key == *first {
                found = Some(map.next_value_seed(Self { path: rest, value: PhantomData })?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        found.ok_or_else(|| A::Error::missing_field(first))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<T, A::Error> {
        let Some((first, rest)) = self.path.split_first() else { return Err(A::Error::missing_field("")) };
        let Ok(index) = first.parse() else {
            return Err(A::Error::invalid_type(Unexpected::Seq, &self));
        };
        for _ in 0_usize..index {
            if seq.next_element::<IgnoredAny>()?.is_none() {
                return Err(A::Error::missing_field(first));
            }
        }
        let found = seq.next_element_seed(Self { path: rest, value: PhantomData })?;
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        found.ok_or_else(|| A::Error::missing_field(first))
    }
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
    use http::HeaderMap;

    use super::*;

    #[test]
    fn a_part_is_read_where_its_path_leads() {
        let read = |body: &'static str, path| {
            let head = Head::new(StatusCode::OK, HeaderMap::new());
            match decode_json_at::<u32>(
                &BufferedResponse::new(head, Bytes::from_static(body.as_bytes())),
                path,
            ) {
                Ok(value) => Ok(value),
                Err(Error::Decode(error)) => Err(error.without_values().to_string()),
                Err(other) => panic!("{other:?}"),
            }
        };
        for (body, path) in [
            ("7", &[][..]),
            (r#"{"a":7}"#, &["a"]),
            (r#"{"b":{"a":1},"a":{"c":[1],"b":7},"z":[{}]}"#, &["a", "b"]),
            (r#"{"\u0061":7,"a":"twice"}"#, &["a"]),
            (r#"[1,{"a":7},3]"#, &["1", "a"]),
            (r#"{"0":7}"#, &["0"]),
        ] {
            assert_eq!(read(body, path), Ok(7), "{body} {path:?}");
        }
        for (body, path, why) in [
            (r#"{"b":7}"#, &["a"][..], "missing field `a`"),
            (r#"{"a":{"b":7}}"#, &["a", "c"], "missing field `c` at line 1 column 12, in `a`"),
            (r#"{"a":null}"#, &["a", "b"], "invalid type: null, expected an object with `b`"),
            (r#"{"a":["hunter2"]}"#, &["a", "b"], "invalid type: sequence, expected an object with `b`"),
            (r#"{"a":"hunter2"}"#, &["a"], "invalid type: string, expected u32"),
            ("[1]", &["1"], "the type's own message, which is not kept"),
            ("[1]", &["2"], "the type's own message, which is not kept"),
            (r#"{"a":7} x"#, &["a"], "trailing characters"),
            (r#"{"a":7"#, &["a"], "EOF while parsing an object"),
        ] {
            let told = read(body, path).unwrap_err();
            assert!(told.contains(why) && !told.contains("hunter2"), "{body} {path:?}: {told}");
        }
    }

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
