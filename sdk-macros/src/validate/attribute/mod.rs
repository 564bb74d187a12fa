//! The attributes of methods and parameters: a file for each, and here the list of those that give a role to
//! a parameter.

mod argument;
mod body;
pub(crate) mod cfg_attr;
mod fields;
mod form;
pub(crate) mod from_session;
mod header;
mod headers;
mod json;
mod meant_verb;
pub(crate) mod misplaced;
pub(crate) mod named_param;
mod part;
mod parts;
mod path;
mod queries;
mod query;
mod role;
mod role_named;
pub(crate) mod session;
mod url;
pub(crate) mod verb;
pub(crate) mod with;

pub(crate) use role::{RequestedRole, Written};

use role::RoleAttr;
use syn::Meta;

use crate::{
    diagnostics::{Diagnostics, Reported},
    parse::{ApiAttr, RawMethod, RawParam, VERBS},
    validate::{
        value_type::{self, Shape},
        wording::shown,
    },
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
    parts::ATTRIBUTE,
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
        // Another framework's attribute is reported as the verb that it means.
        if !is_ours(&attr.name.to_string())
            || raw.verbs().any(|verb| std::ptr::eq(verb, attr)) && attr.name == "path"
        {
            continue;
        }
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
        None => Err(unknown(written.attr, written.param, None, diagnostics)),
    }
}

/// Words for a token, which the client is given when it is made.
const TOKENS: [&str; 7] =
    ["bearer", "bearer_auth", "bearer_token", "token", "basic_auth", "authorization", "auth"];

/// Reports an attribute on a parameter that has none of the names. `usual` is the help that gives the
/// parameter the role that its type suggests.
pub(crate) fn unknown(
    attr: &ApiAttr,
    param: &RawParam,
    usual: Option<String>,
    diagnostics: &Diagnostics,
) -> Reported {
    let name = attr.name.to_string();
    let names: Vec<&'static str> = of_parameters().collect();
    let known: Vec<String> = names.iter().map(|role| format!("`#[{role}]`")).collect();
    let known = known.join(", ");
    let others: Vec<&ApiAttr> = param.api_attrs.iter().filter(|other| other.name != attr.name).collect();
    let has_role = others.iter().any(|other| gives_role(other));
    if let Shape::Nothing = value_type::shape(&param.ty) {
        let help = "remove the parameter: `()` has no value to send";
        return diagnostics.report(attr, format!("unknown attribute `#[{name}]` on a parameter"), help);
    }
    if TOKENS.iter().any(|word| name == *word) {
        let param = shown(&param.pat);
        let call = match name.as_str() {
            "basic_auth" | "authorization" | "auth" => ".header(\"authorization\", …)".to_owned(),
            _ => format!(".bearer({param})"),
        };
        let help = format!("remove the parameter: the builder of the client takes it: `{call}`");
        return diagnostics.report(attr, format!("unknown attribute `#[{name}]` on a parameter"), help);
    }
    let help = match (role_named::meant(attr, param, &names), usual) {
        (Some((meant, true)), _) => format!("write `{meant}`"),
        (Some((meant, false)), _) => format!("did you mean `{meant}`? known: {known}"),
        (None, _) if has_role => "remove it: the parameter has its role already".to_owned(),
        (None, Some(usual)) => format!("{usual}; known: {known}"),
        (None, None) => format!("remove it; known: {known}"),
    };
    diagnostics.report(attr, format!("unknown attribute `#[{name}]` on a parameter"), help)
}
