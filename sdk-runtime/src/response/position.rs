//! Where in a document a decoder stopped, as a path such as `items[3].id`. Knows nothing of types: to decode once more, for the
//! path alone, would put another copy of each type's decoder into the program.

/// The place that `line` and `column` are in, both as `serde_json` counts them: lines from 1, and the bytes of a line that were
/// read. `None` for the document as a whole.
pub(super) fn path(document: &[u8], line: usize, column: usize) -> Option<String> {
    let breaks = document.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    let start = match line {
        0 | 1 => 0,
        line => breaks.map(|(index, _)| index + 1).nth(line - 2)?,
    };
    let read = document.get(..(start + column).min(document.len()))?;

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
                        let end = at + string(&read[at..]);
                        if let Some(Level::Object(key @ None)) = levels.last_mut() {
                            *key = Some(&read[at..end]);
                        }
                        at = end;
                        continue;
                    }
                    _ => {}
                }
            }
        }
        at += 1;
    }
    let path: String = levels.iter().map(Level::shown).collect();
    let path = path.strip_prefix('.').unwrap_or(&path);
    (!path.is_empty()).then(|| path.to_owned())
}

enum Level<'a> {
    /// The key whose value is read, in its quotes.
    Object(Option<&'a [u8]>),
    /// The element that is read.
    Array(Option<usize>),
}

impl Level<'_> {
    fn shown(&self) -> String {
        match self {
            Self::Object(Some(key)) => {
                let text = serde_json::from_slice::<String>(key);
                format!(".{}", text.unwrap_or_else(|_| String::from_utf8_lossy(key).into_owned()))
            }
            Self::Array(Some(index)) => format!("[{index}]"),
            Self::Object(None) | Self::Array(None) => String::new(),
        }
    }
}

/// The length of the string that `text` begins with, its quotes included.
fn string(text: &[u8]) -> usize {
    let mut escaped = false;
    for (index, byte) in text.iter().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return index + 1,
            _ => {}
        }
    }
    text.len()
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
        path(document.as_bytes(), error.line(), error.column())
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
        ] {
            assert_eq!(stopped::<Page>(document).as_deref(), place, "{document}");
        }
    }
}
