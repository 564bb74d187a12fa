//! `Dyn<Trait>`, the type-erased form of the trait: a struct that holds any implementation, without a type
//! parameter.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{
    ConstParam, FnArg, GenericParam, Generics, Lifetime, LifetimeParam, Receiver, ReceiverKind, ReturnType,
    Signature, TypeParam, TypeReference,
    ext::IdentExt,
    parse_quote, parse_quote_spanned,
    visit_mut::{self, VisitMut},
};

use super::names::Names;
use crate::{signature, span};

/// A method as the trait declares it, without its body.
pub(super) struct Declared<'a> {
    pub(super) attrs: &'a [syn::Attribute],
    /// The signature with its arguments, and `async` if it is awaited.
    pub(super) sig: Signature,
}

/// Returns the struct, the hidden trait behind it, and the impls that connect the two.
pub(super) fn erased(names: &Names<'_>, methods: &[Declared<'_>]) -> TokenStream {
    let Names { trait_head, vis, private, generics, .. } = names;
    let (written, ident) = (&trait_head.vis, &trait_head.ident);
    let (erased, hidden) = (format_ident!("Dyn{}", ident), format_ident!("__Dyn{}", ident));
    let cfgs: Vec<_> = signature::cfgs(&trait_head.attrs).collect();
    let (parameters, arguments, bounds) = generics.split_for_impl();
    let (own, own_bounds) = (&trait_head.generics, &names.param_bounds);
    let any = with_any(generics, &quote!(#ident #arguments));
    let (any_parameters, _, any_bounds) = any.split_for_impl();

    let outer: Vec<Lifetime> = own.lifetimes().map(|param| param.lifetime.clone()).collect();
    let methods: Vec<Method<'_>> =
        methods.iter().filter_map(|declared| Method::new(declared, &outer)).collect();
    let declared = methods.iter().map(|method| method.declared(private));
    let boxed = methods.iter().map(|method| method.boxed(private, &quote!(<__Any as #ident #arguments>)));
    let forwarded = methods.iter().map(|method| method.forwarded(&quote!(#hidden)));
    let none = own.params.is_empty().then(|| quote!(<>));
    let about = format!(
        " Any implementation of [`{ident}`] as one type, which a struct can hold without a type \
            parameter.\n\n \
         A clone is cheap, and shares the implementation. Each call is boxed."
    );
    let name = erased.to_string();
    let about_new = format!(" Wraps `inner`, such as a [`{}`] or a fake of a test.", names.client);
    let deprecated = signature::has(&trait_head.attrs, "deprecated").then(|| quote!(#[allow(deprecated)]));
    let permitted: Vec<_> = signature::permitted(&trait_head.attrs).collect();
    let from_client = from_client(names, &erased);
    quote! {
        #(#cfgs)*
        #(#permitted)*
        #[doc = #about]
        #[allow(dead_code)]
        #written struct #erased #own #own_bounds {
            __inner: #private::Arc<dyn #hidden #arguments>,
        }

        #(#cfgs)*
        #[doc(hidden)]
        #[allow(clippy::all)]
        #(#permitted)*
        trait #hidden #none #own: ::core::marker::Send + ::core::marker::Sync #bounds { #(#declared)* }

        #(#cfgs)*
        #(#permitted)*
        #deprecated
        impl #any_parameters #hidden #arguments for __Any #any_bounds { #(#boxed)* }

        #(#cfgs)*
        #deprecated
        impl #parameters #erased #arguments #bounds {
            #[doc = #about_new]
            #vis fn new(inner: impl #ident #arguments + 'static) -> Self {
                Self { __inner: #private::Arc::new(inner) }
            }
        }

        #(#cfgs)*
        #(#permitted)*
        #deprecated
        impl #parameters #ident #arguments for #erased #arguments #bounds { #(#forwarded)* }

        #from_client

        #(#cfgs)*
        impl #parameters ::core::clone::Clone for #erased #arguments #bounds {
            fn clone(&self) -> Self {
                Self { __inner: ::core::clone::Clone::clone(&self.__inner) }
            }
        }

        #(#cfgs)*
        impl #parameters ::core::fmt::Debug for #erased #arguments #bounds {
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                formatter.debug_struct(#name).finish_non_exhaustive()
            }
        }
    }
}

/// Returns `From<TrackerClient> for DynTracker`.
fn from_client(names: &Names<'_>, erased: &Ident) -> TokenStream {
    let Names { trait_head, client, generics, .. } = names;
    let (parameters, arguments, _) = generics.split_for_impl();
    let cfgs = signature::cfgs(&trait_head.attrs);
    let deprecated = signature::has(&trait_head.attrs, "deprecated").then(|| quote!(#[allow(deprecated)]));
    let mut bounded = generics.clone();
    for parameter in generics.lifetimes() {
        let lifetime = &parameter.lifetime;
        bounded.make_where_clause().predicates.push(parse_quote!(#lifetime: 'static));
    }
    let bounds = &bounded.where_clause;
    quote! {
        #(#cfgs)*
        #deprecated
        impl #parameters ::core::convert::From<#client #arguments> for #erased #arguments #bounds {
            fn from(client: #client #arguments) -> Self {
                Self::new(client)
            }
        }
    }
}

/// Returns the parameters with one more, `__Any: implemented`.
///
/// For a type that does not exist, the compiler suggests a parameter behind the last one. The last one is
/// therefore the user's, or else stands where it does. Different suggestions are different errors.
fn with_any(generics: &Generics, implemented: &TokenStream) -> Generics {
    let mut any = generics.clone();
    let lifetimes = any.lifetimes().count();
    let last = any.params.last().map(|last| match last {
        GenericParam::Lifetime(last) => last.lifetime.ident.span(),
        GenericParam::Type(TypeParam { ident, .. }) | GenericParam::Const(ConstParam { ident, .. }) => {
            ident.span()
        }
    });
    let name =
        Ident::new("__Any", last.map_or_else(Span::call_site, |last| last.resolved_at(Span::call_site())));
    any.params.insert(lifetimes, parse_quote!(#name));
    any.make_where_clause().predicates.push(parse_quote!(__Any: #implemented));
    any
}

struct Method<'a> {
    attrs: &'a [syn::Attribute],
    sig: Signature,
    /// The lifetimes of the trait.
    outer: &'a [Lifetime],
}

impl<'a> Method<'a> {
    /// Returns `None` for a method that opts out of the erased type.
    fn new(declared: &Declared<'a>, outer: &'a [Lifetime]) -> Option<Self> {
        let Declared { attrs, sig } = declared;
        let by_reference = matches!(
            sig.inputs.first(),
            Some(FnArg::Receiver(Receiver { kind: ReceiverKind::Reference(_, _, None), .. }))
        );
        if !by_reference || signature::needs_sized(sig) {
            return None;
        }
        let mut sig = sig.clone();
        signature::name_arguments(&mut sig);
        Some(Self { attrs, sig, outer })
    }

    /// Returns the hidden trait's signature. A boxed future has a lifetime, so every lifetime that it may
    /// borrow needs a name.
    fn erased_signature(&self, private: &TokenStream) -> Signature {
        let mut sig = self.sig.clone();
        sig.ident = self.hidden_name();
        if sig.asyncness.take().is_none() {
            return sig;
        }
        let span = span::generated_at_name(&sig.ident);
        let mut names = Named { lifetimes: Vec::new(), span };
        for input in &mut sig.inputs {
            names.visit_fn_arg_mut(input);
        }
        // An elided lifetime in the output is the receiver's.
        let mut output = match &sig.output {
            ReturnType::Default => parse_quote!(()),
            ReturnType::Type(_, ty) => (**ty).clone(),
        };
        let of_self = names.lifetimes.first().cloned();
        let mut outputs = Known { lifetime: of_self };
        outputs.visit_type_mut(&mut output);

        let call = Lifetime::new("'__call", span);
        let written = sig.generics.lifetimes().map(|param| &param.lifetime);
        let all: Vec<Lifetime> = self.outer.iter().chain(written).chain(&names.lifetimes).cloned().collect();
        for lifetime in names.lifetimes.iter().chain([&call]) {
            let at = sig.generics.params.iter().filter(|it| matches!(it, GenericParam::Lifetime(_))).count();
            sig.generics.params.insert(at, GenericParam::Lifetime(LifetimeParam::new(lifetime.clone())));
        }
        let clause = sig.generics.make_where_clause();
        for lifetime in all {
            clause.predicates.push(parse_quote!(#lifetime: #call));
        }
        clause.predicates.push(parse_quote!(Self: #call));
        sig.output = parse_quote_spanned!(span=> -> #private::BoxedCall<#call, #output>);
        sig
    }

    fn declared(&self, private: &TokenStream) -> TokenStream {
        let attrs = self.attributes();
        let sig = self.erased_signature(private);
        quote!(#attrs #sig;)
    }

    fn boxed(&self, private: &TokenStream, any: &TokenStream) -> TokenStream {
        let attrs = self.attributes();
        let sig = self.erased_signature(private);
        let call = self.call(any, &self.sig.ident, &signature::user_self(&sig));
        let call = match self.sig.asyncness {
            Some(_) => quote!(#private::Box::pin(#call)),
            None => call,
        };
        quote_spanned!(span::generated_at_name(&sig.ident)=> #attrs #sig { #call })
    }

    fn forwarded(&self, hidden: &TokenStream) -> TokenStream {
        let attrs = self.attributes();
        let this = signature::user_self(&self.sig);
        let call = self.call(hidden, &self.hidden_name(), &quote!(&*#this.__inner));
        let (sig, call) = match (&self.sig.asyncness, &self.sig.output) {
            (None, _) => (self.sig.clone(), call),
            (Some(_), output) => {
                let output = match output {
                    ReturnType::Default => quote!(()),
                    ReturnType::Type(_, ty) => quote!(#ty),
                };
                let sig = signature::returning_future(&self.sig, &output);
                (sig, quote!(async move { #call.await }))
            }
        };
        quote_spanned!(span::generated_at_name(&self.sig.ident)=> #attrs #sig { #call })
    }

    /// Returns the name of the hidden trait's method. It differs from the trait's, because both are in scope
    /// at each call.
    fn hidden_name(&self) -> Ident {
        let name = &self.sig.ident;
        format_ident!("__{}", name.unraw(), span = span::generated_at_name(name))
    }

    fn call(&self, of: &TokenStream, name: &Ident, this: &TokenStream) -> TokenStream {
        let arguments = signature::name_arguments(&mut self.sig.clone());
        quote!(#of::#name(#this, #(#arguments),*))
    }

    /// Returns the `cfg`s and the allowed lints. The compiler warns about each call of a deprecated method,
    /// and this call is not the user's.
    fn attributes(&self) -> TokenStream {
        let cfgs = signature::cfgs(self.attrs);
        let permitted = signature::permitted(self.attrs);
        let deprecated = signature::has(self.attrs, "deprecated").then(|| quote!(#[allow(deprecated)]));
        let arguments = signature::name_arguments(&mut self.sig.clone());
        let underscored = signature::allow_underscores(arguments.iter().map(|argument| &argument.name));
        quote!(#(#cfgs)* #(#permitted)* #deprecated #underscored)
    }
}

/// Gives a name to each lifetime that has none.
struct Named {
    lifetimes: Vec<Lifetime>,
    span: Span,
}

impl Named {
    fn next(&mut self) -> Lifetime {
        let lifetime = Lifetime::new(&format!("'__{}", self.lifetimes.len()), self.span);
        self.lifetimes.push(lifetime.clone());
        lifetime
    }
}

impl VisitMut for Named {
    fn visit_receiver_mut(&mut self, receiver: &mut Receiver) {
        if let ReceiverKind::Reference(_, lifetime, _) = &mut receiver.kind {
            let known = lifetime.take().unwrap_or_else(|| self.next());
            *lifetime = Some(known);
        }
    }

    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        if reference.lifetime.is_none() {
            reference.lifetime = Some(self.next());
        }
        visit_mut::visit_type_reference_mut(self, reference);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident == "_" {
            *lifetime = self.next();
        }
    }

    // Elided lifetimes in the type of a function belong to that type.
    fn visit_type_fn_ptr_mut(&mut self, _: &mut syn::TypeFnPtr) {}

    fn visit_parenthesized_generic_arguments_mut(&mut self, _: &mut syn::ParenthesizedGenericArguments) {}
}

/// Writes one known lifetime in the place of each elided one.
struct Known {
    lifetime: Option<Lifetime>,
}

impl VisitMut for Known {
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        if reference.lifetime.is_none() {
            reference.lifetime.clone_from(&self.lifetime);
        }
        visit_mut::visit_type_reference_mut(self, reference);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if let ("_", Some(known)) = (lifetime.ident.to_string().as_str(), &self.lifetime) {
            *lifetime = known.clone();
        }
    }
}
