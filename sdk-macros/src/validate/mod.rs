//! Validation: from raw syntax to a model that is valid by construction. The only stage that reports
//! mistakes.

mod attribute;
mod composite;
mod draft;
mod endpoint;
mod header;
mod media_type;
mod opaque;
mod option;
mod return_type;
mod rule;
mod signature;
mod value_type;
mod wording;

pub(crate) use attribute::{is_of_parameters as is_attribute_of_parameters, is_ours as is_attribute_of_ours};
pub(crate) use draft::is_meant_as_an_extractor;
pub(crate) use return_type::{is_mistaken as returns_a_mistake, with_unit};
pub(crate) use signature::{is_constructor, is_mistaken as takes_a_mistake};
pub(crate) use wording::shown;

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{Path, parse_quote};

use self::option::{Context, Given, Line, TraitOptions};
use crate::{
    args::Arg,
    diagnostics::{Diagnostics, Errors, Reported},
    model::{Client, Method},
    parse::{RawMethod, RawTrait},
    runtime::Runtime,
};

/// Returns the client, or all mistakes in the trait.
pub(crate) fn client(raw: &RawTrait) -> Result<Client, Errors> {
    let diagnostics = Diagnostics::default();
    let client = validated(raw, &diagnostics);
    diagnostics.finish(client)
}

fn validated(raw: &RawTrait, diagnostics: &Diagnostics) -> Result<Client, Reported> {
    let broken = raw.broken.as_ref().map(|broken| {
        let message = format!("the trait does not parse: {}", broken.error);
        let help = "correct the method at this place; the trait has methods as any other trait has them";
        diagnostics.report_unless_the_compiler_does(broken.error.span(), message, help)
    });
    if let Some(1..) = raw.twin {
        let name = &raw.trait_head.ident;
        let message = format!("two traits of this module are called `{name}`, and both make `{name}Client`");
        diagnostics.report(name, message, format!("write `More{name}`, or another name"));
    }
    if raw.is_taken {
        let name = &raw.trait_head.ident;
        let message =
            format!("another type of this module is called `{name}Client`, as the client of `{name}` is");
        diagnostics.report(name, message, format!("write `{name}Api`, or give the other type another name"));
    }
    rule::check_trait_items(raw, diagnostics);
    return_type::is_imported(raw, diagnostics);
    let mut options = TraitOptions::parse(&raw.options, &context(raw), diagnostics);
    options.retain_allowed_headers(diagnostics);
    let krate = krate(raw, &options, diagnostics);
    rule::check_trait(raw, &options, diagnostics);
    let methods: Vec<Result<Method, Reported>> = raw
        .methods
        .iter()
        .map(|method| match (&raw.broken, broken) {
            (Some(it), Some(reported)) if it.methods.contains(&method.sig.ident) => Err(reported),
            _ => self::method(method, raw, &options, diagnostics),
        })
        .collect();
    rule::check_methods(&raw.methods, diagnostics);
    Ok(Client {
        erased: options.dyn_type.is_some(),
        extends: options.extends.is_some(),
        extendable: options.extendable.is_some(),
        krate: krate?,
        trait_head: raw.trait_head.clone(),
        methods: methods.into_iter().collect::<Result<_, _>>()?,
    })
}

/// Returns the names that the help of a misplaced option of the trait shows.
fn context(raw: &RawTrait) -> Context {
    let verbs = raw.methods.iter().flat_map(RawMethod::verbs).map(|attr| {
        let args: Vec<String> = attr.list().iter().map(shown).collect();
        format!("{}({}", attr.name, args.join(", "))
    });
    Context {
        line: Line::new("api_client", &raw.options),
        client: format!("{}Client", raw.trait_head.ident),
        verbs: verbs.collect(),
    }
}

/// Returns the path of the runtime.
fn krate(raw: &RawTrait, options: &TraitOptions<'_>, diagnostics: &Diagnostics) -> Result<Path, Reported> {
    if let Some(Given { value, .. }) = &options.crate_path {
        return Ok(value.clone());
    }
    let runtime = Runtime::of_this_crate();
    let is_given = raw.options.iter().filter_map(Arg::key).any(|key| key == "crate");
    match runtime.mistake().filter(|_| !is_given) {
        Some((message, option)) => {
            let help = format!("write `#[api_client({})]`", shown(with_option(&raw.options, &option)));
            Err(diagnostics.report_at(Span::call_site(), message, help))
        }
        None => Ok(parse_quote!(::sdk_runtime)),
    }
}

/// Returns the options with one more.
fn with_option(options: &[Arg], more: &str) -> TokenStream {
    let more: TokenStream = more.parse().unwrap_or_default();
    if options.is_empty() { more } else { quote!(#(#options),*, #more) }
}

fn method(
    raw: &RawMethod,
    of: &RawTrait,
    options: &TraitOptions<'_>,
    diagnostics: &Diagnostics,
) -> Result<Method, Reported> {
    let trait_head = &of.trait_head;
    attribute::are_unqualified(raw, diagnostics);
    rule::check_method(raw, &trait_head.ident, options, diagnostics);
    if is_constructor(raw, &trait_head.ident) {
        return Err(signature::constructor(raw, &trait_head.ident, diagnostics));
    }
    if raw.is_endpoint() {
        let endpoint = endpoint::endpoint(raw, &trait_head.generics, options, diagnostics)?;
        Ok(Method::Endpoint(Box::new(endpoint)))
    } else {
        let composite = composite::composite(raw, diagnostics)?;
        Ok(Method::Composite(Box::new(composite)))
    }
}
