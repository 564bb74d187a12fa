//! The derives of `ApiError`, `Page`, `TokenRequest` and `TokenResponse`, in the stages of `#[api_client]`:
//! `validate_*` report mistakes, `expand_*` cannot fail.

mod attribute;
mod crate_path;
mod expand_error;
mod expand_page;
mod status;
mod target;
mod token;
mod validate_error;
mod validate_page;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::DeriveInput;

use self::target::Target;
use crate::diagnostics::{Diagnostics, Reported};

/// Returns the code of `#[derive(ApiError)]`.
pub(crate) fn api_error(input: TokenStream) -> TokenStream {
    derived(input, "api_error", |_| false, validate_error::of, expand_error::error, expand_error::error_stub)
}

/// Returns the code of `#[derive(Page)]`.
pub(crate) fn page(input: TokenStream) -> TokenStream {
    derived(
        input,
        "page",
        |name| validate_page::role(name).is_some(),
        validate_page::of,
        expand_page::page,
        expand_page::page_stub,
    )
}

/// Returns the code of `#[derive(TokenRequest)]`.
pub(crate) fn token_request(input: TokenStream) -> TokenStream {
    derived(input, "token", |_| true, token::validate_request, token::request, token::request_stub)
}

/// Returns the code of `#[derive(TokenResponse)]`.
pub(crate) fn token_response(input: TokenStream) -> TokenStream {
    derived(input, "token", |_| true, token::validate_response, token::response, token::response_stub)
}

/// Returns the code, or the mistakes together with the traits, so that uses of the traits are not reported
/// as well.
fn derived<Model>(
    input: TokenStream,
    options: &str,
    is_known: fn(&Ident) -> bool,
    validate: fn(&DeriveInput, &Diagnostics) -> Result<Model, Reported>,
    expand: fn(&Target<'_>, &Model) -> TokenStream,
    stub: fn(&Target<'_>) -> TokenStream,
) -> TokenStream {
    let input: DeriveInput = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let diagnostics = Diagnostics::default();
    let krate = crate_path::parse(&input, options, is_known, &diagnostics);
    let krate = krate.map_or_else(|| quote!(::sdk_runtime), ToTokens::into_token_stream);
    let model = validate(&input, &diagnostics);
    let target = Target { input: &input, private: quote!(#krate::__private) };
    match diagnostics.finish(model) {
        Ok(model) => expand(&target, &model),
        Err(errors) => {
            let stub = stub(&target);
            quote!(#errors #stub)
        }
    }
}

#[cfg(test)]
mod tests;
