//! The refresh endpoint of the session: a constant and not a method, because a direct call would spend the
//! refresh token without the session.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Path;

use super::{argument, description, names::Names, request};
use crate::{
    model::{Endpoint, SessionRole},
    returns::Returns,
    signature, span,
};

pub(super) fn refresh(endpoint: &Endpoint, names: &Names<'_>) -> TokenStream {
    let private = &names.private;
    let constant = description::constant(endpoint);
    let supplied = argument::supplied(argument::in_template_order(endpoint), private);
    let decoder = request::decoder(endpoint, names);
    let Returns { whole, ok, err } = &endpoint.returns;
    let span = span::in_return_type(&endpoint.returns.whole, ok.as_ref());
    let tokens = {
        let private = span::respan(private, span);
        let answer = quote!(__answer);
        quote_spanned!(span=> #private::tokens(#decoder, #answer))
    };
    let failure = {
        let span = span::in_return_type(whole, err.as_ref().or(ok.as_ref().map(|_| whole)));
        let private = span::respan(private, span);
        let err = match err {
            Some(err) => quote!(#err),
            None => span::respan(&quote!(<#whole as #private::Returns>::Err), span),
        };
        quote_spanned!(span=> #private::error_of_refresh::<#err>();)
    };
    let refused = match &endpoint.session {
        SessionRole::Refresh { refused: Some(path) } => Some(quote!(.refused(#path))),
        _ => None,
    };
    let conditions = signature::conditions(&endpoint.attrs);
    let (present, absent) = if conditions.is_empty() {
        (None, None)
    } else {
        let none = none(names);
        (Some(quote!(#[cfg(all(#(#conditions),*))])), Some(quote!(#[cfg(not(all(#(#conditions),*)))] #none)))
    };
    quote! {
        #present
        const REFRESH: ::core::option::Option<&'static #private::RefreshEndpoint> = {
            // Mentions the type, so that its import is not reported as unused.
            let _: ::core::option::Option<#whole>;
            #failure
            ::core::option::Option::Some(
                &#private::RefreshEndpoint::new(Self::#constant, #supplied, |__answer| #tokens) #refused,
            )
        };
        #absent
    }
}

/// Returns the constant of a client without a refresh endpoint of its own: that of the traits it extends.
pub(super) fn inherited(names: &Names<'_>, extended: &[Path]) -> TokenStream {
    if extended.is_empty() {
        return none(names);
    }
    let private = &names.private;
    quote! {
        const REFRESH: ::core::option::Option<&'static #private::RefreshEndpoint> =
            #private::first_refresh(&[#(<#extended as #private::ApiClient>::REFRESH),*]);
    }
}

/// Returns the constant of a client without a refresh endpoint.
pub(crate) fn none(names: &Names<'_>) -> TokenStream {
    let private = &names.private;
    quote! {
        const REFRESH: ::core::option::Option<&'static #private::RefreshEndpoint> =
            ::core::option::Option::None;
    }
}
