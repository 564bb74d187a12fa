//! Validation: from raw syntax to a model that is valid by construction. The only stage that reports
//! mistakes.

mod attribute;
mod composite;
mod draft;
mod endpoint;
mod header;
mod media_type;
mod option;
mod return_type;
mod rule;
mod signature;
mod wording;

pub(crate) use attribute::is_of_parameters as is_attribute_of_parameters;

use syn::parse_quote;

use self::{
    option::{Context, TraitOptions},
    wording::shown,
};
use crate::{
    diagnostics::{Diagnostics, Errors, Reported},
    model::{Client, Method},
    parse::{RawMethod, RawTrait},
};

/// Returns the client, or all mistakes in the trait.
pub(crate) fn client(raw: &RawTrait) -> Result<Client, Errors> {
    let diagnostics = Diagnostics::default();
    let client = validated(raw, &diagnostics);
    diagnostics.finish(client)
}

fn validated(raw: &RawTrait, diagnostics: &Diagnostics) -> Result<Client, Reported> {
    rule::check_trait_items(raw, diagnostics);
    let mut options = TraitOptions::parse(&raw.options, &context(raw), diagnostics);
    options.retain_allowed_headers(diagnostics);
    rule::check_trait(raw, &options, diagnostics);
    let methods: Vec<Result<Method, Reported>> =
        raw.methods.iter().map(|method| self::method(method, raw, &options, diagnostics)).collect();
    rule::check_methods(&raw.methods, diagnostics);
    Ok(Client {
        erased: options.dyn_type.is_some(),
        krate: options.crate_path.map_or_else(|| parse_quote!(::sdk_runtime), |path| path.value),
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
    Context { client: format!("{}Client", raw.trait_head.ident), verbs: verbs.collect() }
}

fn method(
    raw: &RawMethod,
    of: &RawTrait,
    options: &TraitOptions<'_>,
    diagnostics: &Diagnostics,
) -> Result<Method, Reported> {
    let trait_head = &of.trait_head;
    rule::check_method(raw, &trait_head.ident, options, diagnostics);
    if raw.is_endpoint() {
        let endpoint = endpoint::endpoint(raw, &trait_head.generics, options, diagnostics)?;
        Ok(Method::Endpoint(Box::new(endpoint)))
    } else {
        let composite = composite::composite(raw, diagnostics)?;
        Ok(Method::Composite(Box::new(composite)))
    }
}
