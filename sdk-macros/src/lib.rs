//! The `#[api_client]` macro of `sdk-runtime`, and its derives.
//!
//! Depend on `sdk-runtime`, which re-exports them. The generated code calls into `sdk-runtime`, and fits
//! only one version of it.
//!
//! A declaration passes through three stages. `parse` separates our attributes from all others. `validate`
//! makes a model that is valid by construction, or reports every mistake at once. `expand` turns the model
//! into code, and cannot fail. After mistakes, `recover` generates a client that does nothing, so that its
//! uses are not reported as well. The derives have the same stages in `derive`.

mod args;
mod async_trait;
mod derive;
mod diagnostics;
mod did_you_mean;
mod expand;
mod extended;
mod meant_path;
mod model;
mod parse;
mod path_mistake;
mod query_in_path;
mod recover;
mod repair;
mod returns;
mod runtime;
mod segment;
mod signature;
mod source;
mod span;
mod template;
mod validate;

use proc_macro2::TokenStream;

use crate::parse::{Broken, RawTrait};

/// Makes an HTTP client from a trait.
///
#[doc = include_str!("../docs/api_client.md")]
#[proc_macro_attribute]
pub fn api_client(
    options: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    generate(options.into(), item.into()).into()
}

/// Removes our attributes from a method that a macro has made in a trait of `#[api_client]`, where it is a
/// mistake.
#[doc(hidden)]
#[proc_macro_attribute]
pub fn __stripped(_: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    recover::without_ours(item.into(), validate::is_attribute_of_ours).into()
}

/// Makes the error type of an endpoint from an enum.
///
#[doc = include_str!("../docs/api_error.md")]
// The last ones are those of other frameworks, and always a mistake here. Without them, the compiler would
// report each as well.
#[proc_macro_derive(
    ApiError,
    attributes(status, other, api_error, from, oai, response, http, http_status, status_code, code)
)]
pub fn api_error(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    derive::api_error(input.into()).into()
}

/// Makes a page of a longer list from a struct.
///
#[doc = include_str!("../docs/page.md")]
#[proc_macro_derive(Page, attributes(page))]
pub fn page(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    derive::page(input.into()).into()
}

/// Makes the request of a refresh from a struct.
///
#[doc = include_str!("../docs/token_request.md")]
#[proc_macro_derive(TokenRequest, attributes(token))]
pub fn token_request(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    derive::token_request(input.into()).into()
}

/// Reads the tokens in a response from a struct.
///
#[doc = include_str!("../docs/token_response.md")]
#[proc_macro_derive(TokenResponse, attributes(token))]
pub fn token_response(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    derive::token_response(input.into()).into()
}

fn generate(options: TokenStream, item: TokenStream) -> TokenStream {
    let is_of_parameters = validate::is_attribute_of_parameters;
    let raw = match parse::trait_item(options.clone(), item.clone(), is_of_parameters) {
        Ok(raw) => raw,
        Err(error) => match repair::repaired(item.clone()) {
            Some((item, broken)) => {
                let raw = parse::of_trait(options, item, is_of_parameters);
                RawTrait { broken: Some(Broken { error, methods: broken }), ..raw }
            }
            None => return recover::foreign(item, &error, validate::is_attribute_of_ours),
        },
    };
    match (validate::client(&raw), raw.twin) {
        (Ok(_), Some(0)) => recover::twins::first(&raw),
        (Err(errors), Some(index @ 1..)) => recover::twins::other(&raw, index, &errors),
        (Ok(client), _) => expand::client(&client),
        (Err(errors), _) if raw.is_taken => recover::twins::taken(&raw, &errors),
        (Err(errors), _) => recover::recover(&raw, &errors),
    }
}

#[cfg(test)]
mod tests;
