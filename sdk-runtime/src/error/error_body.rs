//! The body of an error response: the fields of OAuth (RFC 6749, 5.2) and of problem details (RFC 9457, 3.1).
//!
//! Calls, sign-ins, refreshes and sign-outs all use this parser.

use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::text;

/// A body that may say why a server refuses.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ErrorBody {
    /// The code in `error`.
    pub(crate) error: Code,
    /// The text for users: `error_description`, `detail` or `title`.
    pub(crate) description: Option<String>,
    /// Whether the body is a JSON object that every reader reads alike: UTF-8, and no key twice.
    pub(crate) is_object: bool,
}

/// The content of a field that should hold a code.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) enum Code {
    #[default]
    Absent,
    Text(String),
    /// Empty, `null`, or no string.
    Unreadable,
}

impl ErrorBody {
    /// Parses `body`. If it breaks off, the fields before that point are recovered.
    pub(crate) fn parse(body: &[u8]) -> Self {
        let body = text::without_mark(body);
        let text = text::lossy(body);
        let mut fields = Vec::new();
        let is_read = read_fields(&text, &mut fields);
        let mut names = HashSet::new();
        let is_unambiguous = fields.iter().all(|(name, _)| names.insert(name.as_str()));
        // Reads all of it, because invalid numbers and strings are only found there.
        let is_object =
            is_read && is_unambiguous && serde_json::from_slice::<serde_json::Value>(body).is_ok();
        // The first of several fields with one name counts, because which one is meant is unknown.
        let field = |wanted: &str| fields.iter().find(|(name, _)| name == wanted);
        let string = |wanted: &str| {
            let (_, value) = field(wanted)?;
            serde_json::from_str::<String>(value.get()).ok().filter(|text| !text.trim().is_empty())
        };
        let error = match (field("error"), string("error")) {
            (None, _) => Code::Absent,
            (Some(_), Some(text)) => Code::Text(text),
            (Some(_), None) => Code::Unreadable,
        };
        let description = ["error_description", "detail", "title"].into_iter().find_map(string);
        Self { error, description, is_object }
    }

    /// Returns the code, if there is one.
    pub(crate) fn code(&self) -> Option<&str> {
        match &self.error {
            Code::Text(code) => Some(code),
            Code::Absent | Code::Unreadable => None,
        }
    }

    /// Returns the text for users: the description, or else the code.
    pub(crate) fn message(self) -> Option<String> {
        self.description.or(match self.error {
            Code::Text(code) => Some(code),
            Code::Absent | Code::Unreadable => None,
        })
    }
}

/// Collects the fields of the object in `text` as far as it can be parsed. Returns whether all of it was.
fn read_fields(text: &str, fields: &mut Vec<(String, Box<RawValue>)>) -> bool {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    Fields(fields).deserialize(&mut deserializer).is_ok() && deserializer.end().is_ok()
}

struct Fields<'a>(&'a mut Vec<(String, Box<RawValue>)>);

impl<'de> DeserializeSeed<'de> for Fields<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Fields<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(entry) = map.next_entry()? {
            self.0.push(entry);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(body: &str) -> ErrorBody {
        ErrorBody::parse(body.as_bytes())
    }

    #[test]
    fn the_fields_of_oauth_and_of_problem_details_are_read_alike() {
        for (body, code, message) in [
            (r#"{"error":"invalid_grant"}"#, Some("invalid_grant"), Some("invalid_grant")),
            ("\u{feff} {\"error\":\"invalid_grant\"}", Some("invalid_grant"), Some("invalid_grant")),
            (r#"{"error":"a","error_description":"no","detail":"x"}"#, Some("a"), Some("no")),
            (r#"{"type":"about:blank","title":"Gone","detail":"it is gone"}"#, None, Some("it is gone")),
            (r#"{"title":"Gone","detail":"  "}"#, None, Some("Gone")),
            (r#"{"error":{"code":7},"title":7}"#, None, None),
            (r#"{"error":"","error_description":null}"#, None, None),
            (r#"{"message":"no"}"#, None, None),
            (r#"["invalid_grant"]"#, None, None),
            (r#""invalid_grant""#, None, None),
            ("", None, None),
            ("<html>", None, None),
        ] {
            let words = words(body);
            assert_eq!(words.code(), code, "{body}");
            assert_eq!(words.message().as_deref(), message, "{body}");
        }
        assert_eq!(words(r#"{"error":null}"#).error, Code::Unreadable);
        assert_eq!(words("{}").error, Code::Absent);
    }

    #[test]
    fn i39_what_is_not_fully_readable_is_no_object_and_its_code_is_recovered() {
        let readable = r#"{"x":[{"error":"no"}],"error":"slow_down","n":1.5e3}"#;
        assert!(words(readable).is_object);
        assert!(words("{}").is_object && words(" \u{feff}{}").code().is_none());
        for body in [
            &b"{\"error\":\"slow_down\",\"error_description\":\"nicht verf\xFCgbar\"}"[..],
            b"{\"error_description\":\"nicht verf\xFCgbar\",\"error\":\"slow_down\"}",
            br#"{"error_description":"\ud800","error":"slow_down"}"#,
            br#"{"n":1e999,"error":"slow_down"}"#,
            br#"{"x":1,"x":2,"error":"slow_down"}"#,
            br#"{"error":"slow_down","error":"invalid_grant"}"#,
            br#"{"error":"slow_down","x":"#,
            br#"{"error":"slow_down"} and more"#,
            br#"{"error":"slow_down",}"#,
        ] {
            let words = ErrorBody::parse(body);
            let body = String::from_utf8_lossy(body);
            assert_eq!(words.code(), Some("slow_down"), "I39: {body}");
            assert!(!words.is_object, "I39: {body}");
        }
        for body in ["[]", "7", "null", "", "{", "[{}]"] {
            assert!(!words(body).is_object, "{body}");
        }
    }
}
