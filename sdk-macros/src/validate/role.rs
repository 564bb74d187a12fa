//! What stands inside the attribute of a parameter. Must not know of the other parameters.

use proc_macro2::Ident;
use syn::LitStr;

use super::{header, params::Wanted};
use crate::{
    attr::Arg,
    model::{ListStyle, Role},
    nearest::suggestion,
    parse::{Mark, MarkArgs},
    sink::{Reported, Sink},
};

/// What the attribute asks for, unless there is a mistake inside.
pub(super) fn role(mark: &Mark, name: &str, ident: &Ident, sink: &Sink) -> Result<Wanted, Reported> {
    let role = match mark.name.to_string().as_str() {
        "path" => return Ok(Wanted::Path(literal(mark, name, sink)?)),
        "query" => {
            let (named, options) = literal_and_options(mark, name, sink)?;
            let style = style(&options, sink);
            let name = named.map_or_else(|| Ok(name.to_owned()), |it| not_empty(mark, &it, sink));
            Role::Query { name: name?, style: style? }
        }
        "part" => {
            let (named, options) = literal_and_options(mark, name, sink)?;
            let json = is_json(&options, sink);
            let name = named.map_or_else(|| Ok(name.to_owned()), |it| not_empty(mark, &it, sink));
            Role::Part { name: name?, json: json? }
        }
        "url" => no_argument(mark, sink).map(|()| Role::Url)?,
        "header" => {
            let default = name.replace('_', "-");
            Role::Header(match literal(mark, &default, sink)? {
                None => header::name(ident, &default, sink)?,
                Some(literal) => header::name(&literal, &literal.value(), sink)?,
            })
        }
        "json" => Role::Json(media_type(mark, "application/merge-patch+json", sink)?),
        "body" => Role::Body(media_type(mark, "application/octet-stream", sink)?),
        "queries" => no_argument(mark, sink).map(|()| Role::Queries)?,
        "headers" => no_argument(mark, sink).map(|()| Role::Headers)?,
        _ => no_argument(mark, sink).map(|()| Role::Form)?,
    };
    Ok(Wanted::Role(role))
}

/// The literal of `#[query("name")]`: at most one, and optional.
fn literal(mark: &Mark, example: &str, sink: &Sink) -> Result<Option<LitStr>, Reported> {
    let help = format!("write `#[{name}]` or `#[{name}({example:?})]`", name = mark.name);
    match (&mark.args, mark.list()) {
        (MarkArgs::None, _) => Ok(None),
        (MarkArgs::List(_), [arg]) => match syn::parse2(quote::quote!(#arg)) {
            Ok(literal) => Ok(Some(literal)),
            Err(_) => Err(sink.report(arg, format!("`#[{}]` takes a string literal", mark.name), help)),
        },
        (MarkArgs::List(_), [_, second, ..]) => {
            Err(sink.report(second, format!("`#[{}]` takes one string literal", mark.name), help))
        }
        (MarkArgs::List(_) | MarkArgs::Wrong, _) => {
            let message = format!("`#[{}]` takes a string literal in parentheses", mark.name);
            Err(sink.report(&mark.attr, message, help))
        }
    }
}

/// `#[query("name", style = csv)]`: what stands behind the literal, which may be missing.
fn literal_and_options<'a>(
    mark: &'a Mark,
    example: &str,
    sink: &Sink,
) -> Result<(Option<LitStr>, Vec<&'a Arg>), Reported> {
    let (options, rest): (Vec<&Arg>, Vec<&Arg>) = mark
        .list()
        .iter()
        .partition(|arg| matches!(arg, Arg::Assign { .. } | Arg::List { .. } | Arg::Flag(_)));
    let help = format!("write `#[{name}]` or `#[{name}({example:?})]`", name = mark.name);
    let literal = match (&mark.args, rest.as_slice()) {
        (MarkArgs::None, _) => None,
        (MarkArgs::List(_), []) if !options.is_empty() => None,
        // A name without its quotes.
        (MarkArgs::List(_), [arg]) => match syn::parse2::<LitStr>(quote::quote!(#arg)) {
            Ok(literal) => Some(literal),
            Err(_) => {
                return Err(sink.report(arg, format!("`#[{}]` takes a string literal", mark.name), help));
            }
        },
        (MarkArgs::List(_), [_, second, ..]) => {
            let message = format!("`#[{}]` takes one string literal", mark.name);
            return Err(sink.report(second, message, help));
        }
        (MarkArgs::List(_) | MarkArgs::Wrong, _) => {
            let message = format!("`#[{}]` takes a string literal in parentheses", mark.name);
            return Err(sink.report(&mark.attr, message, help));
        }
    };
    Ok((literal, options))
}

fn style(options: &[&Arg], sink: &Sink) -> Result<Option<ListStyle>, Reported> {
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
                Err(sink.report(value, message, format!("{near}known: {STYLES}")))
            }
        },
        [Arg::Flag(name)] => {
            let help = format!("write `#[query(\"{name}\")]`, or `#[query(style = csv)]`");
            Err(sink.report(name, "`#[query]` takes a string literal", help))
        }
        [option] => {
            let message = format!("unknown option `{}`", super::shown(option));
            Err(sink.report(option, message, format!("known: {STYLES}")))
        }
        [_, second, ..] => {
            Err(sink.report(second, "`#[query]` has one option", format!("keep one of {STYLES}")))
        }
    }
}

fn is_json(options: &[&Arg], sink: &Sink) -> Result<bool, Reported> {
    match options {
        [] => Ok(false),
        [Arg::Flag(name)] if name == "json" => Ok(true),
        [Arg::Flag(name)] => {
            let near = suggestion(&name.to_string(), ["json"]);
            let help =
                format!("{near}write `#[part(\"{name}\")]`, or `#[part(json)]` for a value to serialize");
            Err(sink.report(name, format!("unknown kind of part `{name}`"), help))
        }
        [option] | [_, option, ..] => {
            let help = "write `#[part]`, `#[part(\"name\")]` or `#[part(\"name\", json)]`";
            Err(sink.report(option, format!("unexpected `{}`", super::shown(option)), help))
        }
    }
}

pub(super) fn no_argument(mark: &Mark, sink: &Sink) -> Result<(), Reported> {
    if matches!(mark.args, MarkArgs::None) {
        return Ok(());
    }
    let message = format!("`#[{}]` takes no argument", mark.name);
    Err(sink.report(&mark.attr, message, format!("write `#[{}]`", mark.name)))
}

fn not_empty(mark: &Mark, literal: &LitStr, sink: &Sink) -> Result<String, Reported> {
    let name = literal.value();
    if name.is_empty() {
        let (what, help) = match mark.name == "part" {
            true => ("part", "write `#[part(\"file\")]`"),
            false => ("query parameter", "write `#[query(\"page\")]`"),
        };
        return Err(sink.report(literal, format!("the name of a {what} cannot be empty"), help));
    }
    Ok(name)
}

fn media_type(mark: &Mark, example: &str, sink: &Sink) -> Result<Option<LitStr>, Reported> {
    let Some(literal) = literal(mark, example, sink)? else { return Ok(None) };
    header::media_type(&literal, sink)?;
    Ok(Some(literal))
}
