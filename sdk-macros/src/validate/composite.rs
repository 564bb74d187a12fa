//! One composite: a method with a body of its own, which is kept as it is.

use syn::parse_quote;

use super::{
    attribute::{self, cfg_attr},
    signature,
};
use crate::{
    diagnostics::{Diagnostics, Reported},
    model::Composite,
    parse::RawMethod,
};

/// Returns the composite, unless there is a mistake in it.
pub(crate) fn composite(raw: &RawMethod, diagnostics: &Diagnostics) -> Result<Composite, Reported> {
    let start = diagnostics.checkpoint();
    signature::of_any_method(raw, diagnostics);
    for attr in &raw.api_attrs {
        if attr.is_cfg_attr() {
            cfg_attr::report(attr, diagnostics);
            continue;
        }
        diagnostics.report(
            attr,
            format!("`#[{}]` has no effect on a method with a body", attr.name),
            format!(
                "remove it, or declare an endpoint: `#[post(\"/{0}\")] async fn {0}(&self) -> Result<()>;`",
                raw.sig.ident
            ),
        );
    }
    for attr in raw.params.iter().flat_map(|param| &param.api_attrs) {
        if attr.is_cfg_attr() {
            cfg_attr::report(attr, diagnostics);
        } else if attribute::is_of_parameters(&attr.name.to_string()) {
            diagnostics.report(
                attr,
                format!("`#[{}]` has no effect in a method with a body", attr.name),
                format!("remove `#[{}]`", attr.name),
            );
        } else {
            let message = format!("unknown attribute `#[{}]` on a parameter", attr.name);
            diagnostics.report(attr, message, "remove it: a method with a body sends nothing by itself");
        }
    }
    diagnostics.clean_since(start)?;
    Ok(Composite {
        attrs: raw.attrs.clone(),
        sig: raw.whole_signature(),
        body: raw.body.clone().unwrap_or_else(|| parse_quote!({})),
    })
}
