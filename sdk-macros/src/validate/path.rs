//! Which parameter fills which placeholder. Must not know about queries, headers and bodies.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{LitStr, Type};

use super::{
    address::Address,
    params::{Params, Read, Wanted},
};
use crate::{
    diagnostics::{Diagnostics, Reported},
    did_you_mean::nearest,
    model::Role,
    returns::arguments_of,
    span,
    template::{Placeholder, Template},
};

/// Turns the wish of each parameter into its role.
pub(crate) fn bind<'a>(
    params: Params<'a>,
    address: &Result<Address<'_>, Reported>,
    diagnostics: &Diagnostics,
) -> Vec<Read<'a>> {
    match address {
        Ok(Address::Path(literal, template)) => to_template(params, literal, template, diagnostics),
        Ok(Address::Argument(url)) => to_none(params, |read| nothing_to_name(read, url, diagnostics)),
        // Nothing can be said about names; what has no attribute is taken for a path argument.
        Err(reported) => to_none(params, |_| *reported),
    }
}

/// There are no placeholders, so that each parameter that names one is a mistake.
fn to_none<'a>(params: Params<'a>, mistake: impl Fn(&Read<'a, Wanted>) -> Reported) -> Vec<Read<'a>> {
    let bound = params.reads.into_iter().map(|read| {
        let role = match &read.role {
            Wanted::ByName | Wanted::Path(_) => Err(mistake(&read)),
            Wanted::Role(role) => Ok(role.clone()),
            Wanted::Unknown(reported) => Err(*reported),
        };
        read.with(role)
    });
    bound.collect()
}

/// Reports a parameter that is neither in the address nor anywhere else in the request.
fn nothing_to_name(read: &Read<'_, Wanted>, url: &str, diagnostics: &Diagnostics) -> Reported {
    let Read { name, ident, .. } = read;
    let why = format!("`{url}` is the whole address, and has no placeholder");
    match (&read.role, read.attr) {
        (Wanted::Path(literal), Some(attr)) => {
            let wanted = literal.as_ref().map_or_else(|| name.clone(), LitStr::value);
            let ty = super::shown(&read.raw.ty);
            diagnostics.report(
                attr,
                format!("`#[path]` on `{name}` names no placeholder"),
                format!("{why}: write `#[query({wanted:?})] {name}: {ty}`"),
            )
        }
        _ => {
            let header = name.replace('_', "-");
            diagnostics.report(
                ident,
                format!("parameter `{name}` is not used"),
                format!("add `#[query]`, `#[header({header:?})]` or `#[json]`; {why}"),
            )
        }
    }
}

fn to_template<'a>(
    params: Params<'a>,
    literal: &LitStr,
    template: &Template,
    diagnostics: &Diagnostics,
) -> Vec<Read<'a>> {
    // Placeholders are not judged where a parameter was not understood, or where one is the whole address.
    let is_unknown = |read: &Read<'_, Wanted>| match &read.role {
        Wanted::Unknown(_) => read.attr.is_none_or(|attr| attr.name == "path"),
        role => matches!(role, Wanted::Role(Role::Url)),
    };
    let mut has_unknown = params.pattern.is_some() || params.reads.iter().any(is_unknown);
    let mut bound: Vec<(String, String)> = Vec::new();
    let mut unbound: Vec<Unbound<'_>> = Vec::new();
    // A role, or which one of the unbound it is.
    let mut found: Vec<Result<Result<Role, Reported>, usize>> = Vec::new();
    for read in &params.reads {
        let (wanted, is_named) = match &read.role {
            Wanted::ByName => (read.name.clone(), false),
            Wanted::Path(name) => (name.as_ref().map_or_else(|| read.name.clone(), LitStr::value), true),
            Wanted::Role(role) => {
                found.push(Ok(Ok(role.clone())));
                continue;
            }
            Wanted::Unknown(reported) => {
                found.push(Ok(Err(*reported)));
                continue;
            }
        };
        let placeholder = template.placeholders().find(|placeholder| placeholder.name == wanted);
        found.push(match placeholder {
            Some(placeholder) => {
                // Of two parameters with one name the compiler speaks by itself, unless they come out of different macros.
                if let Some((_, first)) = bound.iter().find(|(name, _)| *name == wanted)
                    && *first != read.name
                {
                    bound_twice(read, first, &wanted, diagnostics);
                }
                can_be_a_segment(read, placeholder, diagnostics);
                bound.push((wanted.clone(), read.name.clone()));
                Ok(Ok(Role::Path { placeholder: wanted, rest: placeholder.rest }))
            }
            None if is_named => {
                has_unknown = true;
                Ok(Err(names_nothing(read, &wanted, template, diagnostics)))
            }
            None => {
                unbound.push(Unbound {
                    name: read.name.clone(),
                    ident: read.ident,
                    ty: &read.raw.ty,
                    told: None,
                });
                Err(unbound.len() - 1)
            }
        });
    }
    other_syntax(&mut unbound, literal, template, diagnostics);
    let is_filled = |name: &String| bound.iter().any(|(bound, _)| bound == name);
    let unfilled =
        template.placeholders().filter(|placeholder| !has_unknown && !is_filled(&placeholder.name)).collect();
    not_filled(unfilled, &mut unbound, literal, diagnostics);
    let roles = found.into_iter().map(|found| {
        found.unwrap_or_else(|index| {
            Err(unbound[index].told.unwrap_or_else(|| unbound[index].not_used(diagnostics)))
        })
    });
    let roles: Vec<Result<Role, Reported>> = roles.collect();
    params.reads.into_iter().zip(roles).map(|(read, role)| read.with(role)).collect()
}

/// Reports the placeholders that no parameter fills, and with them the parameters that were meant for them.
fn not_filled(
    mut unfilled: Vec<&Placeholder>,
    unbound: &mut [Unbound<'_>],
    literal: &LitStr,
    diagnostics: &Diagnostics,
) {
    // A placeholder and the parameter that was meant for it are one mistake, and it is told once.
    unfilled.retain(|placeholder| {
        let untold = unbound.iter().filter(|param| param.told.is_none());
        let near = nearest(&placeholder.name, untold.map(|param| param.name.as_str())).map(str::to_owned);
        let Some(near) = near else { return true };
        let reported = missing(placeholder, Some(&near), literal, diagnostics);
        unbound.iter_mut().filter(|param| param.name == near).for_each(|param| param.told = Some(reported));
        false
    });
    let mut untold = unbound.iter_mut().filter(|param| param.told.is_none());
    if let ([placeholder], Some(param), None) = (unfilled.as_slice(), untold.next(), untold.next())
        && !is_optional(param.ty)
        && !is_list(param.ty)
    {
        param.told = Some(renamed(placeholder, param, diagnostics));
        return;
    }
    for placeholder in unfilled {
        missing(placeholder, None, literal, diagnostics);
    }
}

fn bound_twice(read: &Read<'_, Wanted>, first: &str, wanted: &str, diagnostics: &Diagnostics) {
    diagnostics.report(
        read.ident,
        format!("the placeholder `{{{wanted}}}` is bound twice"),
        format!("`{first}` has it already: remove one of them, or write `#[query] {}: …`", read.name),
    );
}

/// A parameter without a role that no placeholder names.
struct Unbound<'a> {
    /// Without `r#`.
    name: String,
    ident: &'a Ident,
    ty: &'a Type,
    /// It was reported, with something else.
    told: Option<Reported>,
}

impl Unbound<'_> {
    fn not_used(&self, diagnostics: &Diagnostics) -> Reported {
        let name = &self.name;
        let header = name.replace('_', "-");
        diagnostics.report(
            self.ident,
            format!("parameter `{name}` is not used"),
            format!(
                "name a placeholder `{{{name}}}`, or add `#[query]`, `#[header({header:?})]` or `#[json]`"
            ),
        )
    }
}

/// `/users/:id`, as other frameworks write it, is a path like any other, unless there is a parameter `id` without a role.
fn other_syntax(
    unbound: &mut [Unbound<'_>],
    literal: &LitStr,
    template: &Template,
    diagnostics: &Diagnostics,
) {
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
    let reported = diagnostics.report(
        literal,
        format!("`:{first}` is not a placeholder, and parameter `{first}` is not used"),
        format!("placeholders are written `{{{first}}}`: write `\"{}{query}\"`", corrected.join("/")),
    );
    for param in unbound.iter_mut().filter(|param| names.contains(&param.name)) {
        param.told = Some(reported);
    }
}

/// One placeholder and one parameter are left over: they were meant for each other.
fn renamed(placeholder: &Placeholder, param: &Unbound<'_>, diagnostics: &Diagnostics) -> Reported {
    let (wanted, name) = (&placeholder.name, &param.name);
    let ty = super::shown(param.ty);
    let help = if is_identifier(wanted) {
        format!("rename it: `{wanted}: {ty}`")
    } else {
        format!("name the placeholder: `#[path({wanted:?})] {}: {ty}`", param.ident)
    };
    diagnostics.report(
        param.ident,
        format!("no placeholder for parameter `{name}`, and no parameter for placeholder `{{{wanted}}}`"),
        help,
    )
}

fn missing(
    placeholder: &Placeholder,
    near: Option<&str>,
    literal: &LitStr,
    diagnostics: &Diagnostics,
) -> Reported {
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
    diagnostics.report(literal, format!("no parameter for placeholder `{{{name}}}`"), help)
}

/// Whether a parameter can have this name: not if there is a `-` in it, or if it is a keyword.
fn is_identifier(name: &str) -> bool {
    syn::parse_str::<Ident>(name).is_ok()
}

fn names_nothing(
    read: &Read<'_, Wanted>,
    wanted: &str,
    template: &Template,
    diagnostics: &Diagnostics,
) -> Reported {
    let names: Vec<String> =
        template.placeholders().map(|placeholder| format!("`{{{}}}`", placeholder.name)).collect();
    let help = match names.as_slice() {
        [] => format!("the path has none: add `{{{wanted}}}`"),
        names => format!("placeholders here: {}", names.join(", ")),
    };
    match (&read.role, read.attr) {
        (Wanted::Path(Some(literal)), _) => {
            diagnostics.report(literal, format!("`#[path({wanted:?})]` names no placeholder"), help)
        }
        (_, attr) => {
            let at = attr.map_or_else(|| read.ident.to_token_stream(), |attr| attr.to_token_stream());
            diagnostics.report(at, format!("`#[path]` on `{wanted}` names no placeholder"), help)
        }
    }
}

fn can_be_a_segment(read: &Read<'_, Wanted>, placeholder: &Placeholder, diagnostics: &Diagnostics) {
    let ty = &read.raw.ty;
    unconditional(read, "a path parameter", diagnostics);
    if is_optional(ty) {
        let help = format!("declare a second endpoint without `{{{}}}` in its path", placeholder.name);
        diagnostics.report(ty, "a path parameter cannot be optional", help);
    } else if is_list(ty) {
        let name = &placeholder.name;
        let help = if placeholder.rest {
            format!("join it with `/` in the caller: `{name}: &str`")
        } else {
            format!("use `{{*{name}}}` with `{name}: &str` joined by `/`, or join with `,` in the caller")
        };
        diagnostics.report(ty, "a list cannot be a path segment", help);
    }
}

/// What a request cannot be made without is there under every `cfg`.
pub(super) fn unconditional<R>(read: &Read<'_, R>, what: &str, diagnostics: &Diagnostics) {
    if super::has_cfg(&read.raw.attrs) {
        diagnostics.report(
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
    match span::strip_groups(ty) {
        Type::Reference(reference) => is_list(&reference.elem),
        Type::Slice(_) | Type::Array(_) => true,
        other => arguments_of(other, "Vec").is_some(),
    }
}
