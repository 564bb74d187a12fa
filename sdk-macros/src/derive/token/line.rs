//! The user's own line of a declaration, as a help shows it with its correction.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{DeriveInput, Field, ext::IdentExt};

/// Returns `attribute` in front of a field: `#[token(access)] jwt: String`.
pub(super) fn with(attribute: &str, field: &Field) -> String {
    format!("{attribute} {}", declared(field))
}

/// Returns a field without its attributes: `pub jwt: Option<String>`.
pub(super) fn declared(field: &Field) -> String {
    let vis = shown(&field.vis);
    let space = if vis.is_empty() { "" } else { " " };
    let name = field.ident.as_ref().map_or_else(String::new, |name| format!("{name}: "));
    format!("{vis}{space}{name}{}", shown(&field.ty))
}

/// Returns a newtype with a role of its field: `` `struct Jwt(#[token(access)] String);` ``.
pub(super) fn newtype(input: &DeriveInput, role: &str, field: &Field) -> String {
    let (name, generics) = (&input.ident, shown(&input.generics));
    let vis = shown(&input.vis);
    let space = if vis.is_empty() { "" } else { " " };
    format!("`{vis}{space}struct {name}{generics}({});`", with(&format!("#[token({role})]"), field))
}

/// Returns the name of a field, for a message.
pub(super) fn name(field: &Field, index: usize) -> String {
    field.ident.as_ref().map_or_else(|| index.to_string(), |name| name.unraw().to_string())
}

/// Returns tokens as rustfmt would write them in a line.
pub(super) fn shown(tokens: &impl ToTokens) -> String {
    let mut text = String::new();
    write(tokens.to_token_stream(), &mut text);
    text
}

fn write(tokens: TokenStream, text: &mut String) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{ ", " }"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                text.push_str(open);
                write(group.stream(), text);
                text.push_str(close);
            }
            TokenTree::Punct(punct) => {
                let is_joined = punct.spacing() == Spacing::Joint;
                match punct.as_char() {
                    ',' => text.push_str(", "),
                    ';' => text.push_str("; "),
                    sign @ ('=' | '+') if !is_joined => {
                        let space = if text.ends_with([' ', '=', '-']) { "" } else { " " };
                        text.push_str(space);
                        text.push(sign);
                        text.push(' ');
                    }
                    sign => text.push(sign),
                }
            }
            TokenTree::Ident(_) | TokenTree::Literal(_) => {
                if text.ends_with(|it: char| it.is_alphanumeric() || it == '_' || it == '"') {
                    text.push(' ');
                }
                text.push_str(&token.to_string());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use syn::{ItemStruct, parse_str};

    use super::*;

    #[test]
    fn a_field_is_shown_as_it_is_written() {
        for line in [
            "a: String",
            "pub a: Option<String>",
            "pub(crate) r#type: std::borrow::Cow<'static, str>",
            "a: &'a str",
            "a: HashMap<String, Vec<u8>>",
            "a: [u8; 4]",
            "a: (A, B)",
            "a: Box<dyn Read + Send>",
            "a: &'static mut T",
        ] {
            let item: ItemStruct = parse_str(&format!("struct S<'a> {{ #[x] {line} }}")).unwrap();
            let field = item.fields.iter().next().unwrap();
            assert_eq!(declared(field), line);
            assert_eq!(with("#[token(access)]", field), format!("#[token(access)] {line}"));
        }
    }
}
