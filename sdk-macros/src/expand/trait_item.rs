//! The trait, with its generated items.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::{ItemTrait, Token, ext::IdentExt, parse_quote, parse_quote_spanned};

use crate::{signature, span};

/// Returns the head of the trait, whose documentation also says how a program holds any implementation. A
/// trait without documentation stays without, so that the lint `missing_docs` sees it.
pub(super) fn with_hint(trait_head: &ItemTrait, erased: bool) -> ItemTrait {
    let mut trait_head = trait_head.clone();
    if signature::is_documented(&trait_head.attrs) {
        let name = trait_head.ident.unraw();
        let way = match erased {
            true => format!("a [`Dyn{name}`]"),
            false => format!("a `Dyn{name}`, which `#[api_client(dyn)]` makes"),
        };
        let hint = format!(
            " Code for any implementation takes `&impl {name}`. A struct without a type parameter holds \
             {way}, because `dyn {name}` is not possible."
        );
        trait_head.attrs.extend([parse_quote!(#[doc = ""]), parse_quote!(#[doc = #hint])]);
    }
    trait_head
}

/// Returns the trait with its items. It requires `Send` and `Sync`, because clients and fakes are shared
/// between tasks.
pub(crate) fn trait_with_items(trait_head: &ItemTrait, items: &[TokenStream]) -> TokenStream {
    let mut trait_head = trait_head.clone();
    let span = span::generated_at_name(&trait_head.ident);
    trait_head.colon_token = Some(trait_head.colon_token.unwrap_or(Token![:](span)));
    trait_head.supertraits.push(parse_quote_spanned!(span=> ::core::marker::Send));
    trait_head.supertraits.push(parse_quote_spanned!(span=> ::core::marker::Sync));
    let ItemTrait { attrs, vis, unsafety, trait_token, ident, generics, colon_token, supertraits, .. } =
        &trait_head;
    let clause = &generics.where_clause;
    // For a type that does not exist, the compiler suggests a parameter of the trait, if the end of the
    // trait's head is the user's. For the same type in the client it does not, and so shows two errors.
    let none = generics.params.is_empty().then(|| quote_spanned!(span=> <>));
    quote_spanned! {span=>
        #(#attrs)*
        #vis #unsafety #trait_token #ident #none #generics #colon_token #supertraits #clause { #(#items)* }
    }
}
