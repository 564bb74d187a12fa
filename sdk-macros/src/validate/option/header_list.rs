//! The `headers(…)` that a mistaken list was meant to be: `headers("accept: text/plain")`,
//! `headers(accept = "text/plain")`, `headers("accept", "text/plain")`.

use proc_macro2::{TokenStream, TokenTree};
use syn::LitStr;

use crate::validate::header;

/// Returns the whole option, if names and values are found.
pub(super) fn meant(value: TokenStream) -> Option<String> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    let mut name: Option<String> = None;
    read(value, &mut name, &mut pairs);
    let shown: Vec<String> = pairs.iter().map(|(name, value)| format!("{name:?} = {value:?}")).collect();
    (!shown.is_empty() && name.is_none()).then(|| format!("headers({})", shown.join(", ")))
}

/// Reads names and values in turn. A name is all before a value: a literal, or the words of `X-Trace`.
fn read(tokens: TokenStream, name: &mut Option<String>, pairs: &mut Vec<(String, String)>) {
    let mut words = String::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) => read(group.stream(), name, pairs),
            TokenTree::Ident(word) => words.push_str(&word.to_string()),
            TokenTree::Punct(sign) if sign.as_char() == '-' => words.push('-'),
            TokenTree::Punct(sign) => {
                // `=`, `:` and `=>` end a name without quotes. `;` and `,` stand between pairs.
                if !words.is_empty() && ":=".contains(sign.as_char()) {
                    *name = Some(std::mem::take(&mut words));
                }
            }
            TokenTree::Literal(literal) => {
                let text = syn::parse2::<LitStr>(TokenTree::from(literal.clone()).into())
                    .map_or_else(|_| literal.to_string(), |literal| literal.value());
                match (name.take(), text.split_once(':')) {
                    (Some(name), _) => pairs.push((header::corrected(&name), text)),
                    (None, Some((name, value))) if !name.is_empty() && !value.is_empty() => {
                        pairs.push((header::corrected(name), value.trim().to_owned()));
                    }
                    (None, _) => *name = Some(text),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_list_is_the_one_that_was_meant() {
        for (list, expected) in [
            ("\"accept: text/plain\"", Some("headers(\"accept\" = \"text/plain\")")),
            ("accept = \"text/plain\"", Some("headers(\"accept\" = \"text/plain\")")),
            ("X-Trace = \"1\"", Some("headers(\"X-Trace\" = \"1\")")),
            ("\"accept\", \"text/plain\"", Some("headers(\"accept\" = \"text/plain\")")),
            ("\"accept\": \"text/plain\"", Some("headers(\"accept\" = \"text/plain\")")),
            ("\"a\" => \"1\", \"b\" => \"2\"", Some("headers(\"a\" = \"1\", \"b\" = \"2\")")),
            ("[\"a: 1\", \"b: 2\"]", Some("headers(\"a\" = \"1\", \"b\" = \"2\")")),
            ("(\"a\", \"1\")", Some("headers(\"a\" = \"1\")")),
            ("\"a\" = 1", Some("headers(\"a\" = \"1\")")),
            ("\"a\" = TOKEN", None),
            ("\"accept\"", None),
            ("", None),
        ] {
            assert_eq!(meant(list.parse().unwrap()).as_deref(), expected, "{list}");
        }
    }
}
