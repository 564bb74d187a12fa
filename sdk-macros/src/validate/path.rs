//! Which parameter fills which placeholder. Must not know about queries, headers and bodies.

use proc_macro2::Ident;
use syn::{LitStr, Type};

use super::{
    params::{Read, Wanted},
    verb::{Address, Verb},
};
use crate::{
    model::Role,
    nearest::nearest,
    parse::RawMethod,
    returns::{arguments_of, peel},
    sink::Sink,
    template::{Placeholder, Template},
};

/// Turns the wish of each parameter into its role. `None` for a parameter with a mistake.
pub(crate) fn bind(reads: &mut [Read<'_>], path: Option<(&LitStr, &Template)>, sink: &Sink) {
    let Some((literal, template)) = path else {
        // Without a template nothing can be said about names; what has no attribute is taken for a path argument.
        return reads.iter_mut().for_each(|read| {
            if matches!(read.wanted, Wanted::ByName | Wanted::Path(_)) {
                read.wanted = Wanted::Unknown;
            }
        });
    };
    let mut unbound = Vec::new();
    let mut bound: Vec<(String, String)> = Vec::new();
    let mut misnamed = false;
    for read in reads.iter_mut() {
        let wanted = match &read.wanted {
            Wanted::ByName => read.name.clone(),
            Wanted::Path(name) => name.as_ref().map_or_else(|| read.name.clone(), LitStr::value),
            Wanted::Role(_) | Wanted::Unknown => continue,
        };
        let Some(placeholder) = template.placeholders().find(|placeholder| placeholder.name == wanted) else {
            if let Wanted::Path(name) = &read.wanted {
                misnamed = true;
                names_nothing(read, name.as_ref(), &wanted, template, sink);
            } else {
                unbound.push(Unbound { name: read.name.clone(), ident: read.ident, ty: &read.raw.ty });
            }
            read.wanted = Wanted::Unknown;
            continue;
        };
        if let Some((_, first)) = bound.iter().find(|(name, _)| *name == wanted) {
            // Of two parameters with one name the compiler speaks by itself.
            if *first != read.name {
                sink.report(
                    read.ident,
                    format!("the placeholder `{{{wanted}}}` is bound twice"),
                    format!(
                        "`{first}` has it already: remove one of them, or write `#[query] {}: …`",
                        read.name
                    ),
                );
            }
        }
        can_be_a_segment(read, placeholder, sink);
        bound.push((wanted.clone(), read.name.clone()));
        read.wanted = Wanted::Role(Role::Path { placeholder: wanted, rest: placeholder.rest });
    }
    // Nor can anything be said about placeholders beside an attribute nobody knows, and beside a whole address.
    let has_unknown = reads.iter().any(|read| match &read.wanted {
        Wanted::Unknown => read.mark.is_none() && !read.raw.marks.is_empty(),
        wanted => matches!(wanted, Wanted::Role(Role::Url)),
    });
    other_syntax(&mut unbound, literal, template, sink);
    let mut unfilled: Vec<&Placeholder> = template
        .placeholders()
        .filter(|placeholder| {
            !misnamed && !has_unknown && bound.iter().all(|(name, _)| *name != placeholder.name)
        })
        .collect();
    // A placeholder and the parameter that was meant for it are one mistake, and it is told once.
    unfilled.retain(|placeholder| {
        let near = nearest(&placeholder.name, unbound.iter().map(|param| param.name.as_str()));
        let Some(near) = near.map(str::to_owned) else { return true };
        missing(placeholder, Some(&near), literal, sink);
        unbound.retain(|param| param.name != near);
        false
    });
    if let ([placeholder], [param]) = (unfilled.as_slice(), unbound.as_slice())
        && !is_optional(param.ty)
        && !is_list(param.ty)
    {
        return renamed(placeholder, param, sink);
    }
    for placeholder in unfilled {
        missing(placeholder, None, literal, sink);
    }
    for Unbound { name, ident, .. } in unbound {
        let header = name.replace('_', "-");
        sink.report(
            ident,
            format!("parameter `{name}` is not used"),
            format!(
                "name a placeholder `{{{name}}}`, or add `#[query]`, `#[header({header:?})]` or `#[json]`"
            ),
        );
    }
}

/// There is a path, or one parameter that is the whole address.
pub(crate) fn address(raw: &RawMethod, reads: &[Read<'_>], verb: &Verb<'_>, sink: &Sink) {
    let mut addresses = reads.iter().filter_map(|read| match (&read.wanted, read.mark) {
        (Wanted::Role(Role::Url), Some(mark)) => Some((read, mark)),
        _ => None,
    });
    let name = &verb.mark.name;
    let Some((first, mark)) = addresses.next() else {
        // A `#[url]` that is not written as it should be is told alone.
        let misread = reads.iter().any(|read| match read.mark {
            Some(mark) => mark.name == "url",
            None => !read.raw.marks.is_empty(),
        });
        if matches!(verb.path, Address::Missing) && !misread {
            sink.report(
                &verb.mark.attr,
                format!("`#[{name}]` needs a path"),
                format!(
                    "write `{}`, or take the whole address as an argument: `#[url] next: &Url`",
                    verb.example(raw)
                ),
            );
        }
        return;
    };
    unconditional(first, "the address", sink);
    if let Address::Path(literal, _) = &verb.path {
        sink.report(
            &mark.attr,
            format!("`{}` is the whole address, and there is a path as well", first.name),
            format!("remove the path: `#[{name}]` instead of `#[{name}({})]`", super::shown(literal)),
        );
    }
    for (second, mark) in addresses {
        sink.report(
            &mark.attr,
            format!("two addresses: `{}` and `{}`", first.name, second.name),
            format!("keep one: `#[url] {}: {}`", first.name, super::shown(&first.raw.ty)),
        );
    }
}

/// A parameter without a role that no placeholder names.
struct Unbound<'a> {
    /// Without `r#`.
    name: String,
    ident: &'a Ident,
    ty: &'a Type,
}

/// `/users/:id`, as other frameworks write it, is a path like any other, unless there is a parameter `id` without a role.
fn other_syntax(unbound: &mut Vec<Unbound<'_>>, literal: &LitStr, template: &Template, sink: &Sink) {
    let path = template.path();
    let meant = |segment: &str, unbound: &[Unbound<'_>]| {
        let name = segment.strip_prefix(':')?;
        unbound.iter().any(|param| param.name == name).then(|| name.to_owned())
    };
    let names: Vec<String> = path.split('/').filter_map(|segment| meant(segment, unbound)).collect();
    let Some(first) = names.first() else { return };
    let corrected: Vec<String> = path
        .split('/')
        .map(|segment| {
            meant(segment, unbound).map_or_else(|| segment.to_owned(), |name| format!("{{{name}}}"))
        })
        .collect();
    let query = template.query.as_ref().map_or_else(String::new, |query| format!("?{query}"));
    sink.report(
        literal,
        format!("`:{first}` is not a placeholder, and parameter `{first}` is not used"),
        format!("placeholders are written `{{{first}}}`: write `\"{}{query}\"`", corrected.join("/")),
    );
    unbound.retain(|param| !names.contains(&param.name));
}

/// One placeholder and one parameter are left over: they were meant for each other.
fn renamed(placeholder: &Placeholder, param: &Unbound<'_>, sink: &Sink) {
    let (wanted, name) = (&placeholder.name, &param.name);
    let ty = super::shown(param.ty);
    let help = if is_identifier(wanted) {
        format!("rename it: `{wanted}: {ty}`")
    } else {
        format!("name the placeholder: `#[path({wanted:?})] {}: {ty}`", param.ident)
    };
    sink.report(
        param.ident,
        format!("no placeholder for parameter `{name}`, and no parameter for placeholder `{{{wanted}}}`"),
        help,
    );
}

fn missing(placeholder: &Placeholder, near: Option<&str>, literal: &LitStr, sink: &Sink) {
    let name = &placeholder.name;
    let help = match near {
        Some(near) => format!("did you mean `{{{near}}}`?"),
        None if !is_identifier(name) => {
            let plain = name.replace('-', "_");
            let end = if is_identifier(&plain) { "" } else { "_" };
            format!("add `#[path({name:?})] {plain}{end}: u64`, with the type you need")
        }
        None if placeholder.rest => format!("add `{name}: &str`"),
        None => format!("add `{name}: u64`, with the type you need"),
    };
    sink.report(literal, format!("no parameter for placeholder `{{{name}}}`"), help);
}

/// Whether a parameter can have this name: not if there is a `-` in it, or if it is a keyword.
fn is_identifier(name: &str) -> bool {
    syn::parse_str::<Ident>(name).is_ok()
}

fn names_nothing(read: &Read<'_>, literal: Option<&LitStr>, wanted: &str, template: &Template, sink: &Sink) {
    let names: Vec<String> =
        template.placeholders().map(|placeholder| format!("`{{{}}}`", placeholder.name)).collect();
    let help = match names.as_slice() {
        [] => format!("the path has none: add `{{{wanted}}}`"),
        names => format!("placeholders here: {}", names.join(", ")),
    };
    match (literal, read.mark) {
        (Some(literal), _) => {
            sink.report(literal, format!("`#[path({wanted:?})]` names no placeholder"), help);
        }
        (None, Some(mark)) => {
            sink.report(&mark.attr, format!("`#[path]` on `{wanted}` names no placeholder"), help);
        }
        (None, None) => {}
    }
}

fn can_be_a_segment(read: &Read<'_>, placeholder: &Placeholder, sink: &Sink) {
    let ty = &read.raw.ty;
    unconditional(read, "a path parameter", sink);
    if is_optional(ty) {
        let help = format!("declare a second endpoint without `{{{}}}` in its path", placeholder.name);
        sink.report(ty, "a path parameter cannot be optional", help);
    } else if is_list(ty) {
        let name = &placeholder.name;
        let help = if placeholder.rest {
            format!("join it with `/` in the caller: `{name}: &str`")
        } else {
            format!("use `{{*{name}}}` with `{name}: &str` joined by `/`, or join with `,` in the caller")
        };
        sink.report(ty, "a list cannot be a path segment", help);
    }
}

/// What a request cannot be made without is there under every `cfg`.
pub(super) fn unconditional(read: &Read<'_>, what: &str, sink: &Sink) {
    if super::has_cfg(&read.raw.attrs) {
        sink.report(
            read.ident,
            format!("{what} cannot depend on a `cfg`"),
            "put the `#[cfg(…)]` on the method, and write the method twice",
        );
    }
}

fn is_optional(ty: &Type) -> bool {
    arguments_of(ty, "Option").is_some()
}

fn is_list(ty: &Type) -> bool {
    match peel(ty) {
        Type::Reference(reference) => is_list(&reference.elem),
        Type::Slice(_) | Type::Array(_) => true,
        other => arguments_of(other, "Vec").is_some(),
    }
}
