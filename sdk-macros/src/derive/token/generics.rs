//! The bounds of type parameters that are types of fields.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{GenericParam, Generics, Type, parse_quote};

use super::types::inside_option;
use crate::{derive::target::Target, span};

/// Returns the generics of the type with a bound for each parameter that is the type of a field, or is in an
/// `Option` there.
pub(super) fn bounded<'a>(
    target: &Target<'_>,
    bounds: impl Iterator<Item = (&'a Type, TokenStream)>,
) -> Generics {
    let mut generics = target.input.generics.clone();
    for (ty, bound) in bounds {
        let ty = inside_option(ty);
        if is_parameter(ty, &target.input.generics) {
            generics.make_where_clause().predicates.push(parse_quote!(#ty: #bound));
        }
    }
    generics
}

/// Returns the generics with `Self: Send`, if that depends on a parameter.
pub(super) fn sendable(mut generics: Generics) -> Generics {
    if has_types(&generics) {
        generics.make_where_clause().predicates.push(parse_quote!(Self: ::core::marker::Send));
    }
    generics
}

/// Returns the generics with `Self: Default`, if that depends on a parameter.
pub(super) fn defaulted(mut generics: Generics) -> Generics {
    if has_types(&generics) {
        generics.make_where_clause().predicates.push(parse_quote!(Self: ::core::default::Default));
    }
    generics
}

/// Returns the generics with a bound that the whole type can be read, if that depends on a parameter.
pub(super) fn readable(mut generics: Generics, private: &TokenStream) -> Generics {
    if has_types(&generics) {
        let bound = quote!(#private::token::DeserializeOwned);
        generics.make_where_clause().predicates.push(parse_quote!(Self: #bound));
    }
    generics
}

fn has_types(generics: &Generics) -> bool {
    generics.params.iter().any(|param| matches!(param, GenericParam::Type(_)))
}

fn is_parameter(ty: &Type, generics: &Generics) -> bool {
    let Type::Path(path) = span::strip_groups(ty) else { return false };
    let name = path.qself.is_none().then(|| path.path.get_ident()).flatten();
    name.is_some_and(|name| generics.type_params().any(|param| param.ident == *name))
}
