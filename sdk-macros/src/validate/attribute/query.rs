//! `#[query]`, `#[query("label", style = csv)]`, `#[query(flag)]`: one query parameter.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::LitStr;

use super::{
    argument::{literal_and_options, name_or},
    role::{RequestedRole, RoleAttr, Written},
};
use crate::{
    args::Arg,
    diagnostics::{Diagnostics, Reported},
    did_you_mean::nearest,
    model::{QueryStyle, Role},
    validate::{value_type::is_one_value, wording::shown},
};

pub(super) const ATTRIBUTE: RoleAttr = RoleAttr { name: "query", parse };

fn parse(written: &Written<'_>, diagnostics: &Diagnostics) -> Result<RequestedRole, Reported> {
    let (literal, options) = literal_and_options(written.attr, diagnostics)?;
    let style = match of_openapi(&options, written, literal.as_ref(), diagnostics) {
        Some(reported) => Err(reported),
        None => style(&options, diagnostics),
    };
    let help = "write `#[query(\"page\")]`";
    let name = name_or(written.name, literal.as_ref(), "query parameter", help, diagnostics);
    Ok(RequestedRole::Role(Role::Query { name: name?, style: style? }))
}

const STYLES: &str = "`style = repeat`, `style = csv`, `style = brackets`, `style = pipes`, \
     `style = spaces`, `flag`, `encoded`";

const NAMES: [&str; 5] = ["repeat", "csv", "brackets", "pipes", "spaces"];

fn style(options: &[&Arg], diagnostics: &Diagnostics) -> Result<Option<QueryStyle>, Reported> {
    match options {
        [] => Ok(None),
        [Arg::Assign { key, value, .. }] if key == "style" => match value.to_string().as_str() {
            "repeat" => Ok(Some(QueryStyle::Repeat)),
            "csv" => Ok(Some(QueryStyle::Csv)),
            "brackets" => Ok(Some(QueryStyle::Brackets)),
            "pipes" => Ok(Some(QueryStyle::Pipes)),
            "spaces" => Ok(Some(QueryStyle::Spaces)),
            other => {
                let meant = style_named(other);
                let near = meant.or_else(|| nearest(other.trim_matches('"'), NAMES));
                let near = near.map_or_else(String::new, |near| format!("did you mean `style = {near}`? "));
                let message = format!("unknown query style `{other}`");
                Err(diagnostics.report(value, message, format!("{near}known: {STYLES}")))
            }
        },
        [Arg::Flag(name)] if name == "flag" => Ok(Some(QueryStyle::Flag)),
        [Arg::Flag(name)] if name == "encoded" => Ok(Some(QueryStyle::Encoded)),
        [Arg::Flag(name)] => {
            let word = name.to_string();
            let help = match style_named(&word) {
                _ if let Some(near) = nearest(&word, ["flag", "encoded"]) => {
                    format!("did you mean `{near}`? or write `#[query(\"{name}\")]`")
                }
                Some(style) => format!("write `style = {style}`, or `#[query(\"{name}\")]`"),
                None => format!("write `#[query(\"{name}\")]`, or `#[query(style = csv)]`"),
            };
            Err(diagnostics.report(name, "`#[query]` takes a string literal", help))
        }
        [option] => {
            let message = format!("unknown option `{}`", shown(option));
            Err(diagnostics.report(option, message, format!("remove it: {}", reason(option))))
        }
        [_, second, ..] => Err(diagnostics.report(
            second,
            "`#[query]` has one option",
            format!("remove it; known: {STYLES}"),
        )),
    }
}

/// The words of other frameworks for the option `style`.
const KEYS: [&str; 7] = [
    "explode",
    "collection_format",
    "collectionFormat",
    "array_format",
    "arrayFormat",
    "list_format",
    "list_style",
];

/// Reports a style in the words of OpenAPI: `style = form, explode = false`.
fn of_openapi(
    options: &[&Arg],
    written: &Written<'_>,
    literal: Option<&LitStr>,
    diagnostics: &Diagnostics,
) -> Option<Reported> {
    let value = |name: &str| {
        options.iter().find_map(|option| match option {
            Arg::Assign { key, value, .. } if key == name => Some(value),
            _ => None,
        })
    };
    let text = |value: &TokenStream| value.to_string().trim_matches('"').to_ascii_lowercase();
    let explode = value("explode").map(|value| text(value) == "true");
    let (key, given) = ["style"].iter().chain(&KEYS).find_map(|key| Some((*key, value(key)?)))?;
    let word = text(given);
    let is_ours = key == "style" && options.len() == 1 && !OF_OPENAPI.contains(&word.as_str());
    if is_ours || (explode.is_none() && key == "style" && options.len() > 1) {
        return None;
    }
    let style = match (word.as_str(), explode) {
        ("tsv", explode) if explode != Some(true) => None,
        ("spacedelimited" | "ssv", explode) if explode != Some(true) => Some("spaces"),
        ("pipedelimited" | "pipes", explode) if explode != Some(true) => Some("pipes"),
        ("deepobject", _) => Some("brackets"),
        ("form" | "simple" | "true" | "false", Some(false)) => Some("csv"),
        ("form" | "true" | "spacedelimited" | "pipedelimited", _) => Some("repeat"),
        (word, _) => style_named(word),
    };
    let name = literal.map_or_else(String::new, |literal| format!("{}, ", literal.to_token_stream()));
    let is_list = !is_one_value(&written.param.ty);
    let help = match style {
        Some(style) if is_list => format!("write `#[query({name}style = {style})]`"),
        Some(_) if name.is_empty() => "write `#[query]`: one value has no style".to_owned(),
        Some(_) => {
            format!("write `#[query({})]`: one value has no style", name.trim_end_matches(", "))
        }
        None => {
            let csv = format!("write `#[query({name}style = csv)]` if the server takes commas");
            format!("{csv}, or join the values in the caller; known: {STYLES}")
        }
    };
    let message = match key {
        "style" => format!("unknown query style `{given}`"),
        key => format!("unknown option `{key}`"),
    };
    Some(diagnostics.report(given, message, help))
}

/// The styles of OpenAPI, in lower case.
const OF_OPENAPI: [&str; 4] = ["form", "deepobject", "spacedelimited", "pipedelimited"];

/// Returns why an option of other frameworks is not needed.
fn reason(option: &Arg) -> String {
    match option.key().map(ToString::to_string).as_deref() {
        Some("required" | "optional" | "nullable" | "skip_if_none" | "skip_serializing_if") => {
            "a parameter is left out if its type is an `Option` and its value `None`".to_owned()
        }
        Some("default" | "default_value" | "defaultValue" | "example") => {
            "the caller gives the value, or `None` to an `Option`".to_owned()
        }
        Some(
            "min" | "max" | "minimum" | "maximum" | "ge" | "le" | "gt" | "lt" | "pattern" | "regex"
            | "min_length" | "max_length" | "validate" | "format",
        ) => "the server checks the value".to_owned(),
        Some("description" | "title" | "doc" | "deprecated") => "the docs of the method say it".to_owned(),
        _ => format!("known: {STYLES}"),
    }
}

/// Returns the style that a word of other frameworks means.
fn style_named(word: &str) -> Option<&'static str> {
    match word.trim_matches('"').to_ascii_lowercase().as_str() {
        "repeat" | "repeated" | "multi" | "form" | "explode" | "exploded" => Some("repeat"),
        "csv" | "comma" | "commas" | "joined" | "simple" => Some("csv"),
        "brackets" | "bracket" | "php" | "indices" | "rails" => Some("brackets"),
        "pipe" | "pipes" | "pipedelimited" => Some("pipes"),
        "space" | "spaces" | "ssv" | "spacedelimited" => Some("spaces"),
        _ => None,
    }
}
