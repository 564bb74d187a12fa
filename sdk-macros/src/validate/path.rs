//! Which parameter fills which placeholder. Must not know about queries, headers and bodies.

use syn::{LitStr, Type};

use super::params::{Read, Wanted};
use crate::{
    model::Role,
    nearest::nearest,
    returns::{arguments_of, peel},
    sink::Sink,
    template::{Placeholder, Template},
};

/// Turns the wish of each parameter into its role. `None` for a parameter with a mistake.
pub(crate) fn bind(reads: &mut [Read<'_>], path: Option<&(LitStr, Template)>, sink: &Sink) {
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
                unbound.push((read.name.clone(), read.ident.clone()));
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
    let has_unknown = reads.iter().any(|read| {
        matches!(read.wanted, Wanted::Unknown) && read.mark.is_none() && !read.raw.marks.is_empty()
    });
    for placeholder in template.placeholders() {
        if misnamed || has_unknown || bound.iter().any(|(name, _)| *name == placeholder.name) {
            continue;
        }
        let near =
            nearest(&placeholder.name, unbound.iter().map(|(name, _)| name.as_str())).map(str::to_owned);
        missing(placeholder, near.as_deref(), literal, sink);
        // The placeholder and the parameter are one mistake, and it is told.
        unbound.retain(|(name, _)| near.as_ref() != Some(name));
    }
    for (name, ident) in unbound {
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

fn missing(placeholder: &Placeholder, near: Option<&str>, literal: &LitStr, sink: &Sink) {
    let name = &placeholder.name;
    let help = match near {
        Some(near) => format!("did you mean `{{{near}}}`?"),
        None if name.contains('-') => format!("add `#[path({name:?})] {}: …`", name.replace('-', "_")),
        None if placeholder.rest => format!("add `{name}: &str`"),
        None => format!("add `{name}: u64`, with the type you need"),
    };
    sink.report(literal, format!("no parameter for placeholder `{{{name}}}`"), help);
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
    if read.raw.attrs.iter().any(|attr| attr.path().is_ident("cfg")) {
        sink.report(
            read.ident,
            "a path parameter cannot depend on a `cfg`",
            "put the `#[cfg(…)]` on the method, and write the method twice",
        );
    }
    if arguments_of(ty, "Option").is_some() {
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

fn is_list(ty: &Type) -> bool {
    match peel(ty) {
        Type::Reference(reference) => is_list(&reference.elem),
        Type::Slice(_) | Type::Array(_) => true,
        other => arguments_of(other, "Vec").is_some(),
    }
}
