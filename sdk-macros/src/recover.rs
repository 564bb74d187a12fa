//! The items that are generated next to mistakes: the trait, and a client with the real names and
//! signatures.
//!
//! With them the user sees the mistakes, and no second error for each use of the client. The items take
//! `Errors`, which hold at least one mistake, so this code never runs.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{
    Attribute, Path, ReturnType, Safety, Signature, Type,
    parse::Parser,
    parse_quote,
    visit_mut::{self, VisitMut},
};

use crate::{
    args::Arg,
    diagnostics::Errors,
    expand::{self, Names, client::Parts},
    model::{Composite, GENERATED},
    parse::{RawMethod, RawTrait},
    returns::{self, Returns},
    signature, span,
};

pub(crate) fn recover(raw: &RawTrait, errors: &Errors) -> TokenStream {
    let krate = krate(&raw.options);
    let mut trait_head = raw.trait_head.clone();
    trait_head.unsafety = None;
    trait_head.attrs.retain(|attr| !signature::is_async_trait(attr));
    let names = Names::new(&trait_head, &krate);
    // The values of associated items are unknown, so a trait that has them is not implemented.
    let implementable = raw.others.is_empty();
    let (mut declared, mut inherent, mut consumed) = (Vec::new(), Vec::new(), Vec::new());
    for method in first_of_each_name(&raw.methods) {
        let clashes = GENERATED.contains(&method.sig.ident.to_string().as_str());
        consumed.push(self::consumed(method));
        if !method.is_endpoint() || may_be_anything(method) {
            let composite = composite(method);
            declared.push(expand::composite::declared(&composite));
            if implementable && !clashes {
                inherent.extend(expand::composite::inherent(&composite, &names));
            }
        } else if !method.is_refresh() {
            let sig = visible(method, &krate);
            declared.push(declared_stub(method, &sig));
            if !clashes {
                inherent.push(inherent_stub(method, &sig, &names, &krate));
            }
        }
    }
    declared.extend(raw.others.iter().map(ToTokens::to_token_stream));
    let declared = expand::trait_with_items(&trait_head, &declared);
    let refresh = expand::refresh::none(&names);
    let parts = Parts {
        inherent,
        implemented: implementable.then(Vec::new),
        endpoints: Vec::new(),
        refresh,
        refresh_name: None,
    };
    let client = expand::client::client(&names, &parts);
    quote!(#errors #declared #client #(#consumed)*)
}

/// Returns a body that never runs. If the compiler makes code of it, the constant in it panics, which is a
/// compile error.
pub(crate) fn never() -> TokenStream {
    let message = "internal error of the macro: a mistake was not reported; \
                   please report this declaration";
    quote! {
        {
            fn __never<T>() -> T {
                const { ::core::panic!(#message) }
            }
            __never()
        }
    }
}

fn krate(options: &[Arg]) -> Path {
    let given = options.iter().find_map(|option| match option {
        Arg::Assign { key, value, .. } if key == "crate" => Path::parse_mod_style.parse2(value.clone()).ok(),
        _ => None,
    });
    given.unwrap_or_else(|| parse_quote!(::sdk_runtime))
}

/// Leaves out a second method of one name, which was reported. Under different `cfg`s it is no mistake.
fn first_of_each_name(methods: &[RawMethod]) -> impl Iterator<Item = &RawMethod> {
    methods.iter().enumerate().filter_map(|(index, method)| {
        let twin = methods[..index].iter().any(|earlier| earlier.sig.ident == method.sig.ident);
        (!twin || signature::has(&method.attrs, "cfg")).then_some(method)
    })
}

fn composite(method: &RawMethod) -> Composite {
    Composite {
        attrs: method.attrs.clone(),
        sig: plain(method.whole_signature()),
        body: method.body.clone().unwrap_or_else(|| {
            let never = never();
            parse_quote!(#never)
        }),
    }
}

/// Returns whether a method without a verb may be meant as a composite, which can return anything.
fn may_be_anything(method: &RawMethod) -> bool {
    method.sig.asyncness.is_none() && method.verbs().next().is_none() && !is_stream(method)
}

/// Returns the signature that callers see, with its mistakes corrected.
fn visible(method: &RawMethod, krate: &Path) -> Signature {
    let receiver = match &method.receiver {
        Some(receiver) => {
            let this = &receiver.self_token;
            parse_quote!(&#this)
        }
        None => parse_quote!(&self),
    };
    let params: Vec<_> = method
        .params
        .iter()
        .enumerate()
        .filter(|(_, param)| param.api_attr("from_session").is_none())
        .collect();
    let mut names: Vec<Ident> = Vec::new();
    for (index, param) in &params {
        let own = param.name().filter(|name| !names.contains(name));
        names.push(own.cloned().unwrap_or_else(|| format_ident!("__argument_{index}")));
    }
    let arguments = params.iter().zip(&names);
    let arguments = arguments
        .map(|((_, param), name)| -> (&[Attribute], &Ident, &Type) { (&param.attrs, name, &param.ty) });
    let mut sig = signature::with_arguments(&plain(method.sig.clone()), &receiver, arguments);
    let is_stream = is_stream(method);
    if is_stream {
        sig.asyncness = None;
    }
    if let ReturnType::Type(_, ty) = &mut sig.output {
        if let Type::ImplTrait(_) = **ty {
            **ty = match is_stream {
                true => parse_quote!(#krate::Pages<()>),
                false => parse_quote!(::core::result::Result<(), #krate::Error>),
            };
        }
        // The body does not return, so that the compiler could infer neither a hidden type nor the type of a
        // page.
        NotHidden.visit_type_mut(ty);
        if returns::arguments_of(ty, "Pages").is_some_and(|page| page.is_empty()) {
            // The user's own name, so that its import is not reported as unused.
            **ty = syn::parse2(quote!(#ty<()>)).unwrap_or_else(|_| parse_quote!(#krate::Pages<()>));
        }
    }
    sig
}

/// Replaces each `impl Trait` by a plain type.
struct NotHidden;

impl VisitMut for NotHidden {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        match ty {
            Type::ImplTrait(_) => *ty = parse_quote!(()),
            other => visit_mut::visit_type_mut(self, other),
        }
    }
}

fn plain(mut sig: Signature) -> Signature {
    sig.safety = Safety::Default;
    sig.abi = None;
    sig.variadic = None;
    sig
}

/// Mentions the types that no visible signature mentions, so that their imports are not reported as unused.
fn consumed(method: &RawMethod) -> TokenStream {
    let cfgs = signature::cfgs(&method.attrs);
    let hidden =
        method.params.iter().filter(|param| method.is_refresh() || param.api_attr("from_session").is_some());
    let hidden: Vec<&Type> = hidden.map(|param| &param.ty).collect();
    let output = method.is_refresh().then_some(&method.sig.output);
    if hidden.is_empty() && output.is_none() {
        return TokenStream::new();
    }
    quote! {
        #(#cfgs)*
        const _: ::core::option::Option<fn(#(#hidden),*) #output> = ::core::option::Option::None;
    }
}

fn declared_stub(method: &RawMethod, sig: &Signature) -> TokenStream {
    let attrs = &method.attrs;
    if is_stream(method) {
        let (arguments, never) = (expand::unused(sig), never());
        return quote!(#(#attrs)* #sig { #arguments #never });
    }
    let output = match &sig.output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, ty) => quote!(#ty),
    };
    let sig = signature::returning_future(sig, &output);
    let (arguments, never) = (expand::unused(&sig), never());
    quote_spanned! {span::generated_at_name(&sig.ident)=>
        #(#attrs)*
        #sig {
            #arguments
            let __never: ::core::future::Pending<#output> = #never;
            __never
        }
    }
}

/// Returns whether the method returns pages, or was meant to. Pages are a stream, not a future.
fn is_stream(method: &RawMethod) -> bool {
    let meant = method.is_paginated() && method.sig.asyncness.is_none();
    meant || returns::is_pages(&method.sig.output)
}

fn inherent_stub(method: &RawMethod, sig: &Signature, names: &Names<'_>, krate: &Path) -> TokenStream {
    let private = &names.private;
    let vis = &names.vis;
    let attrs = signature::shared(&method.attrs);
    let sig = match Returns::new(&sig.output) {
        _ if is_stream(method) => sig.clone(),
        Some(mut returns) => {
            if returns.err.as_ref().is_some_and(returns::is_foreign_error) {
                returns.err = Some(parse_quote!(#krate::Error));
            }
            expand::returning_call(sig, &returns, private)
        }
        None => Signature {
            output: parse_quote!(-> #private::Call<(), #krate::Error>),
            asyncness: None,
            ..sig.clone()
        },
    };
    let (arguments, never) = (expand::unused(&sig), never());
    quote_spanned! {span::generated_at_name(&sig.ident)=>
        #(#attrs)*
        #[doc = ""]
        #vis #sig {
            #arguments
            #never
        }
    }
}
