//! The binding of placeholders: which parameter fills which placeholder of the path.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{LitStr, Type};

use super::{
    address::Address,
    meant_role::{Meant, extracted, is_list, is_optional, meant},
    mistaken::Mistaken,
    param::{ParsedParam, ParsedParams},
};
use crate::{
    diagnostics::{Diagnostics, Reported},
    did_you_mean::nearest,
    meant_path::is_alike,
    model::Role,
    parse::RawParam,
    returns::arguments_of,
    template::{Placeholder, Template},
    validate::{attribute::RequestedRole, value_type::can_be_text, wording::shown},
};

/// Turns the requested role of each parameter into its role.
pub(crate) fn bind<'a>(
    params: ParsedParams<'a>,
    address: &Result<Address, Reported>,
    has_body: bool,
    diagnostics: &Diagnostics,
) -> Vec<ParsedParam<'a>> {
    match address {
        Ok(Address::Path { literal, template }) => {
            to_template(params, literal, template, has_body, diagnostics)
        }
        Ok(Address::Argument(url)) => {
            to_none(params, |param| nothing_to_name(param, url, has_body, diagnostics))
        }
        // The names in the path are unknown. A parameter without an attribute counts as a path argument.
        Err(reported) => to_none(params, |_| *reported),
    }
}

/// Binds nothing, because there are no placeholders. Each parameter that names one is a mistake.
fn to_none<'a>(
    params: ParsedParams<'a>,
    mistake: impl Fn(&ParsedParam<'a, RequestedRole>) -> Reported,
) -> Vec<ParsedParam<'a>> {
    let bound = params.all.into_iter().map(|param| {
        let role = match &param.role {
            RequestedRole::ByName | RequestedRole::Path(_) => Err(mistake(&param)),
            RequestedRole::Role(role) => Ok(role.clone()),
            RequestedRole::Unknown(reported) => Err(*reported),
        };
        param.with_role(role)
    });
    bound.collect()
}

/// Reports a parameter that is neither in the address nor anywhere else in the request.
fn nothing_to_name(
    param: &ParsedParam<'_, RequestedRole>,
    url: &str,
    has_body: bool,
    diagnostics: &Diagnostics,
) -> Reported {
    let ParsedParam { name, ident, .. } = param;
    let why = format!("`{url}` is the whole address, and has no placeholder");
    match (&param.role, param.attr) {
        (RequestedRole::Path(literal), Some(attr)) => {
            let wanted = literal.as_ref().map_or_else(|| name.clone(), LitStr::value);
            let ty = shown(&param.raw.ty);
            diagnostics.report(
                attr,
                format!("`#[path]` on `{name}` names no placeholder"),
                format!("write `#[query({wanted:?})] {name}: {ty}`: {why}"),
            )
        }
        _ => diagnostics.report(
            ident,
            format!("parameter `{name}` is not used"),
            format!("{}; {why}", meant(param.raw, ident, has_body).help),
        ),
    }
}

fn to_template<'a>(
    params: ParsedParams<'a>,
    literal: &LitStr,
    template: &Template,
    has_body: bool,
    diagnostics: &Diagnostics,
) -> Vec<ParsedParam<'a>> {
    let mut mistaken = Mistaken::new(&params);
    let mut bound: Vec<(String, String)> = Vec::new();
    let mut unbound: Vec<Unbound<'_>> = Vec::new();
    // The role of each parameter, or its index among the unbound.
    let mut found: Vec<Result<Result<Role, Reported>, usize>> = Vec::new();
    for param in &params.all {
        let (wanted, is_named) = match &param.role {
            RequestedRole::ByName => (param.name.clone(), false),
            RequestedRole::Path(name) => {
                (name.as_ref().map_or_else(|| param.name.clone(), LitStr::value), true)
            }
            RequestedRole::Role(role) => {
                found.push(Ok(Ok(role.clone())));
                continue;
            }
            RequestedRole::Unknown(reported) => {
                found.push(Ok(Err(*reported)));
                continue;
            }
        };
        let placeholder = template.placeholders().find(|placeholder| placeholder.name == wanted);
        found.push(match placeholder {
            Some(placeholder) => {
                // The compiler reports two parameters of one name, unless they come from different macros.
                if let Some((_, first)) = bound.iter().find(|(name, _)| *name == wanted)
                    && *first != param.name
                {
                    bound_twice(param, first, &wanted, diagnostics);
                }
                can_be_a_segment(param, placeholder, diagnostics);
                bound.push((wanted.clone(), param.name.clone()));
                Ok(Ok(Role::Path { placeholder: wanted, rest: placeholder.rest }))
            }
            None if is_named => {
                mistaken.add_any();
                Ok(Err(names_nothing(param, &wanted, &params.all, template, has_body, diagnostics)))
            }
            None => {
                unbound.push(Unbound {
                    name: param.name.clone(),
                    ident: param.ident,
                    raw: param.raw,
                    reported: None,
                });
                Err(unbound.len() - 1)
            }
        });
    }
    let is_filled = |name: &String| bound.iter().any(|(bound, _)| bound == name);
    let mut unfilled = template.placeholders().filter(|placeholder| !is_filled(&placeholder.name)).collect();
    mistaken.retain_others(&mut unfilled);
    not_filled(unfilled, &mut unbound, literal, diagnostics);
    let roles = found.into_iter().map(|found| {
        found.unwrap_or_else(|index| {
            Err(unbound[index].reported.unwrap_or_else(|| unbound[index].not_used(has_body, diagnostics)))
        })
    });
    let roles: Vec<Result<Role, Reported>> = roles.collect();
    params.all.into_iter().zip(roles).map(|(param, role)| param.with_role(role)).collect()
}

/// Reports the placeholders that no parameter fills, together with the parameters that were meant for them.
fn not_filled(
    mut unfilled: Vec<&Placeholder>,
    unbound: &mut [Unbound<'_>],
    literal: &LitStr,
    diagnostics: &Diagnostics,
) {
    // A placeholder and the parameter that was meant for it are one mistake, and are reported once.
    unfilled.retain(|placeholder| {
        let unreported = unbound.iter().filter(|param| param.reported.is_none());
        let unreported: Vec<&str> = unreported.map(|param| param.name.as_str()).collect();
        let alike = unreported.iter().copied().find(|name| is_alike(name, &placeholder.name));
        let near = alike.or_else(|| nearest(&placeholder.name, unreported)).map(str::to_owned);
        let Some(near) = near else { return true };
        // Underscores at the edges are the parameter's: `_id`, or `type_` for a keyword.
        let is_edged = near.trim_matches('_') == placeholder.name;
        let meant = unbound.iter().find(|param| param.name == near && is_edged);
        let reported = match meant {
            Some(param) => renamed(placeholder, param, literal, diagnostics),
            None => missing(placeholder, Some(&near), literal, diagnostics),
        };
        unbound
            .iter_mut()
            .filter(|param| param.name == near)
            .for_each(|param| param.reported = Some(reported));
        false
    });
    let mut unreported = unbound.iter_mut().filter(|param| param.reported.is_none());
    if let ([placeholder], Some(param), None) = (unfilled.as_slice(), unreported.next(), unreported.next())
        && !is_optional(&param.raw.ty)
        && !is_list(&param.raw.ty)
    {
        param.reported = Some(renamed(placeholder, param, literal, diagnostics));
        return;
    }
    for placeholder in unfilled {
        missing(placeholder, None, literal, diagnostics);
    }
}

fn bound_twice(param: &ParsedParam<'_, RequestedRole>, first: &str, wanted: &str, diagnostics: &Diagnostics) {
    diagnostics.report(
        param.ident,
        format!("the placeholder `{{{wanted}}}` is bound twice"),
        format!(
            "write `#[query] {}: {}`, or remove it: `{first}` has the placeholder already",
            param.ident,
            shown(&param.raw.ty)
        ),
    );
}

/// A parameter without a role that no placeholder names.
struct Unbound<'a> {
    /// The name without `r#`.
    name: String,
    ident: &'a Ident,
    raw: &'a RawParam,
    /// The report of another mistake that includes this one.
    reported: Option<Reported>,
}

impl Unbound<'_> {
    fn not_used(&self, has_body: bool, diagnostics: &Diagnostics) -> Reported {
        let name = &self.name;
        let Meant { help, fits_others } = meant(self.raw, self.ident, has_body);
        let others = match fits_others {
            true => format!(
                "; or add `#[header({:?})]`, another role, or the placeholder `{{{name}}}`",
                name.replace('_', "-")
            ),
            false => String::new(),
        };
        diagnostics.report(self.ident, format!("parameter `{name}` is not used"), help + &others)
    }
}

/// Reports one placeholder and one parameter that are left over, and were meant for each other.
fn renamed(
    placeholder: &Placeholder,
    param: &Unbound<'_>,
    literal: &LitStr,
    diagnostics: &Diagnostics,
) -> Reported {
    let (wanted, name) = (&placeholder.name, &param.name);
    let ty = shown(extracted(&param.raw.ty).map_or(&param.raw.ty, |(_, inner)| inner));
    let help = if !is_identifier(wanted) {
        format!("write `#[path({wanted:?})] {}: {ty}`", param.ident)
    } else if wanted.chars().any(char::is_uppercase) {
        // The compiler warns about a parameter in capitals.
        format!("write `{:?}` as the path", with_name(literal, wanted, name))
    } else {
        format!("write `{wanted}: {ty}`")
    };
    diagnostics.report(
        param.ident,
        format!("no placeholder for parameter `{name}`, and no parameter for placeholder `{{{wanted}}}`"),
        help,
    )
}

/// Returns the path with another name in the placeholder `wanted`.
fn with_name(literal: &LitStr, wanted: &str, name: &str) -> String {
    let rest = literal.value().replace(&format!("{{*{wanted}}}"), &format!("{{*{name}}}"));
    rest.replace(&format!("{{{wanted}}}"), &format!("{{{name}}}"))
}

fn missing(
    placeholder: &Placeholder,
    near: Option<&str>,
    literal: &LitStr,
    diagnostics: &Diagnostics,
) -> Reported {
    let name = &placeholder.name;
    let help = match near {
        Some(near) => format!("write `{:?}`", with_name(literal, name, near)),
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

/// Returns whether a parameter can have this name, which a keyword or a name with `-` cannot be.
fn is_identifier(name: &str) -> bool {
    syn::parse_str::<Ident>(name).is_ok()
}

fn names_nothing(
    param: &ParsedParam<'_, RequestedRole>,
    wanted: &str,
    all: &[ParsedParam<'_, RequestedRole>],
    template: &Template,
    has_body: bool,
    diagnostics: &Diagnostics,
) -> Reported {
    let is_taken = |name: &str| {
        all.iter().any(|other| match &other.role {
            RequestedRole::Path(Some(literal)) => literal.value() == name,
            RequestedRole::ByName | RequestedRole::Path(None) => other.name == name,
            _ => false,
        })
    };
    let names: Vec<&str> = template.placeholders().map(|placeholder| placeholder.name.as_str()).collect();
    let free: Vec<&str> = names.iter().copied().filter(|name| !is_taken(name)).collect();
    let near = match free.as_slice() {
        [only] => Some(*only),
        free => nearest(wanted, free.iter().copied()),
    };
    let help = match near {
        Some(near) if near == param.name => "write `#[path]`".to_owned(),
        Some(near) => format!("write `#[path({near:?})]`"),
        None if names.is_empty() && can_be_placed(&param.raw.ty) => {
            let query = template.query.as_ref().map_or_else(String::new, |query| format!("?{query}"));
            let path = format!("{}/{{{wanted}}}{query}", template.path().trim_end_matches('/'));
            format!("write `{path:?}` as the path, which has no placeholder")
        }
        None if free.is_empty() && names.is_empty() => meant(param.raw, param.ident, has_body).help,
        None if free.is_empty() => {
            format!(
                "{}, since each placeholder has a parameter",
                meant(param.raw, param.ident, has_body).help
            )
        }
        None => {
            let names: Vec<String> = free.iter().map(|name| format!("`#[path({name:?})]`")).collect();
            format!("write {}", names.join(" or "))
        }
    };
    match (&param.role, param.attr) {
        (RequestedRole::Path(Some(literal)), _) => {
            diagnostics.report(literal, format!("`#[path({wanted:?})]` names no placeholder"), help)
        }
        (_, attr) => {
            let at = attr.map_or_else(|| param.ident.to_token_stream(), |attr| attr.to_token_stream());
            diagnostics.report(at, format!("`#[path]` on `{wanted}` names no placeholder"), help)
        }
    }
}

/// Returns whether a value of this type can be a segment of a path.
fn can_be_placed(ty: &Type) -> bool {
    can_be_text(ty) && !is_optional(ty) && !is_list(ty)
}

fn can_be_a_segment(
    param: &ParsedParam<'_, RequestedRole>,
    placeholder: &Placeholder,
    diagnostics: &Diagnostics,
) {
    let ty = &param.raw.ty;
    param.must_be_unconditional("a path parameter", diagnostics);
    if let Some(("path", inner)) = extracted(ty)
        && param.raw.api_attrs.is_empty()
    {
        let help = format!("write `{}: {}`", param.ident, shown(inner));
        diagnostics.report(ty, "an extractor of a server is no value of a path", help);
    } else if is_optional(ty) {
        let some = arguments_of(ty, "Option").and_then(|types| types.first().copied().map(shown));
        let help = format!(
            "write `{}: {}`, and declare a second endpoint without `{{{}}}` in its path",
            param.ident,
            some.unwrap_or_else(|| "u64".to_owned()),
            placeholder.name
        );
        diagnostics.report(ty, "a path parameter cannot be optional", help);
    } else if is_list(ty) {
        let name = &placeholder.name;
        let help = if placeholder.rest {
            format!("write `{}: &str`, and join the list with `/` in the caller", param.ident)
        } else {
            format!(
                "write `{}: &str`, and join the list with `,` in the caller; or with `/` for `{{*{name}}}`",
                param.ident
            )
        };
        diagnostics.report(ty, "a list cannot be a path segment", help);
    }
}
