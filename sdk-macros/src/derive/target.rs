//! The type that is derived for, and the impls around generated code.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{DeriveInput, GenericParam, Type, parse_quote};

use crate::{signature, span};

/// The type, and the path of the runtime.
pub(super) struct Target<'a> {
    pub(super) input: &'a DeriveInput,
    pub(super) private: TokenStream,
}

/// A bound that is asked for once.
pub(super) struct Asked {
    /// The item that asks.
    pub(super) constant: Option<TokenStream>,
    /// `<ty as Trait>`.
    pub(super) bound: TokenStream,
}

impl Target<'_> {
    /// Returns `impl<…> Trait for Name<…> where …`.
    pub(super) fn head(&self, implemented: &TokenStream) -> TokenStream {
        self.head_of(implemented, &self.input.generics)
    }

    /// Returns the same for a type that is `Debug`. A derived `Debug` requires that of the parameters.
    pub(super) fn head_where_debug(&self, implemented: &TokenStream) -> TokenStream {
        let mut generics = self.input.generics.clone();
        if generics.params.iter().any(|param| matches!(param, GenericParam::Type(_))) {
            generics.make_where_clause().predicates.push(parse_quote!(Self: ::core::fmt::Debug));
        }
        self.head_of(implemented, &generics)
    }

    pub(super) fn head_of(&self, implemented: &TokenStream, generics: &syn::Generics) -> TokenStream {
        let name = &self.input.ident;
        let (params, arguments, bounds) = generics.split_for_impl();
        // For a type that does not exist, the compiler suggests a parameter at the end of the head. The
        // same suggestion for the user's item and for this one is the same error, which is shown once.
        let none = generics.params.is_empty().then(|| quote_spanned!(name.span()=> <>));
        quote!(#[automatically_derived] impl #none #params #implemented for #name #arguments #bounds)
    }

    /// Returns `<ty as Trait>`, all of it with the type's span.
    pub(super) fn bound(&self, ty: &Type, name: &str) -> TokenStream {
        let span = span::generated_at_type(ty);
        let private = span::respan(&self.private, span);
        let name = Ident::new(name, span);
        quote_spanned!(span=> <#ty as #private::derive::#name>)
    }

    /// Returns a bound that several items need, and a constant that asks for it. If the constant fails, the
    /// compiler takes the bound of the other items for one that holds, so that one type is one error.
    ///
    /// `constant` is its name. A constant cannot name a type parameter. A type that has one is asked for in
    /// each item.
    pub(super) fn asked(&self, span: Span, ty: &Type, name: &str, constant: &str) -> Asked {
        let private = span::respan(&self.private, span);
        let name = Ident::new(name, span);
        if signature::depends_on(ty, &[&self.input.generics]) {
            let bound = quote_spanned!(span=> <#ty as #private::derive::#name>);
            return Asked { constant: None, bound };
        }
        let constant = format_ident!("__{}", constant, span = span);
        Asked {
            constant: Some(quote_spanned! {span=>
                const #constant: ::core::primitive::bool = <#ty as #private::derive::#name>::FITS;
            }),
            bound: quote_spanned!(span=> <#ty as #private::derive::#name<#constant>>),
        }
    }

    pub(super) fn page(&self) -> TokenStream {
        let private = &self.private;
        quote!(#private::derive::Page)
    }

    /// Returns the items of a page's impl that concern its items, all of it at the type of the field, which
    /// may be wrong.
    pub(super) fn items(
        &self,
        span: Span,
        item: &TokenStream,
        into: &TokenStream,
        is_empty: &TokenStream,
    ) -> TokenStream {
        let private = span::respan(&self.private, span);
        quote_spanned! {span=>
            type Item = #item;
            fn into_items(self) -> #private::derive::Vec<Self::Item> { #into }
            fn is_empty(&self) -> bool { #is_empty }
        }
    }

    pub(super) fn no_cursor(&self) -> TokenStream {
        let private = &self.private;
        quote!(type Cursor = #private::derive::NoCursor;)
    }
}
