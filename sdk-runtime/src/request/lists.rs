//! Lists in a query or a form. serde calls an array a tuple, and `serde_html_form` only writes sequences.
//! This adapter presents arrays, tuples and tuple structs as sequences.

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeTuple, SerializeTupleStruct, Serializer,
};

/// Fields with values in which every array is a list.
pub(super) struct Lists<'a, T: ?Sized>(pub(super) &'a T);

impl<T: Serialize + ?Sized> Serialize for Lists<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Positioned { place: Position::Fields, value: self.0 }.serialize(serializer)
    }
}

/// The position of a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Position {
    /// The whole: a struct, a map or a list of pairs.
    Fields,
    /// A name and a value, which are a tuple and no list.
    Pair,
    /// The value of a pair, of which nothing at all is a mistake.
    Paired,
    Value,
}

struct Positioned<'a, T: ?Sized> {
    place: Position,
    value: &'a T,
}

impl<T: Serialize + ?Sized> Serialize for Positioned<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(Listing { place: self.place, inner: serializer })
    }
}

/// A serializer, or a part of one, that gets lists. `place` is the position of the value, or of the elements.
struct Listing<S> {
    place: Position,
    inner: S,
}

impl<S> Listing<S> {
    fn at<'a, T: ?Sized>(&self, value: &'a T) -> Positioned<'a, T> {
        Positioned { place: self.place, value }
    }
}

macro_rules! forward {
    ($($method:ident($($name:ident: $type:ty),*) -> $out:ident;)*) => {$(
        fn $method(self, $($name: $type),*) -> Result<S::$out, S::Error> {
            self.inner.$method($($name),*)
        }
    )*};
}

impl<S: Serializer> Serializer for Listing<S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Listing<S::SerializeSeq>;
    type SerializeTuple = Tuple<S::SerializeSeq, S::SerializeTuple>;
    type SerializeTupleStruct = Listing<S::SerializeSeq>;
    type SerializeTupleVariant = S::SerializeTupleVariant;
    type SerializeMap = Listing<S::SerializeMap>;
    type SerializeStruct = Listing<S::SerializeStruct>;
    type SerializeStructVariant = S::SerializeStructVariant;

    forward! {
        serialize_bool(value: bool) -> Ok;
        serialize_i8(value: i8) -> Ok;
        serialize_i16(value: i16) -> Ok;
        serialize_i32(value: i32) -> Ok;
        serialize_i64(value: i64) -> Ok;
        serialize_i128(value: i128) -> Ok;
        serialize_u8(value: u8) -> Ok;
        serialize_u16(value: u16) -> Ok;
        serialize_u32(value: u32) -> Ok;
        serialize_u64(value: u64) -> Ok;
        serialize_u128(value: u128) -> Ok;
        serialize_f32(value: f32) -> Ok;
        serialize_f64(value: f64) -> Ok;
        serialize_char(value: char) -> Ok;
        serialize_str(value: &str) -> Ok;
        serialize_bytes(value: &[u8]) -> Ok;
        serialize_none() -> Ok;
        serialize_unit_struct(name: &'static str) -> Ok;
        serialize_unit_variant(name: &'static str, index: u32, variant: &'static str) -> Ok;
        serialize_tuple_variant(name: &'static str, index: u32, variant: &'static str, len: usize)
            -> SerializeTupleVariant;
        serialize_struct_variant(name: &'static str, index: u32, variant: &'static str, len: usize)
            -> SerializeStructVariant;
    }

    /// JSON's `null` in a field is absent, as `None` is.
    fn serialize_unit(self) -> Result<S::Ok, S::Error> {
        match self.place {
            Position::Value => self.inner.serialize_none(),
            Position::Fields | Position::Pair | Position::Paired => self.inner.serialize_unit(),
        }
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        let value = self.at(value);
        self.inner.serialize_some(&value)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        let value = self.at(value);
        self.inner.serialize_newtype_struct(name, &value)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        self.inner.serialize_newtype_variant(name, index, variant, value)
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Self::SerializeSeq, S::Error> {
        let place = if self.place == Position::Fields { Position::Pair } else { Position::Value };
        Ok(Listing { place, inner: self.inner.serialize_seq(len)? })
    }

    fn serialize_tuple(self, len: usize) -> Result<Self::SerializeTuple, S::Error> {
        match self.place {
            Position::Pair => Ok(Tuple::Pair(self.inner.serialize_tuple(len)?)),
            Position::Fields | Position::Paired | Position::Value => {
                self.serialize_seq(Some(len)).map(Tuple::List)
            }
        }
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        len: usize,
    ) -> Result<Self::SerializeTupleStruct, S::Error> {
        self.serialize_seq(Some(len))
    }

    fn serialize_map(self, len: Option<usize>) -> Result<Self::SerializeMap, S::Error> {
        Ok(Listing { place: Position::Value, inner: self.inner.serialize_map(len)? })
    }

    fn serialize_struct(self, name: &'static str, len: usize) -> Result<Self::SerializeStruct, S::Error> {
        Ok(Listing { place: Position::Value, inner: self.inner.serialize_struct(name, len)? })
    }
}

impl<S: SerializeSeq> SerializeSeq for Listing<S> {
    type Ok = S::Ok;
    type Error = S::Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), S::Error> {
        let value = self.at(value);
        self.inner.serialize_element(&value)
    }

    fn end(self) -> Result<S::Ok, S::Error> {
        self.inner.end()
    }
}

impl<S: SerializeSeq> SerializeTupleStruct for Listing<S> {
    type Ok = S::Ok;
    type Error = S::Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), S::Error> {
        self.serialize_element(value)
    }

    fn end(self) -> Result<S::Ok, S::Error> {
        self.inner.end()
    }
}

/// A tuple of serde's.
enum Tuple<L, P> {
    List(Listing<L>),
    Pair(P),
}

impl<L: SerializeSeq, P: SerializeTuple<Ok = L::Ok, Error = L::Error>> SerializeTuple for Tuple<L, P> {
    type Ok = L::Ok;
    type Error = L::Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), L::Error> {
        match self {
            Self::List(list) => list.serialize_element(value),
            Self::Pair(pair) => pair.serialize_element(&Positioned { place: Position::Paired, value }),
        }
    }

    fn end(self) -> Result<L::Ok, L::Error> {
        match self {
            Self::List(list) => list.inner.end(),
            Self::Pair(pair) => pair.end(),
        }
    }
}

impl<S: SerializeMap> SerializeMap for Listing<S> {
    type Ok = S::Ok;
    type Error = S::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), S::Error> {
        self.inner.serialize_key(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), S::Error> {
        let value = self.at(value);
        self.inner.serialize_value(&value)
    }

    fn end(self) -> Result<S::Ok, S::Error> {
        self.inner.end()
    }
}

impl<S: SerializeStruct> SerializeStruct for Listing<S> {
    type Ok = S::Ok;
    type Error = S::Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), S::Error> {
        let value = self.at(value);
        self.inner.serialize_field(key, &value)
    }

    fn end(self) -> Result<S::Ok, S::Error> {
        self.inner.end()
    }
}
