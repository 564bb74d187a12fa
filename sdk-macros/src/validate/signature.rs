//! The shape of an endpoint's signature. Must not know about verbs and roles.

use syn::{GenericParam, Receiver, ReceiverKind, Safety, Type, ext::IdentExt};

use crate::{
    diagnostics::{Diagnostics, Reported},
    parse::{RawMethod, RawParam},
    returns::{self, Returns, arguments_of},
    signature, span,
};

/// Reports everything an endpoint's signature cannot be.
pub(crate) fn endpoint(raw: &RawMethod, diagnostics: &Diagnostics) {
    let sig = &raw.sig;
    let pages = returns::is_pages(&sig.output);
    // Without a verb it may be meant to have a body, and to be anything.
    let has_verb = raw.verbs().next().is_some();
    match &sig.asyncness {
        // Of what is returned in pages, `paginate` speaks.
        None if has_verb && !pages && !raw.is_paginated() && !holds_pages(raw) => {
            diagnostics.report(
                sig.fn_token,
                "endpoints must be `async fn`",
                format!("write `async fn {}`; only `-> Pages<…>` is returned by a plain `fn`", sig.ident),
            );
        }
        Some(token) if pages => {
            let help = format!("write `fn {}`: pages are fetched as the stream is read", sig.ident);
            diagnostics.report(token, "`Pages` is returned by a plain `fn`", help);
        }
        _ => {}
    }
    unsupported(raw, diagnostics);
    for param in &sig.generics.params {
        if let GenericParam::Const(param) = param {
            let help = format!(
                "take it as an argument: `{}: {}`",
                param.ident.to_string().to_lowercase(),
                super::shown(&param.ty)
            );
            diagnostics.report(param.const_token, "const generics are not supported on an endpoint", help);
        }
    }
    receiver(raw, diagnostics);
    for param in &raw.params {
        argument(param, diagnostics);
    }
}

/// What neither an endpoint nor a composite can be.
pub(crate) fn unsupported(raw: &RawMethod, diagnostics: &Diagnostics) {
    let sig = &raw.sig;
    let help = format!("write `async fn {}`", sig.ident);
    if let Safety::Unsafe(token) = &sig.safety {
        diagnostics.report(token, "`unsafe` is not supported on a client's method", &help);
    }
    if let Some(abi) = &sig.abi {
        diagnostics.report(abi.extern_token, "`extern` is not supported on a client's method", &help);
    }
    if let Some(variadic) = &sig.variadic {
        diagnostics.report(
            variadic,
            "a variable number of arguments is not supported",
            "take a slice: `ids: &[u64]`",
        );
    }
}

/// Reports that there is no return type.
pub(crate) fn no_type(raw: &RawMethod, diagnostics: &Diagnostics) -> Reported {
    diagnostics.report_at(
        raw.sig.paren_token.span.close(),
        "an endpoint must return `Result<T>` or `Result<T, E>`",
        "add `-> Result<User>`, or `-> Result<()>` to ignore the answer's body",
    )
}

/// Reports what the return type of an endpoint cannot be.
pub(crate) fn returns(raw: &RawMethod, returns: &Returns, verb: Option<&str>, diagnostics: &Diagnostics) {
    // What is no page is told where `paginate` stands.
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
    if holds_pages(raw) {
        diagnostics.report(
            returns.ok.as_ref(),
            "`Pages` is no answer that is waited for, and stands in no `Result`",
            format!(
                "write `fn {}(…) -> {}`",
                raw.sig.ident,
                returns.ok.as_ref().map_or_else(String::new, super::shown)
            ),
        );
    }
    if verb == Some("HEAD") && !raw.is_paginated() && returns.ok.as_ref().is_some_and(decodes_a_body) {
        let ok = returns.ok.as_ref();
        diagnostics.report(
            ok,
            "`HEAD` has no body to decode",
            "return `Result<()>`, `Result<Option<()>>` or `Result<Response<()>>`",
        );
    }
}

/// Whether `Pages` stand in a `Result`.
pub(super) fn holds_pages(raw: &RawMethod) -> bool {
    let ok = Returns::new(&raw.sig.output).and_then(|returns| returns.ok);
    ok.is_some_and(|ok| arguments_of(&ok, "Pages").is_some())
}

fn decodes_a_body(ty: &Type) -> bool {
    if let Type::Tuple(tuple) = span::strip_groups(ty) {
        return !tuple.elems.is_empty();
    }
    let inner = arguments_of(ty, "Option").or_else(|| arguments_of(ty, "Response"));
    inner.is_none_or(|inner| inner.iter().any(|ty| decodes_a_body(ty)))
}

fn receiver(raw: &RawMethod, diagnostics: &Diagnostics) {
    match &raw.receiver {
        Some(Receiver { kind: ReceiverKind::Reference(_, _, None), mutability: None, .. }) => {}
        Some(other) => {
            diagnostics.report(other, "endpoints take `&self`", "write `&self`");
        }
        None => {
            let rest = if raw.params.is_empty() { "" } else { ", …" };
            let help = format!("write `async fn {}(&self{rest})`", raw.sig.ident);
            diagnostics.report_at(raw.sig.paren_token.span.open(), "endpoints take `&self`", help);
        }
    }
}

fn argument(param: &RawParam, diagnostics: &Diagnostics) {
    if let Some(name) = param.name().filter(|name| name.unraw().to_string().starts_with("__")) {
        let plain = name.to_string().trim_start_matches('_').to_owned();
        let ty = super::shown(&param.ty);
        let help = format!("names with two underscores belong to the generated code: write `{plain}: {ty}`");
        diagnostics.report(name, format!("the parameter name `{name}` is reserved"), help);
    }
    if signature::is_opaque(&param.ty) {
        let inner = match span::strip_groups(&param.ty) {
            Type::Reference(reference) => span::strip_groups(&reference.elem),
            other => other,
        };
        let help = match inner {
            Type::ImplTrait(bounds) => {
                format!("write a named parameter: `<T: {}>`", super::shown(&bounds.bounds))
            }
            _ => "write a named parameter, such as `<T: Serialize>`, and its name here".to_owned(),
        };
        diagnostics.report(&param.ty, "`impl Trait` in arguments is not supported here", help);
    }
}
