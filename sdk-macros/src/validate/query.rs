//! The names in the query: each at most once. Must not know what is sent under them.

use super::params::Read;
use crate::{diagnostics::Diagnostics, model::Role, template::Template};

pub(crate) fn unique(reads: &[Read<'_>], template: Option<&Template>, diagnostics: &Diagnostics) {
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for read in reads {
        let Ok(Role::Query { name, .. }) = &read.role else { continue };
        if let Some((_, first)) = seen.iter().find(|(earlier, _)| earlier == name) {
            diagnostics.report(
                read.ident,
                format!("query `{name}` is set twice"),
                format!("`{first}` sets it first; rename this one: `#[query(\"{name}_2\")] {}`", read.name),
            );
        } else if template.is_some_and(|template| template.query_names().any(|fixed| fixed == name)) {
            diagnostics.report(
                read.ident,
                format!("query `{name}` is already fixed in the path"),
                format!("remove `{name}=…` from the path, or this parameter"),
            );
        }
        seen.push((name, &read.name));
    }
}
