//! The arguments of our attributes, split at their commas. Splitting cannot fail; validation gives each part
//! a meaning.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Meta};

/// One part of an attribute's list of arguments.
pub(crate) enum Arg {
    /// `start`
    Flag(Ident),
    /// `timeout = 30s`
    Assign { key: Ident, value: TokenStream, whole: TokenStream },
    /// `headers("x-a" = "1")`
    List { key: Ident, items: Vec<Arg>, whole: TokenStream },
    /// Everything else, such as `"/users"`.
    Value(TokenStream),
}

impl Arg {
    /// Returns the name of the option, if the part can be one.
    pub(crate) fn key(&self) -> Option<&Ident> {
        match self {
            Self::Flag(key) | Self::Assign { key, .. } | Self::List { key, .. } => Some(key),
            Self::Value(_) => None,
        }
    }
}

impl ToTokens for Arg {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Flag(key) => key.to_tokens(tokens),
            Self::Assign { whole, .. } | Self::List { whole, .. } | Self::Value(whole) => {
                whole.to_tokens(tokens);
            }
        }
    }
}

/// Splits the tokens at their commas. A trailing comma is allowed. A part that is missing between two commas
/// becomes the second comma, so that validation has a token to report.
pub(crate) fn split(tokens: TokenStream) -> Vec<Arg> {
    let mut args = Vec::new();
    let mut part: Vec<TokenTree> = Vec::new();
    for token in tokens {
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == ',' => {
                args.push(if part.is_empty() {
                    Arg::Value(token.into())
                } else {
                    arg(std::mem::take(&mut part))
                });
            }
            _ => part.push(token),
        }
    }
    if !part.is_empty() {
        args.push(arg(part));
    }
    args
}

fn arg(part: Vec<TokenTree>) -> Arg {
    let whole: TokenStream = part.iter().cloned().collect();
    match part.as_slice() {
        [TokenTree::Ident(key)] => Arg::Flag(key.clone()),
        [TokenTree::Ident(key), TokenTree::Punct(eq), value @ ..] if eq.as_char() == '=' => {
            Arg::Assign { key: key.clone(), value: value.iter().cloned().collect(), whole }
        }
        [TokenTree::Ident(key), TokenTree::Group(group)] if group.delimiter() == Delimiter::Parenthesis => {
            Arg::List { key: key.clone(), items: split(group.stream()), whole }
        }
        _ => Arg::Value(whole),
    }
}

/// Returns the names of the attributes inside a `cfg_attr`.
pub(crate) fn inside_cfg_attr(attr: &Attribute) -> Option<Vec<String>> {
    match &attr.meta {
        Meta::List(list) if list.path.is_ident("cfg_attr") => {
            let args = split(list.tokens.clone());
            Some(args.iter().skip(1).map(first_name).collect())
        }
        _ => None,
    }
}

fn first_name(arg: &Arg) -> String {
    arg.to_token_stream().into_iter().next().map_or_else(String::new, |token| token.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<&'static str> {
        split(text.parse().unwrap())
            .iter()
            .map(|arg| match arg {
                Arg::Flag(_) => "flag",
                Arg::Assign { .. } => "assign",
                Arg::List { .. } => "list",
                Arg::Value(_) => "value",
            })
            .collect()
    }

    #[test]
    fn parts_are_told_apart() {
        assert_eq!(
            kinds(r#""/x", start, timeout = 30s, headers("a" = "b", "c" = "d"), a == b, crate = a::b,"#),
            ["value", "flag", "assign", "list", "assign", "assign"],
        );
        assert_eq!(kinds(""), [""; 0]);
        assert_eq!(kinds("timeout ="), ["assign"]);
        assert_eq!(kinds("timeout: 30s, a[b], a{b}, a::b(c), a b"), ["value"; 5]);
        assert_eq!(kinds("a,,b"), ["flag", "value", "flag"]);
    }
}
