//! `#[part]`, `#[part("meta", json)]`: one part of a `multipart/form-data` body.

use super::{
    argument::{literal_and_options, name_or},
    role::{RequestedRole, RoleAttr, Written},
};
use crate::{
    args::Arg,
    diagnostics::{Diagnostics, Reported},
    did_you_mean::suggestion,
    model::Role,
    validate::wording::shown,
};

pub(super) const ATTRIBUTE: RoleAttr = RoleAttr { name: "part", parse };

fn parse(written: &Written<'_>, diagnostics: &Diagnostics) -> Result<RequestedRole, Reported> {
    let (literal, options) = literal_and_options(written.attr, diagnostics)?;
    let json = is_json(&options, diagnostics);
    let help = "write `#[part(\"file\")]`";
    let name = name_or(written.name, literal.as_ref(), "part", help, diagnostics);
    Ok(RequestedRole::Role(Role::Part { name: name?, json: json? }))
}

fn is_json(options: &[&Arg], diagnostics: &Diagnostics) -> Result<bool, Reported> {
    match options {
        [] => Ok(false),
        [Arg::Flag(name)] if name == "json" => Ok(true),
        [Arg::Flag(name)] => {
            let near = suggestion(&name.to_string(), ["json"]);
            let help =
                format!("{near}write `#[part(\"{name}\")]`, or `#[part(json)]` for a value to serialize");
            Err(diagnostics.report(name, format!("unknown kind of part `{name}`"), help))
        }
        [option] | [_, option, ..] => {
            let help = "write `#[part]`, `#[part(\"name\")]` or `#[part(\"name\", json)]`";
            Err(diagnostics.report(option, format!("unexpected `{}`", shown(option)), help))
        }
    }
}
