//! The two methods of a composite: the trait's method keeps the body, and the client's method forwards to
//! it, so that a caller need not import the trait.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::{FnArg, Receiver, ReceiverKind, ReturnType, Signature, parse_quote};

use super::names::Names;
use crate::{model::Composite, signature, span};

pub(crate) fn declared(composite: &Composite) -> TokenStream {
    let Composite { attrs, sig, body } = composite;
    if sig.asyncness.is_none() {
        return quote!(#(#attrs)* #sig #body);
    }
    let output = match &sig.output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, ty) => quote!(#ty),
    };
    let mut sig = signature::returning_future(sig, &output);
    let borrowed = bind_inside(&mut sig);
    let statements = &body.stmts;
    // The output of an `async` block is not inferred from the signature, as in an `async fn`. The first
    // statement, which never runs, states it.
    quote_spanned! {span::generated_at_name(&sig.ident)=>
        #(#attrs)*
        #sig {
            async move {
                if let ::core::option::Option::Some(__output) = ::core::option::Option::None::<#output> {
                    return __output;
                }
                #borrowed
                #(#statements)*
            }
        }
    }
}

/// Binds patterns that borrow inside the future, because the future holds the arguments.
fn bind_inside(sig: &mut Signature) -> TokenStream {
    let mut bindings = TokenStream::new();
    for (index, input) in sig.inputs.iter_mut().enumerate() {
        let FnArg::Typed(argument) = input else { continue };
        if !signature::borrows(&argument.pat) {
            continue;
        }
        let name = format_ident!("__argument_{index}");
        let (cfgs, pattern) = (signature::cfgs(&argument.attrs), &argument.pat);
        bindings.extend(quote!(#(#cfgs)* let #pattern = #name;));
        *argument.pat = parse_quote!(#name);
    }
    bindings
}

/// Returns the client's method. A function without `&self` has none.
pub(crate) fn inherent(composite: &Composite, names: &Names<'_>) -> Option<TokenStream> {
    let mut sig = composite.sig.clone();
    match sig.inputs.first() {
        Some(FnArg::Receiver(Receiver { kind: ReceiverKind::Reference(_, _, None), .. })) => {}
        _ => return None,
    }
    let this = signature::user_self(&sig);
    let arguments = signature::name_arguments(&mut sig);
    let underscored = signature::allow_underscores(arguments.iter().map(|argument| &argument.name));
    let (vis, ident, name) = (&names.vis, &names.trait_head.ident, &sig.ident);
    let (_, of, _) = names.generics.split_for_impl();
    let attrs = signature::shared(&composite.attrs);
    let documented = signature::has(&composite.attrs, "doc");
    let about = format!(" Forwards to [`{ident}::{name}`].");
    let docs = (!documented).then(|| quote!(#[doc = #about]));
    let wait = sig.asyncness.is_some().then(|| quote!(.await));
    let deprecated = [&composite.attrs, &names.trait_head.attrs]
        .iter()
        .any(|attrs| signature::has(attrs, "deprecated"))
        .then(|| quote!(#[allow(deprecated)]));
    Some(quote_spanned! {span::generated_at_name(name)=>
        #(#attrs)*
        #docs
        #deprecated
        #underscored
        #vis #sig {
            <Self as #ident #of>::#name(#this, #(#arguments),*) #wait
        }
    })
}
