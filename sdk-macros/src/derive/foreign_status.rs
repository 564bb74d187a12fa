//! Attributes of other frameworks on a variant of an error: `#[oai(status = 404)]`, `#[status(default)]` and
//! thiserror's `#[from]` without thiserror.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Meta, Type, Variant, ext::IdentExt};

use super::{attribute::args, status};
use crate::{
    diagnostics::{Diagnostics, Reported},
    span,
    validate::shown,
};

/// The attributes that the derive makes known to the compiler, so that only the derive reports them.
const KNOWN: [&str; 6] = ["oai", "response", "http", "http_status", "status_code", "code"];

/// The attributes that hold no status, or belong to the compiler.
const OTHERS: [&str; 10] =
    ["doc", "cfg", "cfg_attr", "allow", "expect", "warn", "deny", "deprecated", "serde", "status"];

/// Reports an attribute that holds the status of a variant without `#[status]`.
pub(super) fn report(variant: &Variant, diagnostics: &Diagnostics) -> Option<Reported> {
    let (attr, status) = variant.attrs.iter().find_map(|attr| {
        let name = attr.path().get_ident().filter(|name| !OTHERS.iter().any(|it| name == it))?;
        Some((name, in_tokens(given(attr))?))
    })?;
    let (name, message) = (variant.ident.unraw(), format!("`#[{attr}]` is not `#[status]`"));
    let help = format!("write `#[status({status})] {name}`");
    Some(match KNOWN.iter().any(|known| attr == known) {
        true => diagnostics.report(attr, message, help),
        // The compiler reports it, unless another derive knows it.
        false => {
            let help = format!("{help}; if `#[{attr}]` is meant for another derive, write both");
            diagnostics.report_unless_the_compiler_does(attr.span(), message, help)
        }
    })
}

/// Reports a second status in an attribute that only this derive knows.
pub(super) fn next_to_a_status(variant: &Variant, diagnostics: &Diagnostics) {
    let is_only_ours = |attr: &&Ident| KNOWN.iter().skip(2).any(|known| *attr == known);
    for attr in variant.attrs.iter().filter_map(|attr| attr.path().get_ident()).filter(is_only_ours) {
        let help = format!("remove it: the variant `{}` has its role already", variant.ident.unraw());
        diagnostics.report(attr, format!("`#[{attr}]` is not `#[status]`"), help);
    }
}

fn given(attr: &Attribute) -> TokenStream {
    match &attr.meta {
        Meta::Path(_) => TokenStream::new(),
        Meta::List(list) => list.tokens.clone(),
        Meta::NameValue(pair) => pair.value.to_token_stream(),
    }
}

/// Returns the first status of an error in the tokens.
fn in_tokens(tokens: TokenStream) -> Option<String> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Group(group) => in_tokens(group.stream()),
        TokenTree::Punct(_) => None,
        token => status::meant(&token.to_string()),
    })
}

/// The words for every other failure in the place of a status, as `default` of OpenAPI.
const DEFAULTS: [&str; 12] =
    ["default", "_", "any", "other", "others", "rest", "all", "*", "..", "else", "unexpected", "catch_all"];

/// Returns what stands in `#[status(…)]` for every other failure.
pub(super) fn default(attr: &Attribute) -> Option<TokenStream> {
    let args = args(attr).filter(|args| attr.path().is_ident("status") && args.len() == 1)?;
    let text = args.first()?.to_token_stream();
    DEFAULTS
        .contains(&text.to_string().trim_matches('"').to_lowercase().replace(' ', "").as_str())
        .then_some(text)
}

/// Reports `#[status(default)]`. `other` is the variant with `#[other]`, if there is one.
pub(super) fn report_default(
    variant: &Variant,
    at: &TokenStream,
    other: Option<&Ident>,
    diagnostics: &Diagnostics,
) -> Reported {
    let help = match other {
        Some(other) => format!("remove the variant: `{other}` has every other failure already"),
        None => format!("write `{}`", as_other(variant)),
    };
    diagnostics.report(at, format!("`{at}` is not a status"), help)
}

/// Returns the variant as that of every other failure.
pub(super) fn as_other(variant: &Variant) -> String {
    let field = variant.fields.iter().next().filter(|_| variant.fields.len() == 1);
    let own = field.map(|field| &field.ty).filter(|ty| is_error(ty)).map(shown);
    format!("#[other] {}({})", variant.ident.unraw(), own.as_deref().unwrap_or("sdk_runtime::Error"))
}

/// Returns whether this is our `Error`, as far as its path tells.
fn is_error(ty: &Type) -> bool {
    let Type::Path(path) = span::strip_groups(ty) else { return false };
    path.path.is_ident("Error") || shown(path) == "sdk_runtime::Error"
}

/// Reports each `#[from]` of a field, which only `thiserror` knows, with its `#[error(…)]`.
pub(super) fn from_of_thiserror(variant: &Variant, diagnostics: &Diagnostics) {
    for attr in variant.fields.iter().flat_map(|field| &field.attrs) {
        if attr.path().is_ident("from") {
            let help = "remove it: an `Error` always becomes the variant with `#[other]`";
            diagnostics.report(
                attr,
                "`#[from]` is an attribute of `thiserror`, which is not derived here",
                help,
            );
        }
    }
}
