//! Methods with a body of their own. They are kept as they are, so little can be wrong with them. Must not know about
//! requests.

use syn::parse_quote;

use super::{params, signature};
use crate::{
    diagnostics::{Diagnostics, Reported},
    model::Composite,
    parse::{ROLES, RawMethod},
};

pub(crate) fn composite(raw: &RawMethod, diagnostics: &Diagnostics) -> Result<Composite, Reported> {
    let start = diagnostics.checkpoint();
    signature::unsupported(raw, diagnostics);
    for attr in &raw.api_attrs {
        if attr.is_cfg_attr() {
            super::conditional(attr, diagnostics);
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
            super::conditional(attr, diagnostics);
        } else if ROLES.contains(&attr.name.to_string().as_str()) {
            diagnostics.report(
                attr,
                format!("`#[{}]` has no effect in a method with a body", attr.name),
                format!("remove `#[{}]`", attr.name),
            );
        } else {
            params::unknown(attr, diagnostics);
        }
    }
    diagnostics.clean_since(start)?;
    Ok(Composite {
        attrs: raw.attrs.clone(),
        sig: raw.whole_signature(),
        body: raw.body.clone().unwrap_or_else(|| parse_quote!({})),
    })
}
