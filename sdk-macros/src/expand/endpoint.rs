//! The three methods of an endpoint: the trait's, the client's, and the client's implementation of the trait's. Must not
//! know how a request is described.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Attribute, Signature, Type, parse_quote_spanned};

use super::{Names, request};
use crate::{
    model::{Endpoint, Param},
    returns::Returns,
    signature::{self, Argument},
};

/// The trait's method. Its body fails, so that a fake implements only what it uses, and a new endpoint breaks nobody.
pub(super) fn declared(endpoint: &Endpoint, names: &Names<'_>) -> TokenStream {
    let private = &names.private;
    let attrs = &endpoint.attrs;
    let output = &endpoint.returns.whole;
    let sig = signature::returning_future(&visible(endpoint), output);
    let arguments = unused(&sig);
    let name = names.method_name(endpoint);
    let many = many_arguments(endpoint);
    quote_spanned! {signature::at(&sig.ident)=>
        #(#attrs)*
        #many
        #sig {
            #arguments
            use #private::via::*;
            (&&#private::Return::<#output>::NEW).unimplemented(#name)
        }
    }
}

/// Mentions the arguments, so that no lint calls them unused.
pub(crate) fn unused(sig: &Signature) -> TokenStream {
    let arguments = signature::name_arguments(&mut sig.clone());
    let mentions = arguments.iter().map(|Argument { cfgs, name }| quote!(#(#cfgs)* let _ = &#name;));
    mentions.collect()
}

/// The client's method, which makes the call.
pub(super) fn inherent(endpoint: &Endpoint, names: &Names<'_>) -> TokenStream {
    let vis = &names.shell.vis;
    let attrs = signature::shared(&endpoint.attrs);
    let docs = docs(&endpoint.attrs, &format!("`{} {}`", endpoint.verb, endpoint.template.path()));
    let sig = returning_call(&visible(endpoint), &endpoint.returns, &names.private);
    let many = many_arguments(endpoint);
    let body = request::call(endpoint, &super::self_of(&sig), names);
    quote_spanned! {signature::at(&sig.ident)=>
        #(#attrs)*
        #docs
        #many
        #vis #sig { #body }
    }
}

/// The client's implementation of the trait's method, which awaits the call.
pub(super) fn implemented(endpoint: &Endpoint, names: &Names<'_>) -> TokenStream {
    let (client, private) = (&names.client, &names.private);
    let name = endpoint.name();
    let output = &endpoint.returns.whole;
    let many = many_arguments(endpoint);
    let levels =
        endpoint.attrs.iter().filter(|attr| attr.path().is_ident("cfg") || attr.path().is_ident("allow"));
    let mut sig = signature::returning_future(&visible(endpoint), &endpoint.returns.whole);
    let this = super::self_of(&sig);
    let arguments = signature::name_arguments(&mut sig);
    let call = quote!(#client::#name(#this, #(#arguments),*));
    let call = match &endpoint.returns.ok {
        Some(_) => call,
        // An alias that is no `Result` fails wherever this method is mentioned. At one place, that is one error.
        None => request::respanned(&call, request::place(&endpoint.returns, None)),
    };
    // The compiler warns of a deprecated method wherever it is called, and here the caller is not the user.
    let deprecated = signature::has(&endpoint.attrs, "deprecated").then(|| quote!(#[allow(deprecated)]));
    quote_spanned! {signature::at(&sig.ident)=>
        #(#levels)*
        #many
        #deprecated
        #sig {
            use #private::via::*;
            (&&#private::Return::<#output>::NEW).forward(#call)
        }
    }
}

/// A request has as many arguments as it has: clippy's limit is for functions whose author could choose.
fn many_arguments(endpoint: &Endpoint) -> Option<TokenStream> {
    (endpoint.params.len() > 6).then(|| quote!(#[allow(clippy::too_many_arguments)]))
}

fn visible(endpoint: &Endpoint) -> Signature {
    let params = endpoint.params.iter().filter(|param| !param.from_session);
    let params =
        params.map(|Param { attrs, name, ty, .. }| -> (&[Attribute], &Ident, &Type) { (attrs, name, ty) });
    signature::with_arguments(&endpoint.sig, &endpoint.receiver, params)
}

/// The signature of the client's method: not `async`, since options are set on the call before it is awaited.
pub(crate) fn returning_call(sig: &Signature, returns: &Returns, private: &TokenStream) -> Signature {
    let mut sig = sig.clone();
    sig.asyncness = None;
    sig.output = match returns {
        Returns { ok: Some(ok), err: Some(err), .. } => {
            let span = signature::at(&sig.ident);
            let private = request::respanned(private, span);
            parse_quote_spanned!(span=> -> #private::Call<#ok, #err>)
        }
        // The compiler knows what the type is made of. Where that is nothing, its one error is at the type.
        Returns { whole, ok, .. } => {
            let span = request::place(returns, ok.as_ref().map(|_| whole));
            let private = request::respanned(private, span);
            parse_quote_spanned!(span=> -> #private::CallOf<#whole>)
        }
    };
    sig
}

/// The request at the end of the documentation, since that is what one looks for on a server's log.
fn docs(attrs: &[Attribute], request: &str) -> TokenStream {
    let documented = signature::is_documented(attrs);
    let gap = documented.then(|| quote!(#[doc = ""]));
    let line = format!(" Sends {request}.");
    quote!(#gap #[doc = #line])
}
