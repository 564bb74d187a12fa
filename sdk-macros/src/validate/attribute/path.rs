//! `#[path]`, `#[path("issue-id")]`: the value of a placeholder.

use super::{
    argument::literal,
    role::{RequestedRole, RoleAttr, Written},
};
use crate::diagnostics::{Diagnostics, Reported};

pub(super) const ATTRIBUTE: RoleAttr = RoleAttr { name: "path", parse };

fn parse(written: &Written<'_>, diagnostics: &Diagnostics) -> Result<RequestedRole, Reported> {
    literal(written.attr, diagnostics).map(RequestedRole::Path)
}
