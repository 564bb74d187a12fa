//! The shape of a method's signature, apart from its return type.

use syn::{GenericParam, Receiver, ReceiverKind, Safety, Type, ext::IdentExt};

use super::wording::shown;
use crate::{
    diagnostics::Diagnostics,
    parse::{RawMethod, RawParam},
    returns, signature, span,
};

/// An endpoint is an `async fn` with `&self` and plain arguments, or a `fn` that returns `Pages`.
pub(crate) fn of_endpoint(raw: &RawMethod, diagnostics: &Diagnostics) {
    let sig = &raw.sig;
    let pages = returns::is_pages(&sig.output);
    // Without a verb the method may be meant as a composite.
    let has_verb = raw.verbs().next().is_some();
    match &sig.asyncness {
        // The rule of pages reports a method that returns pages.
        None if has_verb && !pages && !raw.is_paginated() && !returns::is_pages_in_result(&sig.output) => {
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
    of_any_method(raw, diagnostics);
    for param in &sig.generics.params {
        if let GenericParam::Const(param) = param {
            let help = format!(
                "take it as an argument: `{}: {}`",
                param.ident.to_string().to_lowercase(),
                shown(&param.ty)
            );
            diagnostics.report(param.const_token, "const generics are not supported on an endpoint", help);
        }
    }
    receiver(raw, diagnostics);
    for param in &raw.params {
        argument(param, diagnostics);
    }
}

/// Neither an endpoint nor a composite is `unsafe`, `extern` or variadic.
pub(crate) fn of_any_method(raw: &RawMethod, diagnostics: &Diagnostics) {
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
        let ty = shown(&param.ty);
        let help = format!("write `{plain}: {ty}`; names with two underscores belong to the generated code");
        diagnostics.report(name, format!("the parameter name `{name}` is reserved"), help);
    }
    if signature::is_opaque(&param.ty) {
        let inner = match span::strip_groups(&param.ty) {
            Type::Reference(reference) => span::strip_groups(&reference.elem),
            other => other,
        };
        let help = match inner {
            Type::ImplTrait(bounds) => {
                format!("write a named parameter: `<T: {}>`", shown(&bounds.bounds))
            }
            _ => "write a named parameter, such as `<T: Serialize>`, and its name here".to_owned(),
        };
        diagnostics.report(&param.ty, "`impl Trait` in arguments is not supported here", help);
    }
}
