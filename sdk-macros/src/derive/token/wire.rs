//! The names of a field in JSON, as the attributes of serde say.

use quote::ToTokens;
use syn::{Attribute, Field, LitStr, Member, ext::IdentExt};

use crate::{args::Arg, derive::attribute::args};

/// Reading or writing, which may have different names.
#[derive(Clone, Copy)]
pub(super) enum Direction {
    Deserialize,
    Serialize,
}

impl Direction {
    fn key(self) -> &'static str {
        match self {
            Self::Deserialize => "deserialize",
            Self::Serialize => "serialize",
        }
    }
}

/// What serde does with a field.
pub(super) struct Wire {
    /// The name in JSON; the index of a field without a name.
    pub(super) name: String,
    /// Further names that are read.
    pub(super) aliases: Vec<String>,
    /// Whether it is not in the JSON at all.
    pub(super) skipped: bool,
    /// Whether its own fields are in its place.
    pub(super) flattened: bool,
}

impl Wire {
    pub(super) fn of(field: &Field, member: &Member, of_struct: &[Attribute], direction: Direction) -> Self {
        let rust_name = match member {
            Member::Named(name) => name.unraw().to_string(),
            Member::Unnamed(index) => index.index.to_string(),
        };
        let mut wire = Self { name: String::new(), aliases: Vec::new(), skipped: false, flattened: false };
        let mut renamed = None;
        for arg in serde(&field.attrs) {
            match &arg {
                Arg::Flag(key) if key == "skip" || key == &format!("skip_{}ing", stem(direction)) => {
                    wire.skipped = true;
                }
                Arg::Flag(key) if key == "flatten" => wire.flattened = true,
                _ if is(&arg, "rename") => renamed = text(&arg, direction).or(renamed),
                Arg::Assign { key, value, .. } if key == "alias" => wire.aliases.extend(literal(value)),
                _ => {}
            }
        }
        let rule =
            serde(of_struct).iter().filter(|arg| is(arg, "rename_all")).find_map(|it| text(it, direction));
        wire.name =
            renamed.unwrap_or_else(|| rule.map_or_else(|| rust_name.clone(), |it| ruled(&it, &rust_name)));
        wire
    }
}

fn stem(direction: Direction) -> &'static str {
    match direction {
        Direction::Deserialize => "deserializ",
        Direction::Serialize => "serializ",
    }
}

fn serde(attrs: &[Attribute]) -> Vec<Arg> {
    attrs.iter().filter(|attr| attr.path().is_ident("serde")).filter_map(args).flatten().collect()
}

fn is(arg: &Arg, name: &str) -> bool {
    arg.key().is_some_and(|key| key == name)
}

/// Returns the text of `key = "…"` or `key(deserialize = "…")`.
fn text(arg: &Arg, direction: Direction) -> Option<String> {
    match arg {
        Arg::Assign { value, .. } => literal(value),
        Arg::List { items, .. } => {
            items.iter().filter(|item| is(item, direction.key())).find_map(|item| text(item, direction))
        }
        Arg::Flag(_) | Arg::Value(_) => None,
    }
}

/// Returns the value of a literal text.
pub(super) fn literal(tokens: &impl ToTokens) -> Option<String> {
    syn::parse2::<LitStr>(tokens.to_token_stream()).ok().map(|text| text.value())
}

/// Returns `name` by a rule of `rename_all`.
fn ruled(rule: &str, name: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters
            .next()
            .map_or_else(String::new, |first| format!("{}{}", first.to_ascii_uppercase(), letters.as_str()))
    };
    let pascal = || name.split('_').map(capital).collect::<String>();
    match rule {
        "UPPERCASE" | "SCREAMING_SNAKE_CASE" => name.to_ascii_uppercase(),
        "PascalCase" => pascal(),
        "camelCase" => {
            let pascal = pascal();
            let mut letters = pascal.chars();
            let first = letters.next().map(|first| first.to_ascii_lowercase());
            first.into_iter().chain(letters).collect()
        }
        "kebab-case" => name.replace('_', "-"),
        "SCREAMING-KEBAB-CASE" => name.to_ascii_uppercase().replace('_', "-"),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use syn::{ItemStruct, parse_str};

    use super::*;

    #[test]
    fn a_field_has_the_name_that_serde_gives_it() {
        for (item, read, written) in [
            ("struct S { access_token: A }", "access_token", "access_token"),
            ("struct S { r#type: A }", "type", "type"),
            ("struct S(A);", "0", "0"),
            ("struct S { #[serde(default, rename = \"jwt\")] access_token: A }", "jwt", "jwt"),
            ("struct S { #[serde(rename(serialize = \"a\", deserialize = \"b\"))] t: A }", "b", "a"),
            ("struct S { #[serde(rename(serialize = \"a\"))] t: A }", "t", "a"),
            (
                "#[serde(rename_all = \"camelCase\")] struct S { access_token: A }",
                "accessToken",
                "accessToken",
            ),
            (
                "#[serde(rename_all = \"PascalCase\")] struct S { access_token: A }",
                "AccessToken",
                "AccessToken",
            ),
            (
                "#[serde(rename_all = \"kebab-case\")] struct S { access_token: A }",
                "access-token",
                "access-token",
            ),
            (
                "#[serde(rename_all(deserialize = \"UPPERCASE\"))] struct S { access_token: A }",
                "ACCESS_TOKEN",
                "access_token",
            ),
            (
                "#[serde(rename_all = \"SCREAMING-KEBAB-CASE\")] struct S { access_token: A }",
                "ACCESS-TOKEN",
                "ACCESS-TOKEN",
            ),
            (
                "#[serde(rename_all = \"camelCase\")] struct S { #[serde(rename = \"x_y\")] t: A }",
                "x_y",
                "x_y",
            ),
        ] {
            let parsed: ItemStruct = parse_str(item).unwrap_or_else(|error| panic!("{error}: {item}"));
            let (field, member) = (parsed.fields.iter().next(), parsed.fields.members().next());
            let (Some(field), Some(member)) = (field, member) else { panic!("{item}") };
            for (direction, expected) in [(Direction::Deserialize, read), (Direction::Serialize, written)] {
                assert_eq!(Wire::of(field, &member, &parsed.attrs, direction).name, expected, "{item}");
            }
        }
    }
}
