//! Methods with a body of their own. They are kept as they are, so little can be wrong with them. Must not know about
//! requests.

use syn::parse_quote;

use super::{params, signature};
use crate::{
    model::Composite,
    parse::{ROLES, RawMethod},
    sink::{Reported, Sink},
};

pub(crate) fn composite(raw: &RawMethod, sink: &Sink) -> Result<Composite, Reported> {
    let start = sink.mark();
    signature::unsupported(raw, sink);
    for mark in &raw.marks {
        if mark.is_conditional() {
            super::conditional(mark, sink);
            continue;
        }
        sink.report(
            &mark.attr,
            format!("`#[{}]` has no effect on a method with a body", mark.name),
            format!(
                "remove it, or declare an endpoint: `#[post(\"/{0}\")] async fn {0}(&self) -> Result<()>;`",
                raw.sig.ident
            ),
        );
    }
    for mark in raw.params.iter().flat_map(|param| &param.marks) {
        if mark.is_conditional() {
            super::conditional(mark, sink);
        } else if ROLES.contains(&mark.name.to_string().as_str()) {
            sink.report(
                &mark.attr,
                format!("`#[{}]` has no effect in a method with a body", mark.name),
                format!("remove `#[{}]`", mark.name),
            );
        } else {
            params::unknown(mark, sink);
        }
    }
    sink.clean_since(start)?;
    Ok(Composite {
        attrs: raw.attrs.clone(),
        sig: raw.whole_signature(),
        body: raw.body.clone().unwrap_or_else(|| parse_quote!({})),
    })
}
