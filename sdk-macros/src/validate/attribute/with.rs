//! `with = function` in `#[query(with = iso)]`: the function that makes what is sent of an argument.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{LitStr, Path};

use crate::{
    args::Arg,
    diagnostics::{Diagnostics, Reported},
    parse::{ApiAttr, RawParam},
    returns,
    validate::wording::shown,
};

/// The roles of one value each. The others take a function from serde, at the fields of their type.
const ROLES: [&str; 4] = ["path", "query", "header", "part"];

/// The words of other frameworks for the option.
const SYNONYMS: [&str; 9] = [
    "serialize_with",
    "format_with",
    "encode_with",
    "convert_with",
    "converter",
    "formatter",
    "using",
    "via",
    "map",
];

fn is_with(arg: &Arg) -> bool {
    let is_word = |key: &dyn Fn(&str) -> bool| key("with") || SYNONYMS.iter().any(|word| key(word));
    match arg {
        Arg::Assign { key, .. } | Arg::List { key, .. } => is_word(&|word| key == word),
        Arg::Flag(key) => key == "with",
        Arg::Value(_) => false,
    }
}

/// Returns the arguments of the attribute, without `with = …`.
pub(super) fn others(attr: &ApiAttr) -> Vec<&Arg> {
    attr.list().iter().filter(|arg| !is_with(arg)).collect()
}

/// Returns the function, if the attribute names one.
pub(crate) fn of(
    attr: &ApiAttr,
    param: &RawParam,
    diagnostics: &Diagnostics,
) -> Result<Option<Path>, Reported> {
    let mut given = attr.list().iter().filter(|arg| is_with(arg));
    let Some(first) = given.next() else { return Ok(None) };
    if !ROLES.iter().any(|role| attr.name == role) {
        let help = format!(
            "write `#[{}]`; a field of the type takes a function: `#[serde(serialize_with = \"…\")]`",
            attr.name
        );
        return Err(diagnostics.report(first, format!("`#[{}]` has no `with`", attr.name), help));
    }
    if let Some(second) = given.next() {
        return Err(diagnostics.report(second, "`with` is given twice", "remove it: one function is called"));
    }
    let path = match first {
        Arg::Assign { key, value, .. } if key == "with" => syn::parse2::<Path>(value.clone()).ok(),
        _ => None,
    };
    path.map(Some).ok_or_else(|| no_function(first, param, diagnostics))
}

fn no_function(arg: &Arg, param: &RawParam, diagnostics: &Diagnostics) -> Reported {
    let value = match arg {
        Arg::Assign { value, .. } => value.clone(),
        Arg::List { items, .. } => items.first().map(ToTokens::to_token_stream).unwrap_or_default(),
        Arg::Flag(_) | Arg::Value(_) => TokenStream::new(),
    };
    let text = syn::parse2::<LitStr>(value.clone()).ok().map(|literal| literal.value());
    let named = syn::parse2::<Path>(value).ok().map(shown);
    let named = named.or_else(|| text.filter(|text| syn::parse_str::<Path>(text).is_ok()));
    let help = match named {
        Some(function) => format!("write `with = {function}`"),
        None => {
            let ty = returns::owned(&param.ty).unwrap_or_else(|| param.ty.clone());
            let function = format!("fn to_text(value: &{}) -> String {{ value.to_string() }}", shown(ty));
            format!("write `with = to_text`, and the function `{function}`")
        }
    };
    diagnostics.report(arg, "`with` takes the path of a function", help)
}
