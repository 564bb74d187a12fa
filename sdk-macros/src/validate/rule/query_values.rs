//! The values in the query, as far as the type is written out. The compiler reports other types.

use syn::Type;

use crate::{
    diagnostics::Diagnostics,
    model::Role,
    returns::arguments_of,
    span,
    validate::{
        draft::Draft,
        value_type::{self, Shape},
    },
};

/// A parameter of the query is one value or a list of values, and no tuple.
pub(super) fn are_no_tuples(draft: &Draft<'_>, diagnostics: &Diagnostics) {
    for param in draft.params.iter().filter(|param| param.with.is_none()) {
        let (Ok(Role::Query { name, .. }), true) = (&param.role, is_tuple(&param.raw.ty)) else { continue };
        let ty = &param.raw.ty;
        if let Shape::Nothing = value_type::shape(ty) {
            let help = format!("remove the parameter: a name alone stands in the path, as in `?{name}`");
            diagnostics.report(ty, "`()` is no value of a query parameter", help);
            continue;
        }
        let parts = value_type::in_query("#[query]", param.ident, ty);
        let help = format!("write a parameter for each part: `{parts}`");
        diagnostics.report(ty, "a tuple is no value of a query parameter", help);
    }
}

/// Returns whether the type is a tuple, behind references and `Option`.
fn is_tuple(ty: &Type) -> bool {
    match span::strip_groups(ty) {
        Type::Tuple(_) => true,
        Type::Reference(reference) => is_tuple(&reference.elem),
        other => arguments_of(other, "Option").is_some_and(|types| types.iter().any(|ty| is_tuple(ty))),
    }
}
