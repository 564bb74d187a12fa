//! `#[queries]`, `#[queries(nested = brackets)]`: the fields of a struct or the entries of a map, as query
//! parameters.

use super::{
    fields,
    role::{RequestedRole, RoleAttr, Written},
};
use crate::{
    diagnostics::{Diagnostics, Reported},
    model::Role,
};

pub(super) const ATTRIBUTE: RoleAttr = RoleAttr { name: "queries", parse };

fn parse(written: &Written<'_>, diagnostics: &Diagnostics) -> Result<RequestedRole, Reported> {
    fields::style(written, diagnostics).map(|style| RequestedRole::Role(Role::Queries(style)))
}
