//! The trait itself: its head, and the items that are not methods.

use quote::ToTokens;
use syn::{Attribute, GenericParam, ItemTrait, Meta, TraitItem};

use crate::{
    args::{self, Arg},
    diagnostics::Diagnostics,
    extended,
    parse::{RawMethod, RawTrait, literal, option_of_the_trait},
    signature,
    validate::{option, wording::shown},
};

/// The trait is safe and has no const generics.
pub(super) fn is_supported(trait_head: &ItemTrait, diagnostics: &Diagnostics) {
    if let Some(token) = &trait_head.unsafety {
        diagnostics.report(token, "`unsafe` is not supported on a client's trait", "remove it");
    }
    for attr in trait_head.attrs.iter().filter(|attr| signature::is_async_trait(attr)) {
        diagnostics.report(
            attr,
            "`#[async_trait]` has no effect on a client's trait",
            "remove it, also from fakes: their methods are plain `async fn`s",
        );
    }
    for param in &trait_head.generics.params {
        if let GenericParam::Const(param) = param {
            diagnostics.report(
                param.const_token,
                "const generics are not supported on a client's trait",
                format!("remove it: `trait {}`", trait_head.ident),
            );
        }
    }
}

/// The macro stands on the trait once.
pub(super) fn has_one_macro(raw: &RawTrait, diagnostics: &Diagnostics) {
    let Some(second) = &raw.second_macro else { return };
    let more = match &second.meta {
        Meta::List(list) => args::split(list.tokens.clone()),
        Meta::Path(_) | Meta::NameValue(_) => Vec::new(),
    };
    let all: Vec<String> = raw.options.iter().chain(&more).map(shown).collect();
    let help = match more.is_empty() {
        true => "remove it".to_owned(),
        false => format!("remove it, and write `#[api_client({})]`", all.join(", ")),
    };
    let message = format!("`#[api_client]` stands twice on the trait `{}`", raw.trait_head.ident);
    diagnostics.report(second, message, help);
}

/// The options stand in the macro, and not in attributes of the trait.
pub(super) fn has_its_options_in_the_macro(raw: &RawTrait, diagnostics: &Diagnostics) {
    for attr in &raw.misplaced {
        let Some(key) = option_of_the_trait(attr) else { continue };
        let name = attr.path().get_ident().map_or_else(String::new, ToString::to_string);
        let message =
            format!("`#[{name}]` is no attribute of a client's trait, but an option of `#[api_client]`");
        diagnostics.report(attr, message, in_the_macro(key, attr, raw));
    }
}

/// Returns the help for the option `key` that is an attribute of the trait.
fn in_the_macro(key: &str, attr: &Attribute, raw: &RawTrait) -> String {
    if raw.options.iter().filter_map(Arg::key).any(|given| given == key) {
        return format!("remove it: `#[api_client(…)]` has `{key}` already");
    }
    let value = match (&attr.meta, literal(attr)) {
        (_, Some(literal)) if key == "base" => literal.to_token_stream(),
        (Meta::List(list), _) => list.tokens.clone(),
        (Meta::NameValue(pair), _) => pair.value.to_token_stream(),
        (Meta::Path(_), _) => return "remove it".to_owned(),
    };
    let host =
        literal(attr).map(|literal| literal.value()).filter(|url| key == "base" && url.contains("://"));
    match (option::meant(key, value), host) {
        (Some(option), Some(host)) if option == "base = \"/\"" => {
            format!(
                "remove it, and give the host to the client: `{}Client::new({host:?})`",
                raw.trait_head.ident
            )
        }
        (Some(option), _) => {
            let others = raw.options.iter().map(shown);
            let all: Vec<String> = match key {
                "base" => [option].into_iter().chain(others).collect(),
                _ => others.chain([option]).collect(),
            };
            format!("remove it, and write `#[api_client({})]`", all.join(", "))
        }
        (None, _) => "remove it".to_owned(),
    }
}

/// No other macro has rewritten the methods.
pub(super) fn is_not_rewritten(raw: &RawTrait, diagnostics: &Diagnostics) {
    if let Some(at) = raw.async_trait {
        diagnostics.report_at(
            at,
            "`#[async_trait]` rewrites the methods before `#[api_client]` reads them",
            "remove it: `#[api_client]` takes each `async fn` as it is",
        );
    }
}

/// The items of the trait are methods.
pub(super) fn has_only_methods(items: &[TraitItem], diagnostics: &Diagnostics) {
    for item in items {
        report_other_item(item, diagnostics);
    }
}

fn report_other_item(item: &TraitItem, diagnostics: &Diagnostics) {
    let (what, name, moved) = match item {
        TraitItem::Type(item) => ("type", &item.ident, format!("type {} = …;", item.ident)),
        TraitItem::Const(item) => {
            ("const", &item.ident, format!("const {}: {} = …;", item.ident, shown(&item.ty)))
        }
        _ => {
            diagnostics.report(
                item,
                "only methods can stand in a client's trait",
                "write the methods out: `#[get(\"/users\")] async fn users(&self) -> Result<Vec<User>>;`",
            );
            return;
        }
    };
    diagnostics.report(
        item,
        format!("the associated {what} `{name}` is not supported"),
        format!("remove it, and move it out of the trait: `{moved}`"),
    );
}

/// A trait with `extends` has a supertrait with endpoints.
pub(super) fn has_traits_to_extend(trait_head: &ItemTrait, extends: &Arg, diagnostics: &Diagnostics) {
    if extended::traits(trait_head).next().is_none() {
        let name = &trait_head.ident;
        diagnostics.report(
            extends,
            format!("the trait `{name}` has no supertrait whose endpoints it could have"),
            format!("write `trait {name}: Crud`, where `Crud` has `#[api_client(extendable)]`, or remove it"),
        );
    }
}

/// The trait has endpoints.
pub(super) fn has_endpoints(raw: &RawTrait, diagnostics: &Diagnostics) {
    if !raw.methods.iter().any(RawMethod::is_endpoint) && raw.others.is_empty() && raw.broken.is_none() {
        diagnostics.report(
            &raw.trait_head.ident,
            format!("the trait `{}` has no endpoints", raw.trait_head.ident),
            "declare one: `#[get(\"/users\")] async fn users(&self) -> Result<Vec<User>>;`",
        );
    }
}
