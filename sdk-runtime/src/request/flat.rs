//! A value of any depth as a flat list: the place of each text, as names and positions.
//!
//! A name from a map is data. So it cannot hold the characters that separate the names of a nested field.

use std::fmt;

use serde::Serialize;
use serde::ser::{
    self, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

/// A step into a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// A field that the type declares.
    Field(&'static str),
    /// A key of a map.
    Key(String),
    /// The position in a list.
    Index(usize),
}

/// One text, or `None` for a value that is absent.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    pub(super) path: Vec<Step>,
    pub(super) text: Option<String>,
}

/// A value that is no field, map or list of pairs.
#[derive(Debug)]
pub(super) struct Unflat;

impl fmt::Display for Unflat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("has no names")
    }
}

impl std::error::Error for Unflat {}

impl ser::Error for Unflat {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// Returns the leaves of a struct, a map or a list of pairs, each below a name.
pub(super) fn fields(value: &(impl Serialize + ?Sized)) -> Result<Vec<Leaf>, Unflat> {
    let leaves = leaves(value)?;
    let mut named = Vec::with_capacity(leaves.len());
    let mut key: Option<(usize, String)> = None;
    for Leaf { mut path, text } in leaves {
        match (path.as_slice(), text) {
            ([Step::Field(_) | Step::Key(_), ..], text) => named.push(Leaf { path, text }),
            // The first element of a pair is its name.
            ([Step::Index(pair), Step::Index(0)], Some(name)) => key = Some((*pair, name)),
            ([Step::Index(pair), Step::Index(1), ..], text) => {
                let name = key.as_ref().filter(|(of, _)| of == pair).ok_or(Unflat)?;
                path.splice(..2, [Step::Key(name.1.clone())]);
                named.push(Leaf { path, text });
            }
            // The whole is absent: an `Option` of fields, or nothing.
            ([], None) => {}
            _ => return Err(Unflat),
        }
    }
    Ok(named)
}

fn leaves(value: &(impl Serialize + ?Sized)) -> Result<Vec<Leaf>, Unflat> {
    let (mut leaves, mut path) = (Vec::new(), Vec::new());
    value.serialize(Walk { leaves: &mut leaves, path: &mut path })?;
    Ok(leaves)
}

/// Walks through a value, and notes each text.
struct Walk<'w> {
    leaves: &'w mut Vec<Leaf>,
    path: &'w mut Vec<Step>,
}

impl Walk<'_> {
    fn leaf(self, text: Option<String>) -> Result<(), Unflat> {
        self.leaves.push(Leaf { path: self.path.clone(), text });
        Ok(())
    }

    fn below(&mut self, step: Step, value: &(impl Serialize + ?Sized)) -> Result<(), Unflat> {
        self.path.push(step);
        value.serialize(Walk { leaves: self.leaves, path: self.path })?;
        self.path.pop();
        Ok(())
    }
}

/// The parts of a list, a map or a struct.
struct Parts<'w> {
    walk: Walk<'w>,
    next: usize,
    key: Option<String>,
    /// Whether the variant of an enum stands around the parts.
    in_variant: bool,
}

impl<'w> Parts<'w> {
    fn of(walk: Walk<'w>) -> Self {
        Self { walk, next: 0, key: None, in_variant: false }
    }

    fn of_variant(walk: Walk<'w>, variant: &'static str) -> Self {
        walk.path.push(Step::Field(variant));
        Self { in_variant: true, ..Self::of(walk) }
    }

    fn element(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), Unflat> {
        self.next += 1;
        self.walk.below(Step::Index(self.next - 1), value)
    }

    fn finish(self) -> Result<(), Unflat> {
        if self.in_variant {
            self.walk.path.pop();
        }
        Ok(())
    }
}

macro_rules! texts {
    ($($method:ident($type:ty): $text:expr;)*) => {$(
        fn $method(self, value: $type) -> Result<(), Unflat> {
            let text: fn($type) -> String = $text;
            self.leaf(Some(text(value)))
        }
    )*};
}

impl<'w> Serializer for Walk<'w> {
    type Ok = ();
    type Error = Unflat;
    type SerializeSeq = Parts<'w>;
    type SerializeTuple = Parts<'w>;
    type SerializeTupleStruct = Parts<'w>;
    type SerializeTupleVariant = Parts<'w>;
    type SerializeMap = Parts<'w>;
    type SerializeStruct = Parts<'w>;
    type SerializeStructVariant = Parts<'w>;

    texts! {
        serialize_bool(bool): |value| value.to_string();
        serialize_i8(i8): |value| value.to_string();
        serialize_i16(i16): |value| value.to_string();
        serialize_i32(i32): |value| value.to_string();
        serialize_i64(i64): |value| value.to_string();
        serialize_i128(i128): |value| value.to_string();
        serialize_u8(u8): |value| value.to_string();
        serialize_u16(u16): |value| value.to_string();
        serialize_u32(u32): |value| value.to_string();
        serialize_u64(u64): |value| value.to_string();
        serialize_u128(u128): |value| value.to_string();
        // The shortest text, as in a query without nested fields.
        serialize_f32(f32): |value| format!("{value:?}");
        serialize_f64(f64): |value| format!("{value:?}");
        serialize_char(char): |value| value.to_string();
        serialize_str(&str): |value| value.to_owned();
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Unflat> {
        let text = std::str::from_utf8(value).map_err(|_| Unflat)?;
        self.leaf(Some(text.to_owned()))
    }

    fn serialize_none(self) -> Result<(), Unflat> {
        self.leaf(None)
    }

    fn serialize_unit(self) -> Result<(), Unflat> {
        self.leaf(None)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Unflat> {
        value.serialize(self)
    }

    fn serialize_unit_struct(self, name: &'static str) -> Result<(), Unflat> {
        self.leaf(Some(name.to_owned()))
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Unflat> {
        self.leaf(Some(variant.to_owned()))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Unflat> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        mut self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Unflat> {
        self.below(Step::Field(variant), value)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Parts<'w>, Unflat> {
        Ok(Parts::of(self))
    }

    fn serialize_tuple(self, _: usize) -> Result<Parts<'w>, Unflat> {
        Ok(Parts::of(self))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Parts<'w>, Unflat> {
        Ok(Parts::of(self))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Parts<'w>, Unflat> {
        Ok(Parts::of_variant(self, variant))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Parts<'w>, Unflat> {
        Ok(Parts::of(self))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Parts<'w>, Unflat> {
        Ok(Parts::of(self))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Parts<'w>, Unflat> {
        Ok(Parts::of_variant(self, variant))
    }
}

macro_rules! elements {
    ($($trait:ident $method:ident;)*) => {$(
        impl $trait for Parts<'_> {
            type Ok = ();
            type Error = Unflat;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unflat> {
                self.element(value)
            }

            fn end(self) -> Result<(), Unflat> {
                self.finish()
            }
        }
    )*};
}

elements! {
    SerializeSeq serialize_element;
    SerializeTuple serialize_element;
    SerializeTupleStruct serialize_field;
    SerializeTupleVariant serialize_field;
}

macro_rules! declared {
    ($($trait:ident)*) => {$(
        impl $trait for Parts<'_> {
            type Ok = ();
            type Error = Unflat;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), Unflat> {
                self.walk.below(Step::Field(key), value)
            }

            fn end(self) -> Result<(), Unflat> {
                self.finish()
            }
        }
    )*};
}

declared! { SerializeStruct SerializeStructVariant }

impl SerializeMap for Parts<'_> {
    type Ok = ();
    type Error = Unflat;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Unflat> {
        match leaves(key)?.pop() {
            Some(Leaf { path, text: Some(text) }) if path.is_empty() => {
                self.key = Some(text);
                Ok(())
            }
            _ => Err(Unflat),
        }
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unflat> {
        let key = self.key.take().ok_or(Unflat)?;
        self.walk.below(Step::Key(key), value)
    }

    fn end(self) -> Result<(), Unflat> {
        self.finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    #[derive(Serialize)]
    #[serde(rename_all = "kebab-case")]
    enum Kind {
        NewestFirst,
        Above(u8),
        Within(u8, f64),
        Named { ab: char },
    }

    #[derive(Serialize)]
    struct Marker;

    #[derive(Serialize)]
    struct Pair(u8, &'static str);

    fn shown(value: impl Serialize) -> Result<Vec<String>, String> {
        let leaves = fields(&value).map_err(|error| error.to_string())?;
        let steps = |path: &[Step]| {
            let steps = path.iter().map(|step| match step {
                Step::Field(name) => (*name).to_owned(),
                Step::Key(name) => format!("<{name}>"),
                Step::Index(at) => at.to_string(),
            });
            steps.collect::<Vec<_>>().join(" ")
        };
        Ok(leaves.iter().map(|it| format!("{}={:?}", steps(&it.path), it.text)).collect())
    }

    #[test]
    fn each_text_has_its_place() {
        let value = BTreeMap::from([
            ("a", vec![Kind::NewestFirst, Kind::Above(1), Kind::Within(2, -0.0), Kind::Named { ab: 'x' }]),
            ("b", vec![]),
        ]);
        let expected = [
            r#"<a> 0=Some("newest-first")"#,
            r#"<a> 1 above=Some("1")"#,
            r#"<a> 2 within 0=Some("2")"#,
            r#"<a> 2 within 1=Some("-0.0")"#,
            r#"<a> 3 named ab=Some("x")"#,
        ];
        assert_eq!(shown(value).unwrap(), expected);
        assert_eq!(
            shown(json!({ "a": { "b": [null, true] }, "c": null })).unwrap(),
            ["<a> <b> 0=None", r#"<a> <b> 1=Some("true")"#, "<c>=None"]
        );
        assert_eq!(shown(BTreeMap::from([(7, Marker)])).unwrap(), [r#"<7>=Some("Marker")"#]);
        assert_eq!(
            shown(BTreeMap::from([('k', Pair(1, "é"))])).unwrap(),
            [r#"<k> 0=Some("1")"#, r#"<k> 1=Some("é")"#]
        );
    }

    #[test]
    fn a_list_of_pairs_has_names() {
        let pairs = [("a", vec![1, 2]), ("b", vec![]), ("a", vec![3])];
        assert_eq!(shown(pairs).unwrap(), [r#"<a> 0=Some("1")"#, r#"<a> 1=Some("2")"#, r#"<a> 0=Some("3")"#]);
        assert_eq!(shown([("a", None::<u8>)]).unwrap(), ["<a>=None"]);
    }

    #[test]
    fn what_has_no_names_is_an_error() {
        assert_eq!(shown(None::<Marker>), Ok(Vec::new()));
        assert!(shown("text").is_err() && shown(7).is_err() && shown([1, 2]).is_err());
        assert!(shown([(1, 2, 3)]).is_err() && shown([(None::<u8>, 1)]).is_err());
        assert!(shown(BTreeMap::from([(vec![1], 1)])).is_err());
    }
}
