//! `#[form]`, `#[form(nested = brackets)]`: the body, as `application/x-www-form-urlencoded`.

use super::{
    fields,
    role::{RequestedRole, RoleAttr, Written},
};
use crate::{
    diagnostics::{Diagnostics, Reported},
    model::Role,
};

pub(super) const ATTRIBUTE: RoleAttr = RoleAttr { name: "form", parse };

fn parse(written: &Written<'_>, diagnostics: &Diagnostics) -> Result<RequestedRole, Reported> {
    if written.attr.args.is_literal() {
        let message = "`#[form]` takes no argument: one struct holds all fields of a form";
        let help = format!(
            "make `{}` a field of that struct, which implements `serde::Serialize`; on a refresh also \
             `TokenRequest`",
            written.name
        );
        return Err(diagnostics.report(written.attr, message, help));
    }
    fields::style(written, diagnostics).map(|style| RequestedRole::Role(Role::Form(style)))
}
