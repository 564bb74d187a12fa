//! The body of a request.

use crate::{
    diagnostics::Diagnostics,
    model::Role,
    validate::{
        draft::{Draft, is_bytes, is_part_as_it_is, is_scalar, meant},
        value_type::can_be_text,
        wording::shown,
    },
};

/// There is at most one body, made of parts or given whole, and none if the method has none.
pub(super) fn is_one(draft: &Draft<'_>, diagnostics: &Diagnostics) {
    let Ok(verb) = &draft.verb else { return };
    let mut bodies = draft.params.iter().filter_map(|param| match (&param.role, param.attr) {
        (Ok(Role::Json(_) | Role::Form(_) | Role::Body(_)), Some(attr)) => Some((param, false, attr)),
        (Ok(Role::Part { .. } | Role::Parts), Some(attr)) => Some((param, true, attr)),
        _ => None,
    });
    let Some((first, first_is_part, attr)) = bodies.next() else { return };
    if !verb.has_body() {
        let ty = &first.raw.ty;
        // The fields of a struct are parameters of the query.
        let is_struct = attr.name != "part"
            && attr.name != "parts"
            && attr.name != "body"
            && !is_scalar(ty)
            && can_be_text(ty);
        let in_query = match is_struct {
            true => format!("write `#[queries] {}: {}`", first.ident, shown(ty)),
            false => meant(first.raw, first.ident, false).help,
        };
        let is_sent_in_a_body = match attr.name.to_string().as_str() {
            "part" => can_be_text(ty) || is_bytes(ty),
            "parts" => true,
            "body" => is_bytes(ty),
            _ => false,
        };
        let help = match (is_sent_in_a_body, &*in_query) {
            (true, _) => format!("write `{}`", verb.named("post")),
            (false, help) if help.starts_with("write") => {
                format!("{help}; or `{}`, which has a body", verb.named("post"))
            }
            (false, help) => help.to_owned(),
        };
        diagnostics.report(attr, format!("`{}` cannot have a body", verb.method), help);
    }
    for (second, is_part, second_attr) in bodies {
        match (first_is_part, is_part) {
            (true, true) => {}
            (false, false) => {
                diagnostics.report(
                    second_attr,
                    format!("two bodies: `{}` and `{}`", first.name, second.name),
                    format!("remove it, and add its fields to `{}`: a request has one body", first.name),
                );
            }
            _ => {
                let whole = if is_part { first } else { second };
                diagnostics.report(
                    second_attr,
                    format!("`#[{}]` cannot be combined with `#[{}]`", attr.name, second_attr.name),
                    match is_part_as_it_is(&whole.raw.ty) {
                        true => format!("write `#[part] {}: {}`", whole.name, shown(&whole.raw.ty)),
                        false => format!("write `#[part(json)] {}: {}`", whole.name, shown(&whole.raw.ty)),
                    },
                );
            }
        }
    }
}
