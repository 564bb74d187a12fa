//! The three methods of an endpoint: the trait's, the client's, and the client's implementation of the
//! trait's.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Attribute, Signature, Type, parse_quote, parse_quote_spanned};

use super::{answer, description, names::Names, request};
use crate::{
    model::{Endpoint, Param, Role},
    returns::Returns,
    signature::{self, Argument},
    span,
};

/// Returns the trait's method. Its body fails, so that a fake implements only the methods it needs, and a
/// new endpoint breaks no fake.
pub(super) fn declared(endpoint: &Endpoint, names: &Names<'_>) -> TokenStream {
    let private = &names.private;
    let attrs = &endpoint.attrs;
    let output = answer::output(endpoint, names);
    let (mut sig, unimplemented) = match endpoint.paginate {
        None => (signature::returning_future(&visible(endpoint), &output), quote!(unimplemented)),
        Some(_) => (visible(endpoint), quote!(unimplemented_pages)),
    };
    let arguments = signature::name_arguments(&mut sig);
    let described = description::for_trait(endpoint, names);
    let lints = parameter_lints(endpoint);
    quote_spanned! {span::generated_at_name(&sig.ident)=>
        #(#attrs)*
        #lints
        #sig {
            #private::Return::<#output>::NEW.#unimplemented(#described, (#(#arguments,)*))
        }
    }
}

/// Mentions the arguments, so that no lint reports them as unused.
pub(crate) fn unused(sig: &Signature) -> TokenStream {
    let arguments = signature::name_arguments(&mut sig.clone());
    let mentions = arguments.iter().map(|Argument { cfgs, name }| quote!(#(#cfgs)* let _ = &#name;));
    mentions.collect()
}

/// Returns the client's method, which makes the call.
pub(super) fn inherent(endpoint: &Endpoint, names: &Names<'_>) -> TokenStream {
    let vis = &names.vis;
    let attrs = signature::shared(&endpoint.attrs);
    let docs = docs(endpoint);
    let sig = match endpoint.paginate {
        None => {
            let asked = answer::asked(endpoint, names);
            returning_call(&visible(endpoint), &endpoint.returns, asked.as_ref(), &names.private)
        }
        Some(_) => visible(endpoint),
    };
    let lints = parameter_lints(endpoint);
    let body = request::call(endpoint, &signature::user_self(&sig), names);
    let constant = constant(endpoint, names);
    quote_spanned! {span::generated_at_name(&sig.ident)=>
        #constant

        #(#attrs)*
        #docs
        #lints
        #vis #sig { #body }
    }
}

/// Returns the trait's method of the client, of a reference to it, and of an `Arc` of it. It returns the call
/// itself, so that a call through such a handle has options too.
pub(super) fn implemented(endpoint: &Endpoint, names: &Names<'_>) -> TokenStream {
    forwarding(endpoint, names, |this| this)
}

/// Returns the trait's method of a client that extends this one.
pub(super) fn lent(endpoint: &Endpoint, names: &Names<'_>) -> TokenStream {
    let (client, private) = (&names.client, &names.private);
    let (_, arguments, _) = names.generics.split_for_impl();
    forwarding(endpoint, names, |this| quote!(#private::Extends::<#client #arguments>::extended(#this)))
}

/// Returns the trait's method, which calls that of the client in `self`.
fn forwarding(
    endpoint: &Endpoint,
    names: &Names<'_>,
    client_in: impl FnOnce(TokenStream) -> TokenStream,
) -> TokenStream {
    let client = &names.client;
    let name = endpoint.name();
    let lints = parameter_lints(endpoint);
    let cfgs = signature::cfgs(&endpoint.attrs);
    let permitted = signature::permitted(&endpoint.attrs);
    let mut sig = match endpoint.paginate {
        None => {
            let asked = answer::asked(endpoint, names);
            returning_call(&visible(endpoint), &endpoint.returns, asked.as_ref(), &names.private)
        }
        Some(_) => visible(endpoint),
    };
    let this = client_in(signature::user_self(&sig).to_token_stream());
    let arguments = signature::name_arguments(&mut sig);
    let call = quote!(#client::#name(#this, #(#arguments),*));
    let (call, at) = match &endpoint.returns.ok {
        Some(_) => (call, span::generated_at_name(name)),
        // An alias of another type than `Result` fails in the signature, and at each mention of this method.
        // At one place, that is one error.
        None => {
            let at = span::in_return_type(&endpoint.returns.whole, None);
            sig.fn_token.span = at;
            sig.ident.set_span(at.resolved_at(name.span()));
            (span::respan(&call, at), at)
        }
    };
    // The compiler warns about each call of a deprecated method, and this call is not the user's.
    let deprecated = signature::has(&endpoint.attrs, "deprecated").then(|| quote!(#[allow(deprecated)]));
    quote_spanned! {at=>
        #(#cfgs)*
        #(#permitted)*
        #lints
        #deprecated
        #sig { #call }
    }
}

/// Returns the constant with the endpoint's description, which the client's table lists too.
pub(super) fn constant(endpoint: &Endpoint, names: &Names<'_>) -> TokenStream {
    let private = &names.private;
    let cfgs = signature::cfgs(&endpoint.attrs);
    let constant = description::constant(endpoint);
    let description = description::description(endpoint, names);
    quote! {
        #(#cfgs)*
        const #constant: &'static #private::Endpoint = &#description;
    }
}

/// Returns the endpoint's entry in the client's table.
pub(super) fn table_entry(endpoint: &Endpoint) -> TokenStream {
    let cfgs = signature::cfgs(&endpoint.attrs);
    let constant = description::constant(endpoint);
    quote!(#(#cfgs)* Self::#constant)
}

/// Allows what clippy says about the parameters. There may be more than its limit, because the request
/// decides their number. And their names may begin with `_`, although they are used.
fn parameter_lints(endpoint: &Endpoint) -> TokenStream {
    let many = (endpoint.params.len() > 6).then(|| quote!(#[allow(clippy::too_many_arguments)]));
    let underscored = signature::allow_underscores(endpoint.params.iter().map(|param| &param.name));
    quote!(#many #underscored)
}

/// Returns the signature that callers see. Type parameters in the result are `'static`, because a result may
/// outlive the arguments of its call.
pub(super) fn visible(endpoint: &Endpoint) -> Signature {
    let params = endpoint.params.iter().filter(|param| !param.from_session);
    let params =
        params.map(|Param { attrs, name, ty, .. }| -> (&[Attribute], &Ident, &Type) { (attrs, name, ty) });
    let mut sig = signature::with_arguments(&endpoint.sig, &endpoint.receiver, params);
    let mut unbounded = Vec::new();
    for parameter in sig.generics.type_params_mut() {
        // Clippy wants all bounds of a parameter in one place.
        match signature::mentions(&endpoint.returns.whole, &parameter.ident) {
            true if parameter.bounds.is_empty() => unbounded.push(parameter.ident.clone()),
            true => parameter.bounds.push(parse_quote!('static)),
            false => {}
        }
    }
    for name in unbounded {
        sig.generics.make_where_clause().predicates.push(parse_quote!(#name: 'static));
    }
    sig
}

/// Returns the signature of the client's method. It is not `async`, because options are set on the call
/// before it is awaited.
///
/// `asked` is the constant that tells whether the return type is a `Result`.
pub(crate) fn returning_call(
    sig: &Signature,
    returns: &Returns,
    asked: Option<&Ident>,
    private: &TokenStream,
) -> Signature {
    let mut sig = sig.clone();
    sig.asyncness = None;
    sig.output = match returns {
        Returns { ok: Some(ok), err: Some(err), .. } => {
            let span = span::generated_at_name(&sig.ident);
            let private = span::respan(private, span);
            parse_quote_spanned!(span=> -> #private::Call<#ok, #err>)
        }
        // The parts of an alias are known to the compiler only. If it has none, the one error is at the
        // type.
        Returns { whole, ok, .. } => {
            let span = span::in_return_type(&returns.whole, ok.as_ref().map(|_| whole));
            let private = span::respan(private, span);
            let asked = asked.map(|asked| quote!(, #asked));
            parse_quote_spanned!(span=> -> #private::CallOf<#whole #asked>)
        }
    };
    sig
}

/// Returns the last line of the documentation: the request, as a server's log shows it.
fn docs(endpoint: &Endpoint) -> TokenStream {
    let gap = signature::is_documented(&endpoint.attrs).then(|| quote!(#[doc = ""]));
    let (verb, path) = (&endpoint.verb, endpoint.template.path());
    let address = endpoint.params.iter().find(|param| matches!(param.role, Role::Url));
    let request = match address {
        Some(address) => format!("`{verb}` to the address in `{}`", address.name),
        None => format!("`{verb} {path}`"),
    };
    let pages = if endpoint.paginate.is_some() { ", once for each page" } else { "" };
    let line = format!(" Sends {request}{pages}.");
    quote!(#gap #[doc = #line])
}
