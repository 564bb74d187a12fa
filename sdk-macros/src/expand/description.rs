//! The static description of an endpoint, a constant of the client.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;

use super::names::Names;
use crate::{
    model::{Auth, Endpoint, Retry, SessionRole, Timeout},
    span,
};

/// Returns the name of the constant. It keeps the case of the method's name, because two names may differ
/// only in case.
pub(super) fn constant(endpoint: &Endpoint) -> Ident {
    let name = endpoint.name();
    format_ident!("__{}", name.unraw(), span = span::generated_at_name(name))
}

/// Returns a reference to the description, for the trait's method: the client's constant. The constant of a
/// generic client needs bounds that the trait may not have, so such a trait gets a description of its own.
pub(super) fn for_trait(endpoint: &Endpoint, names: &Names<'_>) -> TokenStream {
    if names.trait_head.generics.params.is_empty() {
        let (client, constant) = (&names.client, constant(endpoint));
        return quote!(#client::#constant);
    }
    let description = description(endpoint, names);
    quote!(const { &#description })
}

/// Returns the endpoint as static data. Only values that differ from the defaults are named.
pub(super) fn description(endpoint: &Endpoint, names: &Names<'_>) -> TokenStream {
    let private = &names.private;
    let name = names.method_name(endpoint);
    let verb = &endpoint.verb;
    let path = endpoint.template.path();
    let query = endpoint.template.query.as_ref().map(|query| quote!(.query(#query)));
    let auth = match endpoint.auth {
        Auth::Required => None,
        Auth::Optional => Some(quote!(.auth(#private::Auth::Optional))),
        // A constant that exists only with the feature `cookies`.
        Auth::Cookies => Some(quote!(.auth(#private::COOKIES))),
        Auth::None => Some(quote!(.auth(#private::Auth::None))),
    };
    let scopes = &endpoint.scopes;
    let scopes = (!scopes.is_empty()).then(|| quote!(.scopes(&[#(#scopes),*])));
    let no_refresh = endpoint.no_refresh.then(|| quote!(.no_refresh()));
    let retry = endpoint.retry.as_ref().map(|Retry { times, .. }| quote!(.retry(#times)));
    let attempt_timeout =
        endpoint.attempt_timeout.map(|millis| quote!(.attempt_timeout(#private::millis(#millis))));
    let idle_timeout = endpoint.idle_timeout.map(|limit| limited(limit, names));
    let idle_timeout = idle_timeout.map(|limit| quote!(.idle_timeout(#limit)));
    let idempotent = endpoint.idempotency.as_ref().map(|header| quote!(.idempotent(#header)));
    let timeout = endpoint.timeout.map(|timeout| limited(timeout, names));
    let timeout = timeout.map(|timeout| quote!(.timeout(#timeout)));
    let session = (!matches!(endpoint.session, SessionRole::None)).then(|| quote!(.of_session()));
    let lines: Vec<TokenStream> = endpoint
        .headers
        .iter()
        .flat_map(|header| header.values.iter().map(move |value| (&header.name, value)))
        .map(|(name, value)| quote!((#name, #value)))
        .collect();
    let headers = (!lines.is_empty()).then(|| quote!(.headers(&[#(#lines),*])));
    let without: Vec<&String> =
        endpoint.headers.iter().filter(|it| it.values.is_empty()).map(|it| &it.name).collect();
    let without = (!without.is_empty()).then(|| quote!(.without(&[#(#without),*])));
    quote! {
        #private::Endpoint::new(#name, #verb, #path)
            #query #auth #scopes #no_refresh #timeout #retry #attempt_timeout #idle_timeout
            #idempotent #session #headers #without
    }
}

/// Returns the limit as static data.
fn limited(timeout: Timeout, names: &Names<'_>) -> TokenStream {
    let private = &names.private;
    match timeout {
        Timeout::After(millis) => quote!(#private::Timeout::After(#private::millis(#millis))),
        Timeout::Never => quote!(#private::Timeout::Never),
    }
}
