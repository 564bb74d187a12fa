//! Fields of any depth in a query or a form: `#[queries(nested = brackets)]`, `#[form(null = "")]`.

use form_urlencoded::Serializer as Encoder;
use serde::Serialize;

use super::flat::{self, Leaf, Step};

/// How fields are written.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, Default)]
pub struct FieldStyle {
    nested: Option<Nested>,
    below: Option<&'static str>,
    null: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nested {
    /// `a.b=1&c=2&c=3&d[0].e=4`
    Dots,
    /// `a[b]=1&c[]=2&c[]=3&d[0][e]=4`
    Brackets,
}

#[doc(hidden)]
impl FieldStyle {
    #[must_use]
    pub const fn new() -> Self {
        Self { nested: None, below: None, null: None }
    }

    #[must_use]
    pub const fn dots(self) -> Self {
        Self { nested: Some(Nested::Dots), ..self }
    }

    #[must_use]
    pub const fn brackets(self) -> Self {
        Self { nested: Some(Nested::Brackets), ..self }
    }

    /// Puts all fields below this name.
    #[must_use]
    pub const fn below(self, name: &'static str) -> Self {
        Self { below: Some(name), ..self }
    }

    /// Sends this text for `None`, which is otherwise left out.
    #[must_use]
    pub const fn null(self, text: &'static str) -> Self {
        Self { null: Some(text), ..self }
    }
}

const NOT_FIELDS: &str = "is not a struct or map";
const TOO_DEEP: &str =
    "is not a struct or map of plain values and lists: `nested = brackets` takes fields in fields";
const KEY: &str = "has a key with a bracket or a dot, which would be another field: pass keys without these";

/// Returns the fields as a form. The error is the reason.
pub(super) fn form(fields: &(impl Serialize + ?Sized), style: FieldStyle) -> Result<String, &'static str> {
    let mut form = Encoder::new(String::new());
    for Leaf { path, text } in flat::fields(fields).map_err(|_| NOT_FIELDS)? {
        let name = name(&path, style)?;
        if let Some(text) = text.as_deref().or(style.null) {
            form.append_pair(&name, text);
        }
    }
    Ok(form.finish())
}

/// Returns the name of the field at `path`.
fn name(path: &[Step], style: FieldStyle) -> Result<String, &'static str> {
    let mut name = style.below.unwrap_or_default().to_owned();
    for (at, step) in path.iter().enumerate() {
        let is_last = at + 1 == path.len();
        let (text, is_key) = match step {
            Step::Field(text) => (*text, false),
            Step::Key(text) => (text.as_str(), true),
            Step::Index(index) => {
                match (is_last, style.nested) {
                    (true, Some(Nested::Brackets)) => name.push_str("[]"),
                    (true, _) => {}
                    (false, _) => name.push_str(&format!("[{index}]")),
                }
                continue;
            }
        };
        if at == 0 && style.below.is_none() {
            name.push_str(text);
            continue;
        }
        match style.nested {
            None => return Err(TOO_DEEP),
            Some(_) if is_key && text.contains(['[', ']', '.']) => return Err(KEY),
            Some(Nested::Dots) => name.push_str(&format!(".{text}")),
            Some(Nested::Brackets) => name.push_str(&format!("[{text}]")),
        }
    }
    let lists = path.iter().filter(|step| matches!(step, Step::Index(_))).count();
    match style.nested {
        None if path.len() > 1 + lists || lists > 1 => Err(TOO_DEEP),
        _ => Ok(name),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn written(value: &Value, style: FieldStyle) -> Result<String, &'static str> {
        let form = form(value, style)?;
        let pairs = form_urlencoded::parse(form.as_bytes());
        Ok(pairs.map(|(name, text)| format!("{name}={text}")).collect::<Vec<_>>().join("&"))
    }

    #[test]
    fn each_field_has_the_name_of_its_place() {
        let value = json!({
            "a": { "b": 1, "c": { "d": true } },
            "l": ["x", "y"],
            "m": [{ "n": 1, "o": [2, 3] }, { "n": 4 }],
            "none": null,
        });
        let brackets = "a[b]=1&a[c][d]=true&l[]=x&l[]=y&m[0][n]=1&m[0][o][]=2&m[0][o][]=3&m[1][n]=4";
        assert_eq!(written(&value, FieldStyle::new().brackets()), Ok(brackets.to_owned()));
        let dots = "a.b=1&a.c.d=true&l=x&l=y&m[0].n=1&m[0].o=2&m[0].o=3&m[1].n=4";
        assert_eq!(written(&value, FieldStyle::new().dots()), Ok(dots.to_owned()));
        let filter = json!({ "status": ["open"], "by": { "age": 7 }, "none": null });
        let below = FieldStyle::new().brackets().below("filter");
        assert_eq!(written(&filter, below).unwrap(), "filter[by][age]=7&filter[status][]=open");
        let below = FieldStyle::new().dots().below("filter").null("");
        assert_eq!(written(&filter, below).unwrap(), "filter.by.age=7&filter.none=&filter.status=open");
    }

    #[test]
    fn none_is_the_given_text() {
        let value = json!({ "a": null, "b": [1, null], "c": "x" });
        assert_eq!(written(&value, FieldStyle::new().null("")).unwrap(), "a=&b=1&b=&c=x");
        assert_eq!(written(&value, FieldStyle::new().null("null")).unwrap(), "a=null&b=1&b=null&c=x");
        assert_eq!(written(&value, FieldStyle::new()).unwrap(), "b=1&c=x");
    }

    #[test]
    fn a_key_cannot_be_another_field() {
        for key in ["b][c", "b]", "[", "b.c", "."] {
            let value = json!({ "a": { key: 1 } });
            for style in [FieldStyle::new().brackets(), FieldStyle::new().dots()] {
                assert_eq!(written(&value, style), Err(KEY), "{key}");
                assert_eq!(written(&json!({ key: 1 }), style.below("a")), Err(KEY), "{key}");
                assert!(
                    written(&json!({ key: 1 }), style).is_ok(),
                    "the caller chooses the whole name: {key}"
                );
            }
        }
        let form = form(&json!({ "a": { "&=#": "&=# +" } }), FieldStyle::new().brackets()).unwrap();
        assert_eq!(form, "a%5B%26%3D%23%5D=%26%3D%23+%2B");
    }

    #[test]
    fn without_a_style_nothing_is_nested() {
        for value in [json!({ "a": { "b": 1 } }), json!({ "a": [[1]] }), json!({ "a": [{ "b": null }] })] {
            assert_eq!(written(&value, FieldStyle::new().null("")), Err(TOO_DEEP), "{value}");
        }
        for value in [json!(1), json!("a"), json!([1, 2])] {
            assert_eq!(written(&value, FieldStyle::new().dots()), Err(NOT_FIELDS), "{value}");
        }
    }
}
