//! What stands inside the attribute of a parameter. Must not know of the other parameters.

use proc_macro2::Ident;
use syn::LitStr;

use super::{header, params::Wanted};
use crate::{
    args::Arg,
    diagnostics::{Diagnostics, Reported},
    did_you_mean::suggestion,
    model::{ListStyle, Role},
    parse::{ApiAttr, ApiAttrArgs},
};

/// What the attribute asks for, unless there is a mistake inside.
pub(super) fn role(
    attr: &ApiAttr,
    name: &str,
    ident: &Ident,
    diagnostics: &Diagnostics,
) -> Result<Wanted, Reported> {
    let role = match attr.name.to_string().as_str() {
        "path" => return Ok(Wanted::Path(literal(attr, name, diagnostics)?)),
        "query" => {
            let (named, options) = literal_and_options(attr, name, diagnostics)?;
            let style = style(&options, diagnostics);
            let name = named.map_or_else(|| Ok(name.to_owned()), |it| not_empty(attr, &it, diagnostics));
            Role::Query { name: name?, style: style? }
        }
        "part" => {
            let (named, options) = literal_and_options(attr, name, diagnostics)?;
            let json = is_json(&options, diagnostics);
            let name = named.map_or_else(|| Ok(name.to_owned()), |it| not_empty(attr, &it, diagnostics));
            Role::Part { name: name?, json: json? }
        }
        "url" => no_argument(attr, diagnostics).map(|()| Role::Url)?,
        "header" => {
            let default = name.replace('_', "-");
            Role::Header(match literal(attr, &default, diagnostics)? {
                None => header::name(ident, &default, diagnostics)?,
                Some(literal) => header::name(&literal, &literal.value(), diagnostics)?,
            })
        }
        "json" => Role::Json(media_type(attr, "application/merge-patch+json", diagnostics)?),
        "body" => Role::Body(media_type(attr, "application/octet-stream", diagnostics)?),
        "queries" => no_argument(attr, diagnostics).map(|()| Role::Queries)?,
        "headers" => no_argument(attr, diagnostics).map(|()| Role::Headers)?,
        _ => no_argument(attr, diagnostics).map(|()| Role::Form)?,
    };
    Ok(Wanted::Role(role))
}

/// The literal of `#[query("name")]`: at most one, and optional.
fn literal(attr: &ApiAttr, example: &str, diagnostics: &Diagnostics) -> Result<Option<LitStr>, Reported> {
    let help = format!("write `#[{name}]` or `#[{name}({example:?})]`", name = attr.name);
    match (&attr.args, attr.list()) {
        (ApiAttrArgs::None, _) => Ok(None),
        (ApiAttrArgs::List(_), [arg]) => match syn::parse2(quote::quote!(#arg)) {
            Ok(literal) => Ok(Some(literal)),
            Err(_) => {
                Err(diagnostics.report(arg, format!("`#[{}]` takes a string literal", attr.name), help))
            }
        },
        (ApiAttrArgs::List(_), [_, second, ..]) => {
            Err(diagnostics.report(second, format!("`#[{}]` takes one string literal", attr.name), help))
        }
        (ApiAttrArgs::List(_) | ApiAttrArgs::Wrong, _) => {
            let message = format!("`#[{}]` takes a string literal in parentheses", attr.name);
            Err(diagnostics.report(attr, message, help))
        }
    }
}

/// `#[query("name", style = csv)]`: what stands behind the literal, which may be missing.
fn literal_and_options<'a>(
    attr: &'a ApiAttr,
    example: &str,
    diagnostics: &Diagnostics,
) -> Result<(Option<LitStr>, Vec<&'a Arg>), Reported> {
    let (options, rest): (Vec<&Arg>, Vec<&Arg>) = attr
        .list()
        .iter()
        .partition(|arg| matches!(arg, Arg::Assign { .. } | Arg::List { .. } | Arg::Flag(_)));
    let help = format!("write `#[{name}]` or `#[{name}({example:?})]`", name = attr.name);
    let literal = match (&attr.args, rest.as_slice()) {
        (ApiAttrArgs::None, _) => None,
        (ApiAttrArgs::List(_), []) if !options.is_empty() => None,
        // A name without its quotes.
        (ApiAttrArgs::List(_), [arg]) => match syn::parse2::<LitStr>(quote::quote!(#arg)) {
            Ok(literal) => Some(literal),
            Err(_) => {
                return Err(diagnostics.report(
                    arg,
                    format!("`#[{}]` takes a string literal", attr.name),
                    help,
                ));
            }
        },
        (ApiAttrArgs::List(_), [_, second, ..]) => {
            let message = format!("`#[{}]` takes one string literal", attr.name);
            return Err(diagnostics.report(second, message, help));
        }
        (ApiAttrArgs::List(_) | ApiAttrArgs::Wrong, _) => {
            let message = format!("`#[{}]` takes a string literal in parentheses", attr.name);
            return Err(diagnostics.report(attr, message, help));
        }
    };
    Ok((literal, options))
}

fn style(options: &[&Arg], diagnostics: &Diagnostics) -> Result<Option<ListStyle>, Reported> {
    const STYLES: &str = "`style = repeat`, `style = csv`, `style = brackets`";
    match options {
        [] => Ok(None),
        [Arg::Assign { key, value, .. }] if key == "style" => match value.to_string().as_str() {
            "repeat" => Ok(None),
            "csv" => Ok(Some(ListStyle::Csv)),
            "brackets" => Ok(Some(ListStyle::Brackets)),
            other => {
                let near = suggestion(other, ["repeat", "csv", "brackets"]);
                let message = format!("unknown query style `{other}`");
                Err(diagnostics.report(value, message, format!("{near}known: {STYLES}")))
            }
        },
        [Arg::Flag(name)] => {
            let help = format!("write `#[query(\"{name}\")]`, or `#[query(style = csv)]`");
            Err(diagnostics.report(name, "`#[query]` takes a string literal", help))
        }
        [option] => {
            let message = format!("unknown option `{}`", super::shown(option));
            Err(diagnostics.report(option, message, format!("known: {STYLES}")))
        }
        [_, second, ..] => {
            Err(diagnostics.report(second, "`#[query]` has one option", format!("keep one of {STYLES}")))
        }
    }
}

fn is_json(options: &[&Arg], diagnostics: &Diagnostics) -> Result<bool, Reported> {
    match options {
        [] => Ok(false),
        [Arg::Flag(name)] if name == "json" => Ok(true),
        [Arg::Flag(name)] => {
            let near = suggestion(&name.to_string(), ["json"]);
            let help =
                format!("{near}write `#[part(\"{name}\")]`, or `#[part(json)]` for a value to serialize");
            Err(diagnostics.report(name, format!("unknown kind of part `{name}`"), help))
        }
        [option] | [_, option, ..] => {
            let help = "write `#[part]`, `#[part(\"name\")]` or `#[part(\"name\", json)]`";
            Err(diagnostics.report(option, format!("unexpected `{}`", super::shown(option)), help))
        }
    }
}

pub(super) fn no_argument(attr: &ApiAttr, diagnostics: &Diagnostics) -> Result<(), Reported> {
    if matches!(attr.args, ApiAttrArgs::None) {
        return Ok(());
    }
    let message = format!("`#[{}]` takes no argument", attr.name);
    Err(diagnostics.report(attr, message, format!("write `#[{}]`", attr.name)))
}

fn not_empty(attr: &ApiAttr, literal: &LitStr, diagnostics: &Diagnostics) -> Result<String, Reported> {
    let name = literal.value();
    if name.is_empty() {
        let (what, help) = match attr.name == "part" {
            true => ("part", "write `#[part(\"file\")]`"),
            false => ("query parameter", "write `#[query(\"page\")]`"),
        };
        return Err(diagnostics.report(literal, format!("the name of a {what} cannot be empty"), help));
    }
    Ok(name)
}

fn media_type(attr: &ApiAttr, example: &str, diagnostics: &Diagnostics) -> Result<Option<LitStr>, Reported> {
    let Some(literal) = literal(attr, example, diagnostics)? else { return Ok(None) };
    header::media_type(&literal, diagnostics)?;
    Ok(Some(literal))
}
