//! The parameters of an endpoint, as their attributes describe them.

use proc_macro2::Ident;
use syn::{Pat, Path, ext::IdentExt};

use super::meant_role::{meant, without_pattern};
use crate::{
    diagnostics::{Diagnostics, Reported},
    model::Role,
    parse::{ApiAttr, RawMethod, RawParam},
    signature,
    validate::{
        attribute::{
            self, RequestedRole, Written, cfg_attr, from_session,
            verb::{PathArg, Verb},
            with,
        },
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
    /// The function that makes what is sent of the argument.
    pub(crate) with: Option<Path>,
    pub(crate) from_session: Option<&'a ApiAttr>,
}

impl<'a> ParsedParam<'a, RequestedRole> {
    /// Returns the parameter with its role.
    pub(crate) fn with_role(self, role: Result<Role, Reported>) -> ParsedParam<'a> {
        let ParsedParam { raw, ident, name, attr, with, from_session, .. } = self;
        ParsedParam { raw, ident, name, role, attr, with, from_session }
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
pub(crate) fn parse<'a>(
    raw: &'a RawMethod,
    verb: Option<&Verb<'_>>,
    diagnostics: &Diagnostics,
) -> ParsedParams<'a> {
    let mut params = ParsedParams { all: Vec::new(), patterns: Vec::new() };
    for param in &raw.params {
        match param.name() {
            Some(ident) => params.all.push(one(param, ident, verb, diagnostics)),
            None => {
                pattern(param, free_placeholder(raw, verb), diagnostics);
                params.patterns.push(param);
            }
        }
    }
    params
}

fn pattern(param: &RawParam, placeholder: Option<&str>, diagnostics: &Diagnostics) -> Reported {
    let written = without_pattern(param, placeholder);
    let help = match &param.pat {
        Pat::Ident(_) | Pat::TupleStruct(_) | Pat::Wild(_) => format!("write `{written}`"),
        _ => format!("write `{written}`, and take the value apart in the caller"),
    };
    diagnostics.report(&param.pat, "parameters must be plain names", help)
}

/// Returns the only placeholder whose name no parameter has.
fn free_placeholder<'a>(raw: &RawMethod, verb: Option<&'a Verb<'_>>) -> Option<&'a str> {
    let PathArg::Path(_, template) = &verb?.path else { return None };
    let is_taken = |name: &str| raw.params.iter().filter_map(RawParam::name).any(|it| it.unraw() == name);
    let mut free = template.placeholders().map(|it| it.name.as_str()).filter(|name| !is_taken(name));
    free.next().filter(|_| free.next().is_none())
}

fn one<'a>(
    raw: &'a RawParam,
    ident: &'a Ident,
    verb: Option<&Verb<'_>>,
    diagnostics: &Diagnostics,
) -> ParsedParam<'a, RequestedRole> {
    let name = ident.unraw().to_string();
    let mut roles: Vec<&ApiAttr> = Vec::new();
    let mut mistake = None;
    for attr in &raw.api_attrs {
        if attr.is_cfg_attr() {
            mistake = Some(cfg_attr::report(attr, diagnostics));
        } else if attribute::gives_role(attr) {
            roles.push(attr);
        } else if !attribute::is_of_parameters(&attr.name.to_string()) {
            let usual = usual(raw, ident, verb);
            mistake = Some(attribute::unknown(attr, raw, Some(usual), diagnostics));
        }
    }
    let mut path_too = None;
    for second in roles.iter().skip(1).copied() {
        let is_path = |attr: &&ApiAttr| attr.name == "path" && is_placeholder(ident, verb);
        let kept = roles.iter().copied().find(is_path).unwrap_or(roles[0]);
        let reported = diagnostics.report(
            second,
            format!("two roles on parameter `{name}`: `#[{}]` and `#[{}]`", roles[0].name, second.name),
            format!("write `{} {ident}: {}`, with one role", shown(kept), shown(&raw.ty)),
        );
        // It may fill a placeholder.
        path_too = (second.name == "path").then_some((second, reported)).or(path_too);
    }
    let (from_session, mistaken) = from_session::of(raw, diagnostics);
    let attr = path_too.map_or_else(|| roles.first().copied(), |(attr, _)| Some(attr));
    let mut with = None;
    let mut mistake = mistaken.or(mistake).or(path_too.map(|(_, reported)| reported));
    if let (Some(attr), None) = (attr, mistake) {
        match with::of(attr, raw, diagnostics) {
            Ok(function) => with = function,
            Err(reported) => mistake = Some(reported),
        }
    }
    let role = match (attr, mistake) {
        (Some(attr), None) => {
            let written = Written { attr, param: raw, ident, name: &name };
            attribute::role(&written, diagnostics).unwrap_or_else(RequestedRole::Unknown)
        }
        (None, None) => RequestedRole::ByName,
        (_, Some(reported)) => RequestedRole::Unknown(reported),
    };
    ParsedParam { raw, ident, name, role, attr, with, from_session }
}

/// Returns whether the path has a placeholder with this name.
fn is_placeholder(ident: &Ident, verb: Option<&Verb<'_>>) -> bool {
    match verb.map(|verb| &verb.path) {
        Some(PathArg::Path(_, template)) => template.placeholders().any(|it| *ident == it.name),
        _ => false,
    }
}

/// Returns the help with the role that its name or its type suggests.
fn usual(raw: &RawParam, ident: &Ident, verb: Option<&Verb<'_>>) -> String {
    match is_placeholder(ident, verb) {
        true => format!("write `#[path] {ident}: {}`", shown(&raw.ty)),
        false => meant(raw, ident, verb.is_some_and(Verb::has_body)).help,
    }
}
