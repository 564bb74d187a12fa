//! The derives of `ApiError`, `Page`, `TokenRequest` and `TokenResponse`, in the stages of `#[api_client]`:
//! `validate_*` report mistakes, `expand_*` cannot fail.

mod attribute;
mod crate_path;
mod expand_error;
mod expand_page;
mod foreign_status;
mod status;
mod target;
mod token;
mod validate_error;
mod validate_page;

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::{DeriveInput, Type, ext::IdentExt};

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
    stub: fn(&Target<'_>, Option<Type>) -> TokenStream,
) -> TokenStream {
    let input: DeriveInput = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let diagnostics = Diagnostics::default();
    let krate = crate_path::parse(&input, options, is_known, &diagnostics);
    let model = validate(&input, &diagnostics);
    let target = Target { input: &input, private: quote!(__runtime) };
    let module = match &krate {
        Some(_) => format_ident!("__{}_{options}", input.ident.unraw()),
        None => format_ident!("__runtime"),
    };
    let import = krate.map(|krate| quote!(use #krate::__private as __runtime;));
    let code = match diagnostics.finish(model) {
        Ok(model) => expand(&target, &model),
        Err(errors) => {
            let stub = stub(&target, errors.unknown(&module));
            let errors = errors.module(&module, &TokenStream::new());
            quote!(#errors #stub)
        }
    };
    quote!(const _: () = { #import #code };)
}

#[cfg(test)]
mod tests;
