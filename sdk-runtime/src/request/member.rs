//! One member of a JSON document, which is read and replaced while the rest stays as it is written.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

/// Why a document takes no member.
const NO_OBJECT: &str = "is no object in JSON where the next page is to be named";

/// Returns `document` with `value` as its member at `path`, such as `variables.after`. Objects that are
/// missing on the way are added. Both texts are JSON.
pub(crate) fn with_member(document: &[u8], path: &str, value: &str) -> Result<Vec<u8>, &'static str> {
    let value = RawValue::from_string(value.to_owned()).map_err(|_| "is named by a value that is no JSON")?;
    let document = serde_json::from_slice(document).map_err(|_| NO_OBJECT)?;
    let keys: Vec<&str> = path.split('.').collect();
    replaced(document, &keys, value).map(|whole| whole.get().as_bytes().to_vec())
}

/// Returns the member at `path` as it is written.
pub(crate) fn member<'a>(document: &'a [u8], path: &str) -> Option<&'a str> {
    let whole: &RawValue = serde_json::from_slice(document).ok()?;
    let found = path.split('.').try_fold(whole, |at, key| {
        let object: Object<'a> = serde_json::from_str(at.get()).ok()?;
        object.0.into_iter().find(|(name, _)| name == key).map(|(_, value)| value)
    });
    found.map(RawValue::get)
}

fn replaced(document: &RawValue, keys: &[&str], value: Box<RawValue>) -> Result<Box<RawValue>, &'static str> {
    let [key, inner @ ..] = keys else { return Ok(value) };
    let mut object = match document.get() {
        "null" => Object(Vec::new()),
        text => serde_json::from_str(text).map_err(|_| NO_OBJECT)?,
    };
    let at = object.0.iter().position(|(name, _)| name == key);
    let before = at.map_or(RawValue::NULL, |at| object.0[at].1);
    let member = replaced(before, inner, value)?;
    match at {
        Some(at) => object.0[at].1 = &member,
        None => object.0.push(((*key).to_owned(), &member)),
    }
    serde_json::value::to_raw_value(&object).map_err(|_| NO_OBJECT)
}

/// The members of an object, in their order.
struct Object<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Object(members))
            }
        }

        deserializer.deserialize_map(Members)
    }
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_replaced_and_the_rest_stays_as_it_is_written() {
        for (document, path, after) in [
            (r#"{"z":1.10,"after":null,"a":[1, 2]}"#, "after", Ok(r#"{"z":1.10,"after":"x","a":[1, 2]}"#)),
            (r#"{ "q" : "é\u00e9" }"#, "after", Ok(r#"{"q":"é\u00e9","after":"x"}"#)),
            (
                r#"{"v":{"first":9007199254740993}}"#,
                "v.after",
                Ok(r#"{"v":{"first":9007199254740993,"after":"x"}}"#),
            ),
            (r#"{"v":null}"#, "v.w.after", Ok(r#"{"v":{"w":{"after":"x"}}}"#)),
            ("{}", "v.after", Ok(r#"{"v":{"after":"x"}}"#)),
            ("null", "after", Ok(r#"{"after":"x"}"#)),
            (r#"{"v":[]}"#, "v.after", Err(NO_OBJECT)),
            (r#"{"v":"t"}"#, "v.after", Err(NO_OBJECT)),
            ("[1]", "after", Err(NO_OBJECT)),
            ("", "after", Err(NO_OBJECT)),
            ("{", "after", Err(NO_OBJECT)),
        ] {
            let replaced = with_member(document.as_bytes(), path, "\"x\"");
            assert_eq!(
                replaced.map(|it| String::from_utf8(it).unwrap()),
                after.map(str::to_owned),
                "{document}"
            );
            if let Ok(after) = after {
                assert_eq!(member(after.as_bytes(), path), Some("\"x\""), "{document}");
            }
        }
        assert!(with_member(b"{}", "after", "x").is_err(), "no JSON");
        assert_eq!(member(b"{\"a\":{\"b\":7}}", "a.c"), None);
        assert_eq!(member(b"[]", "a"), None);
    }
}
