//! The attributes of methods and parameters: a file for each, and here the list of those that give a role to
//! a parameter.

mod argument;
mod body;
pub(crate) mod cfg_attr;
mod form;
pub(crate) mod from_session;
mod header;
mod headers;
mod json;
mod meant_verb;
pub(crate) mod misplaced;
pub(crate) mod named_param;
mod part;
mod path;
mod queries;
mod query;
mod role;
pub(crate) mod session;
mod url;
pub(crate) mod verb;

pub(crate) use role::{RequestedRole, Written};

use role::RoleAttr;
use syn::Meta;

use crate::{
    diagnostics::{Diagnostics, Reported},
    did_you_mean::nearest,
    parse::{ApiAttr, RawMethod, VERBS},
    validate::wording::shown,
};

/// The attributes that give a role to a parameter.
const ROLES: &[RoleAttr] = &[
    path::ATTRIBUTE,
    url::ATTRIBUTE,
    query::ATTRIBUTE,
    queries::ATTRIBUTE,
    header::ATTRIBUTE,
    headers::ATTRIBUTE,
    json::ATTRIBUTE,
    form::ATTRIBUTE,
    body::ATTRIBUTE,
    part::ATTRIBUTE,
];

/// The names of all attributes of a parameter.
fn of_parameters() -> impl Iterator<Item = &'static str> {
    ROLES.iter().map(|role| role.name).chain([from_session::NAME])
}

/// Returns whether there is an attribute of a parameter with this name.
pub(crate) fn is_of_parameters(name: &str) -> bool {
    of_parameters().any(|known| known == name)
}

/// Returns whether there is an attribute of ours with this name, of a method or of a parameter.
pub(crate) fn is_ours(name: &str) -> bool {
    is_of_parameters(name) || VERBS.contains(&name) || ["endpoint", "session"].contains(&name)
}

/// Reports each attribute of a method that is written with a path.
pub(crate) fn are_unqualified(raw: &RawMethod, diagnostics: &Diagnostics) {
    let of_params = raw.params.iter().flat_map(|param| &param.api_attrs);
    for attr in raw.api_attrs.iter().chain(of_params).filter(|attr| attr.is_qualified) {
        let arguments = match &attr.syntax.meta {
            Meta::List(list) => format!("({})", shown(&list.tokens)),
            Meta::Path(_) | Meta::NameValue(_) => String::new(),
        };
        diagnostics.report(
            attr.syntax.path(),
            format!("`#[{}]` is no macro of its own, and is written without a path", attr.name),
            format!("write `#[{}{arguments}]`", attr.name),
        );
    }
}

/// Returns whether the attribute gives a role to a parameter.
pub(crate) fn gives_role(attr: &ApiAttr) -> bool {
    ROLES.iter().any(|role| attr.name == role.name)
}

/// Returns the role that the attribute gives, unless there is a mistake in it.
pub(crate) fn role(written: &Written<'_>, diagnostics: &Diagnostics) -> Result<RequestedRole, Reported> {
    match ROLES.iter().find(|role| written.attr.name == role.name) {
        Some(role) => (role.parse)(written, diagnostics),
        None => Err(unknown(written.attr, diagnostics)),
    }
}

/// Reports an attribute on a parameter that has none of the names.
pub(crate) fn unknown(attr: &ApiAttr, diagnostics: &Diagnostics) -> Reported {
    let name = attr.name.to_string();
    let near = nearest(&name, of_parameters());
    let near = near.map_or_else(String::new, |near| format!("did you mean `#[{near}]`? "));
    let known: Vec<String> = of_parameters().map(|role| format!("`#[{role}]`")).collect();
    diagnostics.report(
        attr,
        format!("unknown attribute `#[{name}]` on a parameter"),
        match near.is_empty() {
            true => format!("write one that is known: {}", known.join(", ")),
            false => format!("{near}known: {}", known.join(", ")),
        },
    )
}
