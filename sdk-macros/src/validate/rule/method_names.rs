//! The names of the methods.

use syn::ext::IdentExt;

use crate::{diagnostics::Diagnostics, model::GENERATED, parse::RawMethod, signature};

/// Each method has a name of its own, which the generated client has not.
pub(super) fn are_free(methods: &[RawMethod], diagnostics: &Diagnostics) {
    for (index, method) in methods.iter().enumerate() {
        let name = method.sig.ident.unraw().to_string();
        if GENERATED.contains(&name.as_str()) && method.receiver.is_some() && !method.is_refresh() {
            diagnostics.report(
                &method.sig.ident,
                format!("the method `{name}` clashes with a generated one"),
                format!("write `call_{name}`, or another name; the path of the request is unaffected"),
            );
        }
        let twin = methods[..index].iter().find(|earlier| earlier.sig.ident.unraw() == name);
        if twin
            .is_some_and(|twin| !signature::has(&twin.attrs, "cfg") || !signature::has(&method.attrs, "cfg"))
        {
            diagnostics.report(
                &method.sig.ident,
                format!("the method `{name}` is declared twice"),
                format!("write `{name}_2`, or rename the other one"),
            );
        }
    }
}
