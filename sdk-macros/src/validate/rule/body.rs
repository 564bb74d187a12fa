//! The body of a request.

use crate::{
    diagnostics::Diagnostics,
    model::Role,
    validate::{draft::Draft, wording::shown},
};

/// There is at most one body, made of parts or given whole, and none if the method has none.
pub(super) fn is_one(draft: &Draft<'_>, diagnostics: &Diagnostics) {
    let Ok(verb) = &draft.verb else { return };
    let mut bodies = draft.params.iter().filter_map(|param| match (&param.role, param.attr) {
        (Ok(role @ (Role::Json(_) | Role::Form | Role::Body(_) | Role::Part { .. })), Some(attr)) => {
            Some((param, matches!(role, Role::Part { .. }), attr))
        }
        _ => None,
    });
    let Some((first, first_is_part, attr)) = bodies.next() else { return };
    if !verb.has_body() {
        diagnostics.report(
            attr,
            format!("`{}` cannot have a body", verb.method),
            format!(
                "write `#[{}] {}: {}`, which is sent in the query",
                if first_is_part { "query" } else { "queries" },
                first.name,
                shown(&first.raw.ty)
            ),
        );
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
                    match whole.attr.is_some_and(|attr| attr.name == "json") {
                        true => {
                            format!("write `#[part(json)] {}: {}`", whole.name, shown(&whole.raw.ty))
                        }
                        false => format!("write `#[part] {}: {}`", whole.name, shown(&whole.raw.ty)),
                    },
                );
            }
        }
    }
}
