//! `Scalar`: writes a parameter of the query whose value is a text, a whole number, a `bool` or absent, which
//! are most. All others take the way over a form, which costs several times as much.

use std::fmt::{self, Write as _};

use serde::Serialize;
use serde::ser::{Error, Impossible, Serializer};

/// Appends `name=value`, or nothing if `value` is `None`. Fails with the query as it was if it is anything
/// else than one plain value.
pub(super) fn append(
    query: &mut String,
    name: &str,
    value: &(impl Serialize + ?Sized),
) -> Result<(), NotScalar> {
    let before = query.len();
    let written = value.serialize(Scalar { query, name });
    if written.is_err() {
        query.truncate(before);
    }
    written
}

/// Appends `text`, encoded as in a form, with `%20` for a space.
fn encode(query: &mut String, text: &str) {
    for part in form_urlencoded::byte_serialize(text.as_bytes()) {
        query.push_str(if part == "+" { "%20" } else { part });
    }
}

/// The value has another form.
#[derive(Debug)]
pub(super) struct NotScalar;

impl fmt::Display for NotScalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no plain value")
    }
}

impl std::error::Error for NotScalar {}

impl Error for NotScalar {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

struct Scalar<'a> {
    query: &'a mut String,
    name: &'a str,
}

impl Scalar<'_> {
    fn text(self, text: &str) -> Result<(), NotScalar> {
        let query = self.name();
        encode(query, text);
        Ok(())
    }

    fn number(self, number: impl fmt::Display) -> Result<(), NotScalar> {
        write!(self.name(), "{number}").map_err(|_| NotScalar)
    }
}

impl<'a> Scalar<'a> {
    /// Writes the name, and returns the query.
    fn name(self) -> &'a mut String {
        if self.query.is_empty() {
            // Room for a few parameters, because a string grows from 8 bytes on.
            self.query.reserve(64);
        } else {
            self.query.push('&');
        }
        encode(self.query, self.name);
        self.query.push('=');
        self.query
    }
}

macro_rules! numbers {
    ($($method:ident($type:ty)),*) => {$(
        fn $method(self, value: $type) -> Result<(), NotScalar> {
            self.number(value)
        }
    )*};
}

macro_rules! others {
    ($($method:ident($($argument:ty),*) -> $out:ty;)*) => {$(
        fn $method(self, $(_: $argument),*) -> Result<$out, NotScalar> {
            Err(NotScalar)
        }
    )*};
}

impl Serializer for Scalar<'_> {
    type Ok = ();
    type Error = NotScalar;
    type SerializeSeq = Impossible<(), NotScalar>;
    type SerializeTuple = Impossible<(), NotScalar>;
    type SerializeTupleStruct = Impossible<(), NotScalar>;
    type SerializeTupleVariant = Impossible<(), NotScalar>;
    type SerializeMap = Impossible<(), NotScalar>;
    type SerializeStruct = Impossible<(), NotScalar>;
    type SerializeStructVariant = Impossible<(), NotScalar>;

    numbers! {
        serialize_i8(i8), serialize_i16(i16), serialize_i32(i32), serialize_i64(i64), serialize_u8(u8),
        serialize_u16(u16), serialize_u32(u32), serialize_u64(u64)
    }

    others! {
        serialize_i128(i128) -> ();
        serialize_u128(u128) -> ();
        serialize_f32(f32) -> ();
        serialize_f64(f64) -> ();
        serialize_bytes(&[u8]) -> ();
        serialize_unit() -> ();
        serialize_unit_struct(&'static str) -> ();
        serialize_seq(Option<usize>) -> Self::SerializeSeq;
        serialize_tuple(usize) -> Self::SerializeTuple;
        serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant;
        serialize_map(Option<usize>) -> Self::SerializeMap;
        serialize_struct(&'static str, usize) -> Self::SerializeStruct;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Self::SerializeStructVariant;
    }

    fn serialize_bool(self, value: bool) -> Result<(), NotScalar> {
        self.text(if value { "true" } else { "false" })
    }

    fn serialize_char(self, value: char) -> Result<(), NotScalar> {
        self.text(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), NotScalar> {
        self.text(value)
    }

    fn serialize_none(self) -> Result<(), NotScalar> {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), NotScalar> {
        value.serialize(self)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), NotScalar> {
        self.text(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), NotScalar> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), NotScalar> {
        Err(NotScalar)
    }
}
