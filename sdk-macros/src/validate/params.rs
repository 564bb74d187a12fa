//! The roles of parameters: which attribute a parameter has, and what stands in it. Must not know which placeholders the
//! path has.

use proc_macro2::Ident;
use syn::{LitStr, ext::IdentExt};

use super::{header, verb::Verb};
use crate::{
    attr::Arg,
    model::{ListStyle, Role},
    nearest::{nearest, suggestion},
    parse::{Mark, MarkArgs, ROLES, RawMethod, RawParam},
    sink::Sink,
};

/// A parameter whose attributes have been read.
pub(crate) struct Read<'a> {
    pub(crate) raw: &'a RawParam,
    pub(crate) ident: &'a Ident,
    /// The name without `r#`.
    pub(crate) name: String,
    pub(crate) wanted: Wanted,
    /// The attribute that says so.
    pub(crate) mark: Option<&'a Mark>,
    pub(crate) from_session: Option<&'a Mark>,
}

pub(crate) enum Wanted {
    /// No attribute: a path argument, if a placeholder has its name.
    ByName,
    Path(Option<LitStr>),
    Role(Role),
    /// A mistake that was reported, so that nothing more can be said.
    Unknown,
}

pub(crate) fn read<'a>(raw: &'a RawMethod, sink: &Sink) -> Vec<Read<'a>> {
    raw.params.iter().filter_map(|param| one(param, sink)).collect()
}

fn one<'a>(raw: &'a RawParam, sink: &Sink) -> Option<Read<'a>> {
    // A pattern was reported with the signature.
    let ident = raw.name()?;
    let name = ident.unraw().to_string();
    let mut roles: Vec<&Mark> = Vec::new();
    let mut misread = false;
    for mark in &raw.marks {
        let is_role = ROLES.contains(&mark.name.to_string().as_str());
        if mark.is_conditional() {
            misread = true;
        } else if !is_role {
            misread = true;
            unknown(mark, sink);
        } else if mark.name != "from_session" {
            roles.push(mark);
        }
    }
    for second in roles.iter().skip(1) {
        sink.report(
            &second.attr,
            format!("two roles on parameter `{name}`: `#[{}]` and `#[{}]`", roles[0].name, second.name),
            format!("keep one: `#[{}] {name}: {}`", roles[0].name, super::shown(&raw.ty)),
        );
    }
    let from_session = raw.mark("from_session");
    if let Some(mark) = from_session {
        no_argument(mark, sink);
    }
    let mark = roles.first().copied();
    let wanted = match mark {
        None if misread => Wanted::Unknown,
        None => Wanted::ByName,
        Some(mark) => role(mark, &name, ident, sink).unwrap_or(Wanted::Unknown),
    };
    Some(Read { raw, ident, name, wanted, mark, from_session })
}

/// An attribute on a parameter that is none of ours.
pub(crate) fn unknown(mark: &Mark, sink: &Sink) {
    let name = mark.name.to_string();
    let near = nearest(&name, ROLES.iter().copied());
    let near = near.map_or_else(String::new, |near| format!("did you mean `#[{near}]`? "));
    let known: Vec<String> = ROLES.iter().map(|role| format!("`#[{role}]`")).collect();
    sink.report(
        &mark.attr,
        format!("unknown attribute `#[{name}]` on a parameter"),
        format!("{near}known: {}", known.join(", ")),
    );
}

/// `None` after a mistake inside the attribute.
fn role(mark: &Mark, name: &str, ident: &Ident, sink: &Sink) -> Option<Wanted> {
    let role = match mark.name.to_string().as_str() {
        "path" => return Some(Wanted::Path(literal(mark, name, sink)?)),
        "query" => {
            let (named, options) = literal_and_options(mark, name, sink)?;
            let style = style(&options, sink);
            let name = named.map_or_else(|| Some(name.to_owned()), |it| not_empty(mark, &it, sink));
            Role::Query { name: name?, style: style? }
        }
        "part" => {
            let (named, options) = literal_and_options(mark, name, sink)?;
            let json = is_json(&options, sink);
            let name = named.map_or_else(|| Some(name.to_owned()), |it| not_empty(mark, &it, sink));
            Role::Part { name: name?, json: json? }
        }
        "url" => no_argument(mark, sink).then_some(Role::Url)?,
        "header" => {
            let default = name.replace('_', "-");
            Role::Header(match literal(mark, &default, sink)? {
                None => header::name(ident, &default, sink)?,
                Some(literal) => header::name(&literal, &literal.value(), sink)?,
            })
        }
        "json" => Role::Json(media_type(mark, "application/merge-patch+json", sink)?),
        "body" => Role::Body(media_type(mark, "application/octet-stream", sink)?),
        "queries" => no_argument(mark, sink).then_some(Role::Queries)?,
        "headers" => no_argument(mark, sink).then_some(Role::Headers)?,
        _ => no_argument(mark, sink).then_some(Role::Form)?,
    };
    Some(Wanted::Role(role))
}

/// The literal of `#[query("name")]`: at most one, and optional.
fn literal(mark: &Mark, example: &str, sink: &Sink) -> Option<Option<LitStr>> {
    let help = format!("write `#[{name}]` or `#[{name}({example:?})]`", name = mark.name);
    match (&mark.args, mark.list()) {
        (MarkArgs::None, _) => Some(None),
        (MarkArgs::List(_), [arg]) => {
            let literal = syn::parse2(quote::quote!(#arg)).ok();
            if literal.is_none() {
                sink.report(arg, format!("`#[{}]` takes a string literal", mark.name), help);
            }
            literal.map(Some)
        }
        (MarkArgs::List(_), [_, second, ..]) => {
            sink.report(second, format!("`#[{}]` takes one string literal", mark.name), help);
            None
        }
        (MarkArgs::List(_) | MarkArgs::Assign, _) => {
            sink.report(
                &mark.attr,
                format!("`#[{}]` takes a string literal in parentheses", mark.name),
                help,
            );
            None
        }
    }
}

/// `#[query("name", style = csv)]`: what stands behind the literal, which may be missing.
fn literal_and_options<'a>(
    mark: &'a Mark,
    example: &str,
    sink: &Sink,
) -> Option<(Option<LitStr>, Vec<&'a Arg>)> {
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
                sink.report(arg, format!("`#[{}]` takes a string literal", mark.name), help);
                return None;
            }
        },
        (MarkArgs::List(_), [_, second, ..]) => {
            sink.report(second, format!("`#[{}]` takes one string literal", mark.name), help);
            return None;
        }
        (MarkArgs::List(_) | MarkArgs::Assign, _) => {
            sink.report(
                &mark.attr,
                format!("`#[{}]` takes a string literal in parentheses", mark.name),
                help,
            );
            return None;
        }
    };
    Some((literal, options))
}

fn style(options: &[&Arg], sink: &Sink) -> Option<Option<ListStyle>> {
    const STYLES: &str = "`style = repeat`, `style = csv`, `style = brackets`";
    match options {
        [] => Some(None),
        [Arg::Assign { key, value, .. }] if key == "style" => match value.to_string().as_str() {
            "repeat" => Some(None),
            "csv" => Some(Some(ListStyle::Csv)),
            "brackets" => Some(Some(ListStyle::Brackets)),
            other => {
                let near = suggestion(other, ["repeat", "csv", "brackets"]);
                sink.report(
                    value,
                    format!("unknown query style `{other}`"),
                    format!("{near}known: {STYLES}"),
                );
                None
            }
        },
        [Arg::Flag(name)] => {
            let help = format!("write `#[query(\"{name}\")]`, or `#[query(style = csv)]`");
            sink.report(name, "`#[query]` takes a string literal", help);
            None
        }
        [option] => {
            sink.report(
                option,
                format!("unknown option `{}`", super::shown(option)),
                format!("known: {STYLES}"),
            );
            None
        }
        [_, second, ..] => {
            sink.report(second, "`#[query]` has one option", format!("keep one of {STYLES}"));
            None
        }
    }
}

fn is_json(options: &[&Arg], sink: &Sink) -> Option<bool> {
    match options {
        [] => Some(false),
        [Arg::Flag(name)] if name == "json" => Some(true),
        [Arg::Flag(name)] => {
            let near = suggestion(&name.to_string(), ["json"]);
            let help =
                format!("{near}write `#[part(\"{name}\")]`, or `#[part(json)]` for a value to serialize");
            sink.report(name, format!("unknown kind of part `{name}`"), help);
            None
        }
        [option] | [_, option, ..] => {
            let help = "write `#[part]`, `#[part(\"name\")]` or `#[part(\"name\", json)]`";
            sink.report(option, format!("unexpected `{}`", super::shown(option)), help);
            None
        }
    }
}

fn no_argument(mark: &Mark, sink: &Sink) -> bool {
    if matches!(mark.args, MarkArgs::None) {
        return true;
    }
    sink.report(
        &mark.attr,
        format!("`#[{}]` takes no argument", mark.name),
        format!("write `#[{}]`", mark.name),
    );
    false
}

fn not_empty(mark: &Mark, literal: &LitStr, sink: &Sink) -> Option<String> {
    let name = literal.value();
    if name.is_empty() {
        let (what, help) = match mark.name == "part" {
            true => ("part", "write `#[part(\"file\")]`"),
            false => ("query parameter", "write `#[query(\"page\")]`"),
        };
        sink.report(literal, format!("the name of a {what} cannot be empty"), help);
        return None;
    }
    Some(name)
}

fn media_type(mark: &Mark, example: &str, sink: &Sink) -> Option<Option<LitStr>> {
    let Some(literal) = literal(mark, example, sink)? else { return Some(None) };
    header::media_type(&literal, sink).then_some(Some(literal))
}

/// At most one body, and none where the method has none. Parts are one body together.
pub(crate) fn body(reads: &[Read<'_>], verb: &Verb<'_>, sink: &Sink) {
    let mut bodies = reads.iter().filter_map(|read| match (&read.wanted, read.mark) {
        (
            Wanted::Role(role @ (Role::Json(_) | Role::Form | Role::Body(_) | Role::Part { .. })),
            Some(mark),
        ) => Some((read, matches!(role, Role::Part { .. }), mark)),
        _ => None,
    });
    let Some((first, first_is_part, mark)) = bodies.next() else { return };
    if !verb.has_body() {
        sink.report(
            &mark.attr,
            format!("`{}` cannot have a body", verb.name),
            format!(
                "send it in the query: `#[{}] {}: {}`",
                if first_is_part { "query" } else { "queries" },
                first.name,
                super::shown(&first.raw.ty)
            ),
        );
    }
    for (second, is_part, second_mark) in bodies {
        match (first_is_part, is_part) {
            (true, true) => {}
            (false, false) => sink.report(
                &second_mark.attr,
                format!("two bodies: `{}` and `{}`", first.name, second.name),
                format!("merge them into one struct: `#[{}] {}: …`", second_mark.name, first.name),
            ),
            _ => {
                let whole = if is_part { first } else { second };
                sink.report(
                    &second_mark.attr,
                    format!("`#[{}]` cannot be combined with `#[{}]`", mark.name, second_mark.name),
                    match whole.mark.is_some_and(|mark| mark.name == "json") {
                        true => {
                            format!("send the JSON as a part: `#[part(\"{0}\", json)] {0}: …`", whole.name)
                        }
                        false => format!("send it as a part: `#[part] {}: …`", whole.name),
                    },
                );
            }
        }
    }
}
