//! The values in the query, as far as the type is written out. The compiler reports other types.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::Type;

use crate::{
    diagnostics::Diagnostics,
    model::Role,
    returns::arguments_of,
    span,
    validate::{draft::Draft, wording::shown},
};

/// A parameter of the query is one value or a list of values, and no tuple.
pub(super) fn are_no_tuples(draft: &Draft<'_>, diagnostics: &Diagnostics) {
    for param in &draft.params {
        let (Ok(Role::Query { name, .. }), Some(tuple)) = (&param.role, tuple(&param.raw.ty)) else {
            continue;
        };
        if tuple.is_empty() {
            diagnostics.report(
                &param.raw.ty,
                "`()` is no value of a query parameter",
                format!("remove `{}`, and write the name in the path: `\"…?{name}\"`", param.name),
            );
            continue;
        }
        let parts: Vec<String> =
            tuple.iter().enumerate().map(|(index, ty)| part(param.ident, index + 1, ty)).collect();
        let help = format!("write a parameter for each part: `{}`", parts.join(", "));
        diagnostics.report(&param.raw.ty, "a tuple is no value of a query parameter", help);
    }
}

fn part(name: &Ident, number: usize, ty: &Type) -> String {
    format!("#[query] {name}_{number}: {}", shown(ty.to_token_stream()))
}

/// Returns the parts of the tuple that a type is, behind references and `Option`.
fn tuple(ty: &Type) -> Option<Vec<&Type>> {
    match span::strip_groups(ty) {
        Type::Tuple(tuple) => Some(tuple.elems.iter().collect()),
        Type::Reference(reference) => tuple(&reference.elem),
        other => tuple(arguments_of(other, "Option")?.first()?),
    }
}
