//! `#[header]`, `#[header("if-match")]`: one header.

use super::{
    argument::literal,
    role::{RequestedRole, RoleAttr, Written},
};
use crate::{
    diagnostics::{Diagnostics, Reported},
    model::Role,
    validate::header,
};

pub(super) const ATTRIBUTE: RoleAttr = RoleAttr { name: "header", parse };

fn parse(written: &Written<'_>, diagnostics: &Diagnostics) -> Result<RequestedRole, Reported> {
    let default = written.name.replace('_', "-");
    let name = match literal(written.attr, diagnostics)? {
        None => header::name(written.ident, &default, diagnostics)?,
        Some(literal) => header::name(&literal, &literal.value(), diagnostics)?,
    };
    Ok(RequestedRole::Role(Role::Header(name)))
}
