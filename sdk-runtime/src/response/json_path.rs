//! The path in a JSON document where decoding stopped, such as `items[3].id`. It is found without types,
//! because a second decoder would double the code for each type.

use crate::text;

/// Returns the path of the value that `error` is about, or `None` for the whole document.
pub(super) fn of(document: &[u8], error: &serde_json::Error) -> Option<String> {
    let breaks = document.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    let start = match error.line() {
        0 | 1 => 0,
        line => breaks.map(|(index, _)| index + 1).nth(line - 2)?,
    };
    let (read, unread) = document.split_at_checked(start + error.column()).unwrap_or((document, &[]));

    let mut levels: Vec<Level<'_>> = Vec::new();
    let mut at = 0;
    while let Some(byte) = read.get(at) {
        match (byte, levels.last_mut()) {
            (b' ' | b'\t' | b'\r' | b'\n' | b':', _) => {}
            (b'}' | b']', _) => drop(levels.pop()),
            (b',', Some(Level::Object(key))) => *key = None,
            (b',', Some(Level::Array(index))) => *index = index.map(|index| index + 1),
            (_, level) => {
                if let Some(Level::Array(index @ None)) = level {
                    *index = Some(0);
                }
                match byte {
                    b'{' => levels.push(Level::Object(None)),
                    b'[' => levels.push(Level::Array(None)),
                    b'"' => {
                        // An error of a key is reported before all of it is read.
                        let text = string(&document[at..]);
                        if let Some(Level::Object(key @ None)) = levels.last_mut() {
                            *key = text;
                        }
                        at += text.map_or(read.len(), <[u8]>::len);
                        continue;
                    }
                    _ => {}
                }
            }
        }
        at += 1;
    }
    if let Some(Level::Array(index)) = levels.last_mut()
        && error.is_data()
    {
        let in_front = read.trim_ascii_end().last();
        match index {
            _ if is_of_next(error, unread) => *index = Some(index.unwrap_or_default()),
            // An error without a position gets one after the next comma has been read.
            Some(index) if in_front == Some(&b',') => *index -= 1,
            _ => {}
        }
    }
    let path: String = levels.iter().map(Level::shown).collect();
    let path = path.strip_prefix('.').unwrap_or(&path);
    (!path.is_empty()).then(|| path.to_owned())
}

/// Whether `error` is about the list or object that comes next. Only of these nothing is read if they do not
/// fit.
fn is_of_next(error: &serde_json::Error, unread: &[u8]) -> bool {
    let unexpected = match unread.first() {
        Some(b'{') => "invalid type: map, ",
        Some(b'[') => "invalid type: sequence, ",
        _ => return false,
    };
    error.to_string().starts_with(unexpected)
}

enum Level<'a> {
    /// The key of the current value, in its quotes.
    Object(Option<&'a [u8]>),
    /// The current element.
    Array(Option<usize>),
}

impl Level<'_> {
    fn shown(&self) -> String {
        match self {
            Self::Object(Some(key)) => {
                let text = serde_json::from_slice::<String>(key);
                format!(".{}", text.unwrap_or_else(|_| text::lossy(key).trim_matches('"').to_owned()))
            }
            Self::Array(Some(index)) => format!("[{index}]"),
            Self::Object(None) | Self::Array(None) => String::new(),
        }
    }
}

/// Returns the string at the start of `text`, in its quotes, if there is one.
fn string(text: &[u8]) -> Option<&[u8]> {
    let mut escaped = false;
    for (index, byte) in text.iter().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return text.get(..=index),
            b'\0'..=b'\x1f' => return None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde::de::DeserializeOwned;

    use super::*;

    #[derive(Deserialize, Debug)]
    #[expect(dead_code, reason = "only its shape is looked at")]
    struct Page {
        items: Vec<Item>,
        #[serde(default)]
        more: BTreeMap<String, Option<u8>>,
        #[serde(default)]
        pairs: Vec<(u8, bool)>,
        #[serde(default)]
        numbered: BTreeMap<u8, u8>,
        #[serde(default)]
        emails: Vec<Email>,
        #[serde(default)]
        shapes: Vec<Shape>,
    }

    #[derive(Deserialize, Debug)]
    #[serde(try_from = "String")]
    struct Email;

    impl TryFrom<String> for Email {
        type Error = &'static str;

        fn try_from(text: String) -> Result<Self, &'static str> {
            text.contains('@').then_some(Self).ok_or("no address")
        }
    }

    #[derive(Deserialize, Debug)]
    #[serde(tag = "kind")]
    #[expect(dead_code, reason = "only its shape is looked at")]
    enum Shape {
        Circle { radius: u8 },
    }

    #[derive(Deserialize, Debug)]
    #[expect(dead_code, reason = "only its shape is looked at")]
    struct Item {
        id: u8,
        #[serde(default)]
        kind: Kind,
    }

    #[derive(Deserialize, Debug, Default)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        #[default]
        Bug,
    }

    fn stopped<T: DeserializeOwned + std::fmt::Debug>(document: &str) -> Option<String> {
        let error = serde_json::from_str::<T>(document).unwrap_err();
        of(document.as_bytes(), &error)
    }

    #[test]
    fn the_place_is_that_of_the_value_that_did_not_fit() {
        for (document, place) in [
            ("[]", None),
            ("7", None),
            ("", None),
            ("<html>", None),
            (r#"{"more": {}}"#, None),
            (r#"{"items": 7}"#, Some("items")),
            (r#"{"items": "a \"b\" {[", "x": 1}"#, Some("items")),
            (r#"{"items": [{"id": 1}, {"id": "two"}]}"#, Some("items[1].id")),
            (r#"{"items": [{"id": 1}, {"id": 256}]}"#, Some("items[1].id")),
            (r#"{"items": [{"id": 1, "kind": "feature"}]}"#, Some("items[0].kind")),
            (r#"{"items": [{"kind": "bug"}, {"id": 1}]}"#, Some("items[0]")),
            (r#"{"items": [["x"]]}"#, Some("items[0][0]")),
            ("{\n  \"items\": [\n    {\"id\": 1},\n    {\"id\": null}\n  ]\n}", Some("items[1].id")),
            (r#"{"items": [], "more": {"a \"b\" ü": -1}}"#, Some("more.a \"b\" ü")),
            (r#"{"items": [], "pairs": [[1, true], [2, 3]]}"#, Some("pairs[1][1]")),
            (r#"{"items": [], "unknown": {"deep": [{"x": [1]}]}, "more": 1}"#, Some("more")),
            (r#"{"items": [{"id": 1}"#, Some("items[0]")),
            (r#"{"items": [{"id": 1}, "#, Some("items[1]")),
            (r#"{"items": [], "pairs": [{"x": 1}]}"#, Some("pairs[0]")),
            (r#"{"items": [], "pairs": [[1, true], {"x": 1}]}"#, Some("pairs[1]")),
            (r#"{"items": [], "pairs": [[1, true],"x"]}"#, Some("pairs[1]")),
            (r#"{"items": [], "pairs": [[[], true]]}"#, Some("pairs[0][0]")),
            (r#"{"items": [], "emails": ["a@b", "none", "c@d"]}"#, Some("emails[1]")),
            ("{\"items\": [], \"emails\": [\"none\" ,\n\t\"c@d\"]}", Some("emails[0]")),
            (r#"{"items": [], "emails": ["a@b", {}]}"#, Some("emails[1]")),
            // Whether it is the last element or the list is unknown.
            (r#"{"items": [], "emails": ["a@b", "none"]}"#, Some("emails")),
            (r#"{"items": [], "shapes": [{"kind": "Circle", "radius": "x"}, {}]}"#, Some("shapes[0]")),
            (r#"{"items": [], "shapes": [{"kind": "Circle", "radius": 1}, {}]}"#, Some("shapes[1]")),
            (r#"{"items": [], "numbered": {"1": 1, "300": 1}}"#, Some("numbered.300")),
            (r#"{"items": [], "numbered": {"x y": 1}}"#, Some("numbered.x y")),
            (r#"{"items": [], "numbered": {"30"#, Some("numbered")),
            (r#"{"items": [], "more"#, None),
            ("{\"items\": [], \"numbered\": {\"300: 1,\n\"7\": 1}}", Some("numbered")),
        ] {
            for lines_in_front in ["", "\n", "\r\n\t\n"] {
                let document = format!("{lines_in_front}{document}");
                assert_eq!(stopped::<Page>(&document).as_deref(), place, "{document}");
            }
        }
    }
}
