//! A return type that may be an alias of `Result`. The compiler alone takes it apart, and is asked once.
//!
//! Each item with a type that is no `Result` would be an error of its own. So one constant of each endpoint
//! asks, and all other items name this constant. The compiler takes a type with a constant that failed for
//! one that fits everywhere, and says nothing more.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Type, ext::IdentExt};

use super::names::Names;
use crate::{model::Endpoint, signature, span};

/// Returns the name of the constant, if the return type is not `Result<…>` by its name. A constant cannot
/// name a type parameter, so an endpoint whose return type has one is without it.
pub(super) fn asked(endpoint: &Endpoint, names: &Names<'_>) -> Option<Ident> {
    let generics = [&endpoint.sig.generics, &endpoint.trait_generics];
    let is_known = endpoint.returns.ok.is_some() || endpoint.paginate.is_some();
    if is_known || endpoint.is_refresh() || signature::depends_on(&endpoint.returns.whole, &generics) {
        return None;
    }
    let (of, name) = (names.trait_head.ident.unraw(), endpoint.name());
    Some(format_ident!("__{of}_{}", name.unraw(), span = span::generated_at_name(name)))
}

/// Returns the constant, an item next to the trait.
pub(super) fn constant(endpoint: &Endpoint, names: &Names<'_>) -> Option<TokenStream> {
    let name = asked(endpoint, names)?;
    let cfgs = signature::cfgs(&names.trait_head.attrs).chain(signature::cfgs(&endpoint.attrs));
    let permitted =
        signature::permitted(&names.trait_head.attrs).chain(signature::permitted(&endpoint.attrs));
    let whole = &endpoint.returns.whole;
    let at = span::in_return_type(whole, None);
    let returns = span::respan(&names.private, at);
    let value = quote_spanned!(at=> <#whole as #returns::Returns>::IS_RESULT);
    Some(quote! {
        #(#cfgs)*
        #(#permitted)*
        #[allow(non_upper_case_globals)]
        const #name: ::core::primitive::bool = #value;
    })
}

/// Returns what the trait's method yields. A type that is called a result stays as it is written, because it
/// is one and the user reads it in the documentation.
pub(super) fn output(endpoint: &Endpoint, names: &Names<'_>) -> TokenStream {
    let whole = &endpoint.returns.whole;
    let private = &names.private;
    match asked(endpoint, names).filter(|_| !is_called_a_result(whole)) {
        Some(asked) => quote!(#private::Whole<#whole, #asked>),
        None => quote!(#whole),
    }
}

/// Returns the trait of the return type's parts, with the answer to whether it is a `Result`.
pub(super) fn returns(endpoint: &Endpoint, names: &Names<'_>, private: &TokenStream) -> TokenStream {
    match asked(endpoint, names) {
        Some(asked) => quote!(#private::Returns<#asked>),
        None => quote!(#private::Returns),
    }
}

fn is_called_a_result(ty: &Type) -> bool {
    let Type::Path(path) = span::strip_groups(ty) else { return false };
    let name = path.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
    ["Result", "Res"].iter().any(|end| name.ends_with(end))
}
