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
                "send it in the query: `#[{}] {}: {}`",
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
                    format!("merge them into one struct: `#[{}] {}: …`", second_attr.name, first.name),
                );
            }
            _ => {
                let whole = if is_part { first } else { second };
                diagnostics.report(
                    second_attr,
                    format!("`#[{}]` cannot be combined with `#[{}]`", attr.name, second_attr.name),
                    match whole.attr.is_some_and(|attr| attr.name == "json") {
                        true => {
                            format!("send the JSON as a part: `#[part(\"{0}\", json)] {0}: …`", whole.name)
                        }
                        false => format!("send it as a part: `#[part] {}: …`", whole.name),
                    },
                );
            }
        }
    }
}
