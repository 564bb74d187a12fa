//! `#[json]`, `#[json("application/merge-patch+json")]`: the body, as JSON.

use super::{
    argument::media_type,
    role::{RequestedRole, RoleAttr, Written},
};
use crate::{
    diagnostics::{Diagnostics, Reported},
    model::Role,
};

pub(super) const ATTRIBUTE: RoleAttr = RoleAttr { name: "json", parse };

fn parse(written: &Written<'_>, diagnostics: &Diagnostics) -> Result<RequestedRole, Reported> {
    let media_type = media_type(written.attr, diagnostics)?;
    Ok(RequestedRole::Role(Role::Json(media_type)))
}
