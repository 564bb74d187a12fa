//! The trait, with its generated items.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::{ItemTrait, Token, parse_quote_spanned};

use crate::span;

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
