//! Arguments that several attributes of a parameter take: a literal, a name, a media type, or none.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{LitStr, Meta, Type};

use super::with;
use crate::{
    args::{self, Arg},
    diagnostics::{Diagnostics, Reported},
    parse::{ApiAttr, ApiAttrArgs},
    validate::{
        header, media_type as media,
        value_type::{self, Shape},
        wording::shown,
    },
};

/// The words that others write in front of a name, as in `#[query(name = "q")]`.
const NAMES: &[&str] = &["name", "rename", "key", "alias", "value", "param", "parameter", "field", "header"];

/// Returns whether the option gives the name, as in `#[query(name = "q")]`.
pub(super) fn is_name(option: &Arg) -> bool {
    matches!(option, Arg::Assign { key, .. } if NAMES.iter().any(|name| key == name))
}

/// Returns the attribute with its name as a string literal, which a mistaken one was meant to be.
pub(super) fn meant(attr: &ApiAttr) -> String {
    let args = match &attr.syntax.meta {
        Meta::Path(_) => Vec::new(),
        Meta::List(list) => args::split(list.tokens.clone()),
        Meta::NameValue(pair) => args::split(pair.value.to_token_stream()),
    };
    let mut name = None;
    let mut options = Vec::new();
    for arg in &args {
        let value = match arg {
            Arg::Assign { value, .. } if is_name(arg) => value.to_token_stream(),
            Arg::Assign { .. } | Arg::List { .. } => {
                options.push(shown(arg));
                continue;
            }
            Arg::Flag(flag) if attr.name == "part" && flag == "json" => {
                options.push(shown(arg));
                continue;
            }
            other => other.to_token_stream(),
        };
        name = name.or_else(|| Some(text(value)));
    }
    let name = name.filter(|name| !name.is_empty()).map(|name| match is_of_a_header(attr) {
        true => header::corrected(&name_of_a_constant(&name)),
        false => name,
    });
    let args: Vec<String> = name.map(|name| format!("{name:?}")).into_iter().chain(options).collect();
    match args.is_empty() {
        true => format!("#[{}]", attr.name),
        false => format!("#[{}({})]", attr.name, args.join(", ")),
    }
}

/// Returns the name of a header for a constant such as `http::header::IF_MATCH`.
fn name_of_a_constant(name: &str) -> String {
    let last = name.rsplit("::").next().unwrap_or(name);
    let is_constant = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    match last.len() > 1 && last.chars().all(is_constant) {
        true => last.to_ascii_lowercase().replace('_', "-"),
        false => name.to_owned(),
    }
}

/// Returns whether the name is that of a header, also of one in the words of another framework.
fn is_of_a_header(attr: &ApiAttr) -> bool {
    attr.name.to_string().to_lowercase().contains("header")
}

/// Returns the text of a literal, or the tokens of a name without its quotes.
fn text(tokens: TokenStream) -> String {
    syn::parse2::<LitStr>(tokens.clone()).map_or_else(
        |_| tokens.to_string().chars().filter(|c| !c.is_whitespace()).collect(),
        |literal| literal.value(),
    )
}

/// Parses the literal in `#[header("name")]`, which is optional.
pub(super) fn literal(attr: &ApiAttr, diagnostics: &Diagnostics) -> Result<Option<LitStr>, Reported> {
    match (&attr.args, with::others(attr).as_slice()) {
        (ApiAttrArgs::None, _) => Ok(None),
        (ApiAttrArgs::List(_), []) if !attr.list().is_empty() => Ok(None),
        (ApiAttrArgs::List(_), [arg]) => match syn::parse2(quote::quote!(#arg)) {
            Ok(literal) => Ok(Some(literal)),
            Err(_) => Err(no_literal(attr, arg, "takes a string literal", diagnostics)),
        },
        (ApiAttrArgs::List(_), [_, second, ..]) => {
            Err(no_literal(attr, second, "takes one string literal", diagnostics))
        }
        (ApiAttrArgs::List(_) | ApiAttrArgs::Wrong, _) => {
            Err(no_literal(attr, attr, "takes a string literal in parentheses", diagnostics))
        }
    }
}

/// Parses the literal and the options in `#[query("name", style = csv)]`, all of which are optional.
pub(super) fn literal_and_options<'a>(
    attr: &'a ApiAttr,
    diagnostics: &Diagnostics,
) -> Result<(Option<LitStr>, Vec<&'a Arg>), Reported> {
    let (options, rest): (Vec<&Arg>, Vec<&Arg>) = with::others(attr)
        .into_iter()
        .partition(|arg| matches!(arg, Arg::Assign { .. } | Arg::List { .. } | Arg::Flag(_)));
    if let Some(name) = options.iter().find(|option| is_name(option)) {
        return Err(no_literal(attr, name, "takes its name as a string literal", diagnostics));
    }
    let literal = match (&attr.args, rest.as_slice()) {
        (ApiAttrArgs::None, _) => None,
        (ApiAttrArgs::List(_), []) if !attr.list().is_empty() => None,
        // A name without its quotes.
        (ApiAttrArgs::List(_), [arg]) => match syn::parse2::<LitStr>(quote::quote!(#arg)) {
            Ok(literal) => Some(literal),
            Err(_) => return Err(no_literal(attr, arg, "takes a string literal", diagnostics)),
        },
        (ApiAttrArgs::List(_), [_, second, ..]) => {
            return Err(no_literal(attr, second, "takes one string literal", diagnostics));
        }
        (ApiAttrArgs::List(_) | ApiAttrArgs::Wrong, _) => {
            return Err(no_literal(attr, attr, "takes a string literal in parentheses", diagnostics));
        }
    };
    Ok((literal, options))
}

pub(super) fn no_literal(
    attr: &ApiAttr,
    at: impl ToTokens,
    what: &str,
    diagnostics: &Diagnostics,
) -> Reported {
    diagnostics.report(at, format!("`#[{}]` {what}", attr.name), format!("write `{}`", meant(attr)))
}

/// Checks that the attribute has no argument.
pub(super) fn no_argument(attr: &ApiAttr, ty: &Type, diagnostics: &Diagnostics) -> Result<(), Reported> {
    if matches!(attr.args, ApiAttrArgs::None) {
        return Ok(());
    }
    let message = format!("`#[{}]` takes no argument", attr.name);
    let is_single = matches!(value_type::shape(ty), Shape::Value);
    let single = match attr.name.to_string().as_str() {
        "queries" if is_single => "query",
        "headers" if is_single => "header",
        "parts" => "part",
        _ => "",
    };
    let named = meant(attr);
    let help = match (single, attr.args.is_literal()) {
        ("", _) | (_, false) => format!("write `#[{}]`", attr.name),
        (single, true) => {
            let rest = named.split_once('(').map_or("", |(_, rest)| rest);
            format!("write `#[{single}({rest}`; `#[{}]` takes all names from its value", attr.name)
        }
    };
    Err(diagnostics.report(attr, message, help))
}

/// Parses a name that cannot be empty; `default` is the name of a parameter without a literal.
pub(super) fn name_or(
    default: &str,
    literal: Option<&LitStr>,
    what: &str,
    help: &str,
    diagnostics: &Diagnostics,
) -> Result<String, Reported> {
    let Some(literal) = literal else { return Ok(default.to_owned()) };
    let name = literal.value();
    if name.is_empty() {
        return Err(diagnostics.report(literal, format!("the name of a {what} cannot be empty"), help));
    }
    Ok(name)
}

/// Returns the string that is the media type, as in `"content-type": "text/csv"`.
fn given_media_type(arg: &Arg) -> Option<String> {
    let strings = strings(arg.to_token_stream());
    let given = strings.iter().find(|it| it.value().contains('/')).or(strings.last());
    match (given, arg) {
        (Some(given), _) => Some(given.value()),
        // `APPLICATION_JSON`
        (None, Arg::Assign { value, .. }) => {
            let name = name_of_a_constant(&text(value.clone()));
            Some(name.replacen('-', "/", 1))
        }
        (None, _) => None,
    }
}

/// Returns the strings in the tokens, as in `content_type = "text/csv"`.
fn strings(tokens: TokenStream) -> Vec<LitStr> {
    let strings = tokens.into_iter().flat_map(|token| match token {
        TokenTree::Group(group) => strings(group.stream()),
        token => syn::parse2(token.into()).into_iter().collect(),
    });
    strings.collect()
}

/// Parses an optional media type.
pub(super) fn media_type(attr: &ApiAttr, diagnostics: &Diagnostics) -> Result<Option<LitStr>, Reported> {
    if let [arg] = attr.list()
        && syn::parse2::<LitStr>(arg.to_token_stream()).is_err()
        && let Some(given) = given_media_type(arg)
    {
        let help = format!("write `#[{}({:?})]`", attr.name, media::corrected(&given));
        return Err(diagnostics.report(arg, format!("`#[{}]` takes the media type alone", attr.name), help));
    }
    let Some(literal) = literal(attr, diagnostics)? else { return Ok(None) };
    media::check(&literal, diagnostics)?;
    Ok(Some(literal))
}
