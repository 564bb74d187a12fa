//! Attributes of a method that belong elsewhere: `#[timeout(30)]` is an option of the verb, `#[json]` stands
//! at a parameter, and `#[sesion(start)]` is misspelt.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Meta;

use super::session::role_named;
use crate::{
    args,
    diagnostics::{Diagnostics, Reported},
    parse::{ApiAttr, OPTIONS, RawMethod, is_path_apart, named_session},
    validate::{option, wording::shown},
};

/// Returns whether the attribute names an option of the verb.
fn is_option(attr: &ApiAttr) -> bool {
    OPTIONS.iter().any(|option| attr.name == option)
}

/// Returns whether the attribute gives a role to a parameter, and not an option to the verb.
pub(crate) fn is_role(attr: &ApiAttr) -> bool {
    !is_option(attr) && !is_path(attr) && super::is_of_parameters(&attr.name.to_string())
}

/// Returns whether the attribute is the path of the verb.
fn is_path(attr: &ApiAttr) -> bool {
    is_path_apart(&attr.name.to_string(), &attr.syntax)
}

/// Reports each option that is an attribute of its own.
pub(crate) fn options(raw: &RawMethod, diagnostics: &Diagnostics) {
    for attr in raw.misplaced.iter().filter(|attr| is_option(attr)) {
        let help = option_help(attr, raw);
        let what = if help.starts_with("remove it:") { "" } else { ", but an option of its verb" };
        let message = format!("`#[{}]` is no attribute of a method{what}", attr.name);
        diagnostics.report(attr, message, help);
    }
}

/// Returns what the attribute says behind its name.
fn given(attr: &ApiAttr) -> TokenStream {
    match &attr.syntax.meta {
        Meta::Path(_) => TokenStream::new(),
        Meta::List(list) => list.tokens.clone(),
        Meta::NameValue(pair) => pair.value.to_token_stream(),
    }
}

fn option_help(attr: &ApiAttr, raw: &RawMethod) -> String {
    let value = given(attr);
    let option = match attr.name.to_string().as_str() {
        "no_auth" | "noauth" | "public" | "anonymous" => Some("auth = none".to_owned()),
        "scope" | "scopes" => option::meant("auth", quote!(scopes(#value))),
        "retries" | "retry" => option::meant("retry", value),
        "header" | "headers" => option::meant("headers", value),
        "idempotency" | "idempotent" => option::meant("idempotent", value),
        "pagination" | "paginate" => option::meant("paginate", value),
        "authenticated" => Some("auth = required".to_owned()),
        name => option::meant(name, value),
    };
    let Some(verb) = raw.verbs().find(|verb| !verb.is_cfg_attr()) else {
        return "remove it".to_owned();
    };
    let (name, given) = (&attr.name, given(attr));
    let option = match args::split(quote!(#name(#given))).first().and_then(option::meaning) {
        Some(option::Meaning::Nothing(reason)) => return format!("remove it: {reason}"),
        Some(option::Meaning::Option(other)) => Some(other),
        None => option,
    };
    let args: Vec<String> = verb.list().iter().map(shown).collect();
    let option = option.unwrap_or_else(|| "timeout = 30s".to_owned());
    let key = option.split([' ', '(']).next().unwrap_or(&option);
    if verb.list().iter().filter_map(|arg| arg.key()).any(|given| given == key) {
        return format!("remove it: `#[{}(…)]` has `{key}` already", verb.name);
    }
    format!("remove it, and write `#[{}({}, {option})]`", verb.name, args.join(", "))
}

/// Reports a role that stands at the method. `param` is the parameter that has none, as it is written.
pub(crate) fn role(attr: &ApiAttr, param: Option<String>, diagnostics: &Diagnostics) -> Reported {
    let help = match param {
        Some(param) => format!("remove it, and write `{} {param}`", shown(attr)),
        None => "remove it: each parameter has its role already".to_owned(),
    };
    diagnostics.report(attr, format!("`#[{}]` stands at a parameter, not at a method", attr.name), help)
}

/// Reports an attribute that was meant as `#[session(…)]`.
pub(crate) fn session(raw: &RawMethod, diagnostics: &Diagnostics) -> Option<Reported> {
    let mut attrs = raw.misplaced.iter().filter(|attr| !is_option(attr) && !is_role(attr) && !is_path(attr));
    let attr = attrs.next()?;
    let name = attr.name.to_string();
    let written = match &attr.syntax.meta {
        Meta::List(list) => shown(&list.tokens),
        Meta::NameValue(pair) => shown(&pair.value),
        Meta::Path(_) => String::new(),
    };
    let help = match named_session(&name).or_else(|| role_named(&written)) {
        Some(role) => format!("write `#[session({role})]`"),
        None => "write `#[session(start)]`, `#[session(refresh)]` or `#[session(end)]`".to_owned(),
    };
    Some(diagnostics.report(&attr.name, format!("unknown attribute `#[{name}]` of a method"), help))
}
