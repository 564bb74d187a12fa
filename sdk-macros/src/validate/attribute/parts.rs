//! `#[parts]`: the entries of a map or the fields of a struct, as parts of a `multipart/form-data` body.

use super::{
    argument::no_argument,
    role::{RequestedRole, RoleAttr, Written},
};
use crate::{
    diagnostics::{Diagnostics, Reported},
    model::Role,
};

pub(super) const ATTRIBUTE: RoleAttr = RoleAttr { name: "parts", parse };

fn parse(written: &Written<'_>, diagnostics: &Diagnostics) -> Result<RequestedRole, Reported> {
    no_argument(written.attr, &written.param.ty, diagnostics).map(|()| RequestedRole::Role(Role::Parts))
}
