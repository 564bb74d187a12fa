//! The names in the query.

use crate::{
    diagnostics::Diagnostics,
    model::Role,
    validate::draft::{Address, Draft},
};

/// Each name is set once: by a parameter, or in the path.
pub(super) fn are_unique(draft: &Draft<'_>, diagnostics: &Diagnostics) {
    let template = draft.address.as_ref().ok().and_then(Address::template);
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for param in &draft.params {
        let Ok(Role::Query { name, .. }) = &param.role else { continue };
        if let Some((_, first)) = seen.iter().find(|(earlier, _)| earlier == name) {
            diagnostics.report(
                param.ident,
                format!("query `{name}` is set twice"),
                format!("write `#[query(\"{name}_2\")]`, since `{first}` sets `{name}` already"),
            );
        } else if template.is_some_and(|template| template.query_names().any(|fixed| fixed == name)) {
            diagnostics.report(
                param.ident,
                format!("query `{name}` is already fixed in the path"),
                format!("remove `{name}=…` from the path, or this parameter"),
            );
        }
        seen.push((name, &param.name));
    }
}
