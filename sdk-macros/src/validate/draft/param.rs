//! The parameters of an endpoint, as their attributes describe them.

use proc_macro2::Ident;
use syn::{Pat, ext::IdentExt};

use super::meant_role::without_pattern;
use crate::{
    diagnostics::{Diagnostics, Reported},
    model::Role,
    parse::{ApiAttr, RawMethod, RawParam},
    signature,
    validate::{
        attribute::{self, RequestedRole, Written, cfg_attr, from_session},
        wording::shown,
    },
};

/// All parameters except patterns.
pub(crate) struct ParsedParams<'a> {
    pub(crate) all: Vec<ParsedParam<'a, RequestedRole>>,
    /// The patterns, which were reported.
    pub(crate) patterns: Vec<&'a RawParam>,
}

/// A parameter whose attributes were parsed: with a `RequestedRole` before placeholders are bound, and then
/// with its role.
pub(crate) struct ParsedParam<'a, R = Result<Role, Reported>> {
    pub(crate) raw: &'a RawParam,
    pub(crate) ident: &'a Ident,
    /// The name without `r#`.
    pub(crate) name: String,
    pub(crate) role: R,
    /// The attribute that gives the role.
    pub(crate) attr: Option<&'a ApiAttr>,
    pub(crate) from_session: Option<&'a ApiAttr>,
}

impl<'a> ParsedParam<'a, RequestedRole> {
    /// Returns the parameter with its role.
    pub(crate) fn with_role(self, role: Result<Role, Reported>) -> ParsedParam<'a> {
        let ParsedParam { raw, ident, name, attr, from_session, .. } = self;
        ParsedParam { raw, ident, name, role, attr, from_session }
    }
}

impl<R> ParsedParam<'_, R> {
    /// Reports a `#[cfg]` on a parameter without which no request can be made.
    pub(crate) fn must_be_unconditional(&self, what: &str, diagnostics: &Diagnostics) {
        if signature::has(&self.raw.attrs, "cfg") {
            diagnostics.report(
                self.ident,
                format!("{what} cannot depend on a `cfg`"),
                "put the `#[cfg(…)]` on the method, and write the method twice",
            );
        }
    }
}

/// Parses the attributes of all parameters.
pub(crate) fn parse<'a>(raw: &'a RawMethod, diagnostics: &Diagnostics) -> ParsedParams<'a> {
    let mut params = ParsedParams { all: Vec::new(), patterns: Vec::new() };
    for param in &raw.params {
        match param.name() {
            Some(ident) => params.all.push(one(param, ident, diagnostics)),
            None => {
                pattern(param, diagnostics);
                params.patterns.push(param);
            }
        }
    }
    params
}

fn pattern(param: &RawParam, diagnostics: &Diagnostics) -> Reported {
    let help = match &param.pat {
        Pat::Ident(_) | Pat::TupleStruct(_) => format!("write `{}`", without_pattern(param)),
        _ => format!("write `{}`, and take the value apart in the caller", without_pattern(param)),
    };
    diagnostics.report(&param.pat, "parameters must be plain names", help)
}

fn one<'a>(raw: &'a RawParam, ident: &'a Ident, diagnostics: &Diagnostics) -> ParsedParam<'a, RequestedRole> {
    let name = ident.unraw().to_string();
    let mut roles: Vec<&ApiAttr> = Vec::new();
    let mut mistake = None;
    for attr in &raw.api_attrs {
        if attr.is_cfg_attr() {
            mistake = Some(cfg_attr::report(attr, diagnostics));
        } else if attribute::gives_role(attr) {
            roles.push(attr);
        } else if !attribute::is_of_parameters(&attr.name.to_string()) {
            mistake = Some(attribute::unknown(attr, diagnostics));
        }
    }
    let mut path_too = None;
    for second in roles.iter().skip(1).copied() {
        let reported = diagnostics.report(
            second,
            format!("two roles on parameter `{name}`: `#[{}]` and `#[{}]`", roles[0].name, second.name),
            format!("remove it: `{}` is the role of `{name}`", shown(roles[0])),
        );
        // It may fill a placeholder.
        path_too = (second.name == "path").then_some((second, reported)).or(path_too);
    }
    let (from_session, mistaken) = from_session::of(raw, diagnostics);
    let attr = path_too.map_or_else(|| roles.first().copied(), |(attr, _)| Some(attr));
    let role = match (attr, mistaken.or(mistake).or(path_too.map(|(_, reported)| reported))) {
        (Some(attr), None) => {
            let written = Written { attr, ident, name: &name };
            attribute::role(&written, diagnostics).unwrap_or_else(RequestedRole::Unknown)
        }
        (None, None) => RequestedRole::ByName,
        (_, Some(reported)) => RequestedRole::Unknown(reported),
    };
    ParsedParam { raw, ident, name, role, attr, from_session }
}
