//! The roles of parameters: which attribute a parameter has. Must not know what stands in it, nor which placeholders the
//! path has.

use proc_macro2::Ident;
use syn::{LitStr, Pat, ext::IdentExt};

use super::{
    role::{no_argument, role},
    verb::Verb,
};
use crate::{
    diagnostics::{Diagnostics, Reported},
    did_you_mean::nearest,
    model::Role,
    parse::{ApiAttr, ROLES, RawMethod, RawParam},
};

/// The parameters of an endpoint, each but the patterns.
pub(crate) struct Params<'a> {
    pub(crate) reads: Vec<Read<'a, Wanted>>,
    /// There is a pattern, which was reported: what it was meant for is unknown.
    pub(crate) pattern: Option<Reported>,
}

/// A parameter whose attributes have been read; with its role, once the placeholders have been looked at.
pub(crate) struct Read<'a, R = Result<Role, Reported>> {
    pub(crate) raw: &'a RawParam,
    pub(crate) ident: &'a Ident,
    /// The name without `r#`.
    pub(crate) name: String,
    pub(crate) role: R,
    /// The attribute that says so.
    pub(crate) attr: Option<&'a ApiAttr>,
    pub(crate) from_session: Option<&'a ApiAttr>,
}

pub(crate) enum Wanted {
    /// No attribute: a path argument, if a placeholder has its name.
    ByName,
    Path(Option<LitStr>),
    Role(Role),
    /// A mistake that was reported, so that nothing more can be said.
    Unknown(Reported),
}

impl<'a> Read<'a, Wanted> {
    /// The parameter with the role it has in the end.
    pub(crate) fn with(self, role: Result<Role, Reported>) -> Read<'a> {
        let Read { raw, ident, name, attr, from_session, .. } = self;
        Read { raw, ident, name, role, attr, from_session }
    }
}

pub(crate) fn read<'a>(raw: &'a RawMethod, diagnostics: &Diagnostics) -> Params<'a> {
    let mut params = Params { reads: Vec::new(), pattern: None };
    for param in &raw.params {
        match param.name() {
            Some(ident) => params.reads.push(one(param, ident, diagnostics)),
            None => params.pattern = Some(pattern(param, diagnostics)),
        }
    }
    params
}

fn pattern(param: &RawParam, diagnostics: &Diagnostics) -> Reported {
    let ty = super::shown(&param.ty);
    let help = match &param.pat {
        Pat::Ident(pat) => format!("write `{}: {ty}`", pat.ident),
        _ => format!("write a name, and take it apart in the caller: `value: {ty}`"),
    };
    diagnostics.report(&param.pat, "parameters must be plain names", help)
}

fn one<'a>(raw: &'a RawParam, ident: &'a Ident, diagnostics: &Diagnostics) -> Read<'a, Wanted> {
    let name = ident.unraw().to_string();
    let mut roles: Vec<&ApiAttr> = Vec::new();
    let mut misread = None;
    for attr in &raw.api_attrs {
        let is_role = ROLES.contains(&attr.name.to_string().as_str());
        if attr.is_cfg_attr() {
            misread = Some(super::conditional(attr, diagnostics));
        } else if !is_role {
            misread = Some(unknown(attr, diagnostics));
        } else if attr.name != "from_session" {
            roles.push(attr);
        }
    }
    for second in roles.iter().skip(1) {
        diagnostics.report(
            second,
            format!("two roles on parameter `{name}`: `#[{}]` and `#[{}]`", roles[0].name, second.name),
            format!("keep one: `#[{}] {name}: {}`", roles[0].name, super::shown(&raw.ty)),
        );
    }
    let from_session = raw.api_attr("from_session");
    if let Some(Err(reported)) = from_session.map(|attr| no_argument(attr, diagnostics)) {
        misread = Some(reported);
    }
    let attr = roles.first().copied();
    let role = match (attr, misread) {
        (Some(attr), None) => role(attr, &name, ident, diagnostics).unwrap_or_else(Wanted::Unknown),
        (None, None) => Wanted::ByName,
        (_, Some(reported)) => Wanted::Unknown(reported),
    };
    Read { raw, ident, name, role, attr, from_session }
}

/// An attribute on a parameter that is none of ours.
pub(crate) fn unknown(attr: &ApiAttr, diagnostics: &Diagnostics) -> Reported {
    let name = attr.name.to_string();
    let near = nearest(&name, ROLES.iter().copied());
    let near = near.map_or_else(String::new, |near| format!("did you mean `#[{near}]`? "));
    let known: Vec<String> = ROLES.iter().map(|role| format!("`#[{role}]`")).collect();
    diagnostics.report(
        attr,
        format!("unknown attribute `#[{name}]` on a parameter"),
        format!("{near}known: {}", known.join(", ")),
    )
}

/// At most one body, and none where the method has none. Parts are one body together.
pub(crate) fn body(reads: &[Read<'_>], verb: &Verb<'_>, diagnostics: &Diagnostics) {
    let mut bodies = reads.iter().filter_map(|read| match (&read.role, read.attr) {
        (Ok(role @ (Role::Json(_) | Role::Form | Role::Body(_) | Role::Part { .. })), Some(attr)) => {
            Some((read, matches!(role, Role::Part { .. }), attr))
        }
        _ => None,
    });
    let Some((first, first_is_part, attr)) = bodies.next() else { return };
    if !verb.has_body() {
        diagnostics.report(
            attr,
            format!("`{}` cannot have a body", verb.name),
            format!(
                "send it in the query: `#[{}] {}: {}`",
                if first_is_part { "query" } else { "queries" },
                first.name,
                super::shown(&first.raw.ty)
            ),
        );
    }
    for (second, is_part, second_attr) in bodies {
        match (first_is_part, is_part) {
            (true, true) => {}
            (false, false) => {
                diagnostics.report(
                    second_attr,
                    format!("two bodies: `{}` and `{}`", first.name, second.name),
                    format!("merge them into one struct: `#[{}] {}: …`", second_attr.name, first.name),
                );
            }
            _ => {
                let whole = if is_part { first } else { second };
                diagnostics.report(
                    second_attr,
                    format!("`#[{}]` cannot be combined with `#[{}]`", attr.name, second_attr.name),
                    match whole.attr.is_some_and(|attr| attr.name == "json") {
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
