//! The return type of an endpoint.

use syn::Type;

use super::wording::shown;
use crate::{
    diagnostics::{Diagnostics, Reported},
    parse::RawMethod,
    returns::{self, Returns, arguments_of},
    signature, span,
};

/// Reports that there is no return type.
pub(crate) fn report_missing(raw: &RawMethod, diagnostics: &Diagnostics) -> Reported {
    diagnostics.report_at(
        raw.sig.paren_token.span.close(),
        "an endpoint must return `Result<T>` or `Result<T, E>`",
        "add `-> Result<User>`, or `-> Result<()>` to ignore the answer's body",
    )
}

/// An endpoint returns an owned type that its response can be decoded into.
pub(crate) fn of_endpoint(
    raw: &RawMethod,
    returns: Option<&Returns>,
    method: Option<&str>,
    diagnostics: &Diagnostics,
) {
    let Some(returns) = returns else {
        // A missing verb is the one mistake. The rule of pages reports a return type that `paginate` lacks.
        if raw.verbs().next().is_some() && !raw.is_paginated() {
            report_missing(raw, diagnostics);
        }
        return;
    };
    // The rule of pages reports another type than `Pages`.
    let is_page = returns::is_pages(&raw.sig.output) || !raw.is_paginated();
    if is_page && signature::is_opaque(&returns.whole) {
        let help = "write the type that the answer is decoded into: `-> Result<User>`";
        diagnostics.report(&returns.whole, "an endpoint cannot return `impl Trait`", help);
        return;
    }
    if let Some(borrowed) = returns::borrowed(&returns.whole) {
        let help = "return what owns its parts: `String` instead of `&str`, `Vec<T>` instead of `&[T]`";
        diagnostics.report(borrowed, "an endpoint cannot return what is borrowed", help);
        return;
    }
    if returns::is_pages_in_result(&raw.sig.output) {
        diagnostics.report(
            returns.ok.as_ref(),
            "`Pages` is no answer that is waited for, and stands in no `Result`",
            format!(
                "write `fn {}(…) -> {}`",
                raw.sig.ident,
                returns.ok.as_ref().map_or_else(String::new, shown)
            ),
        );
    }
    if method == Some("HEAD") && !raw.is_paginated() && returns.ok.as_ref().is_some_and(decodes_a_body) {
        let ok = returns.ok.as_ref();
        diagnostics.report(
            ok,
            "`HEAD` has no body to decode",
            "return `Result<()>`, `Result<Option<()>>` or `Result<Response<()>>`",
        );
    }
}

fn decodes_a_body(ty: &Type) -> bool {
    if let Type::Tuple(tuple) = span::strip_groups(ty) {
        return !tuple.elems.is_empty();
    }
    let inner = arguments_of(ty, "Option").or_else(|| arguments_of(ty, "Response"));
    inner.is_none_or(|inner| inner.iter().any(|ty| decodes_a_body(ty)))
}
