//! The shape of a method's signature, apart from its return type.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident};
use syn::{GenericParam, Receiver, ReceiverKind, ReturnType, Safety, Type, ext::IdentExt};

use super::{
    attribute,
    opaque::{self, Named},
    wording::shown,
};
use crate::{
    diagnostics::{Diagnostics, Reported},
    parse::{ApiAttr, RawMethod, RawParam},
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
        // The return type is reported if it is a future, and `const` and `extern` with the same help.
        None if has_verb
            && sig.constness.is_none()
            && sig.abi.is_none()
            && !pages
            && !raw.is_paginated()
            && !returns::is_pages_in_result(&sig.output)
            && !returns::is_future(&sig.output) =>
        {
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
            let (name, ty) = (param.ident.to_string().to_lowercase(), shown(&param.ty));
            let params: String = raw.params.iter().map(|it| generic(it, false)).collect();
            let help = format!("write `async fn {}(&self{params}, #[query] {name}: {ty})`", raw.sig.ident);
            diagnostics.report(param.const_token, "const generics are not supported on an endpoint", help);
        }
    }
    receiver(raw, diagnostics);
    for param in &raw.params {
        argument(raw, param, diagnostics);
    }
}

/// Returns whether it makes a client of the trait `of`, as a generated function does.
pub(crate) fn is_constructor(raw: &RawMethod, of: &Ident) -> bool {
    let ReturnType::Type(_, output) = &raw.sig.output else { return false };
    let makes_self = signature::mentions_self(output);
    let makes_client = signature::mentions(output, &format_ident!("{of}Client"));
    let has_no_value = raw.receiver.is_none() && raw.verbs().next().is_none();
    let is_valid = raw.body.is_some() && (!makes_self || signature::needs_sized(&raw.sig));
    has_no_value && (makes_self || makes_client) && !is_valid
}

/// Reports a function that makes a client.
pub(crate) fn constructor(raw: &RawMethod, of: &Ident, diagnostics: &Diagnostics) -> Reported {
    let name = &raw.sig.ident;
    diagnostics.report(
        name,
        format!("`{name}` makes a client, which is no method of its trait"),
        format!(
            "remove it: `{of}Client::new(\"https://api.example\")` is generated, and your own functions \
             stand in `impl {of}Client`"
        ),
    )
}

/// Neither an endpoint nor a composite is `unsafe`, `extern` or variadic.
pub(crate) fn of_any_method(raw: &RawMethod, diagnostics: &Diagnostics) {
    let sig = &raw.sig;
    let help = format!("write `async fn {}`", sig.ident);
    if !raw.qualifiers.is_empty() {
        let first = raw.qualifiers.clone().into_iter().next();
        let message = format!("`{}` does not stand in front of a method of a trait", shown(&raw.qualifiers));
        diagnostics.report(first, message, &help);
    }
    if let Some(token) = &sig.constness {
        diagnostics.report(token, "`const` is not supported on a client's method", &help);
    }
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

fn argument(raw: &RawMethod, param: &RawParam, diagnostics: &Diagnostics) {
    if let Some(name) = param.name().filter(|name| name.unraw().to_string().starts_with("__")) {
        let plain = name.to_string().trim_start_matches('_').to_owned();
        let ty = shown(&param.ty);
        let help = format!("write `{plain}: {ty}`; names with two underscores belong to the generated code");
        diagnostics.report(name, format!("the parameter name `{name}` is reserved"), help);
    }
    if is_corrected_with_its_role(raw, param) {
        return;
    }
    if let Some(Mistake { at, message, help }) = mistake(raw, param) {
        diagnostics.report(at, message, help);
    }
}

/// Returns whether the parameter lacks its role. The help with the role has a type without `impl Trait`.
fn is_corrected_with_its_role(raw: &RawMethod, param: &RawParam) -> bool {
    let has_role = param.api_attrs.iter().any(attribute::gives_role);
    let placeholder = param.name().map(|name| name.unraw().to_string());
    let is_placed = raw.verbs().any(|verb| placeholder.as_ref().is_some_and(|name| names(verb, name)));
    let is_plain = signature::is_opaque(&param.ty) && opaque::named(&param.ty).bounds.is_none();
    is_plain && !has_role && !is_placed && raw.verbs().next().is_some()
}

/// Returns whether the path has a placeholder with this name.
fn names(verb: &ApiAttr, name: &str) -> bool {
    let text = verb.syntax.to_token_stream().to_string();
    text.contains(&format!("{{{name}}}")) || text.contains(&format!("{{*{name}}}"))
}

/// A type that no argument can have.
struct Mistake {
    at: TokenStream,
    message: String,
    help: String,
}

/// Returns whether the type of the parameter is one that no argument can have.
pub(crate) fn is_mistaken(raw: &RawMethod, param: &RawParam) -> bool {
    !signature::is_opaque(&param.ty) && mistake(raw, param).is_some()
}

/// Returns the parameter behind a comma, with its attributes; the mistaken one has the type `&T`.
fn generic(param: &RawParam, is_mistaken: bool) -> String {
    let roles: String = param.api_attrs.iter().map(|attr| format!("{} ", shown(attr))).collect();
    let ty = if is_mistaken { "&T".to_owned() } else { shown(&param.ty) };
    format!(", {roles}{}: {ty}", shown(&param.pat))
}

fn mistake(raw: &RawMethod, param: &RawParam) -> Option<Mistake> {
    let ty = span::strip_groups(&param.ty);
    let (inner, amp) = match ty {
        Type::Reference(reference) => (span::strip_groups(&reference.elem), "&"),
        other => (other, ""),
    };
    let at = ty.to_token_stream();
    let name = param.name().map_or_else(|| "value".to_owned(), Ident::to_string);
    if signature::is_opaque(ty) {
        let Named { ty, bounds } = opaque::named(ty);
        let roles: String = param.api_attrs.iter().map(|attr| shown(attr) + " ").collect();
        let help = match bounds {
            None => format!("write `{roles}{name}: {}`", shown(&ty)),
            Some(bounds) => {
                let params = raw.params.iter().map(|it| match it.name() == param.name() {
                    true => format!(", {roles}{name}: {}", shown(&ty)),
                    false => generic(it, false),
                });
                format!(
                    "write `async fn {}<T: {bounds}>(&self{})`",
                    raw.sig.ident,
                    params.collect::<String>()
                )
            }
        };
        return Some(Mistake {
            at,
            message: "`impl Trait` in arguments is not supported here".to_owned(),
            help,
        });
    }
    if signature::is_dyn_serialize(ty) {
        let method = &raw.sig.ident;
        let params: String = raw.params.iter().map(|it| generic(it, it.name() == param.name())).collect();
        return Some(Mistake {
            at,
            message:
                "there is no `dyn Serialize`, because the trait `Serialize` is generic in its serializer"
                    .to_owned(),
            help: format!("take any type: `async fn {method}<T: serde::Serialize>(&self{params})`"),
        });
    }
    let is_unsized = match inner {
        Type::Slice(_) | Type::TraitObject(_) => true,
        Type::Path(path) => path.path.is_ident("str"),
        _ => false,
    };
    if amp.is_empty() && is_unsized {
        return Some(Mistake {
            at,
            message: format!("the size of the argument `{name}` is unknown"),
            help: format!("borrow it: `{name}: &{}`", shown(inner)),
        });
    }
    let lifetime = signature::undeclared_lifetime(ty, &[&raw.trait_generics, &raw.sig.generics])?;
    Some(Mistake {
        at: lifetime.to_token_stream(),
        message: format!("the lifetime `{lifetime}` is not declared"),
        help: format!("leave it out, or declare it: `async fn {}<{lifetime}>`", raw.sig.ident),
    })
}
