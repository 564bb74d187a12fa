//! The runtime's macro `implement!`, expanded for the eye: the methods are shown in the first implementation
//! only.

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;
use syn::{File, Item};

pub(super) fn expanded(generated: TokenStream) -> syn::Result<File> {
    let mut file: File = syn::parse2(generated)?;
    let mut items = Vec::new();
    for item in std::mem::take(&mut file.items) {
        match item {
            Item::Macro(called)
                if called.mac.path.segments.last().is_some_and(|it| it.ident == "implement") =>
            {
                items.extend(implementations(called.mac.tokens)?);
            }
            other => items.push(other),
        }
    }
    file.items = items;
    Ok(file)
}

fn implementations(tokens: TokenStream) -> syn::Result<Vec<Item>> {
    let mut groups = tokens.into_iter().filter_map(|token| match token {
        TokenTree::Group(group) => Some(group.stream()),
        _ => None,
    });
    let (head, mut methods) = (groups.next().unwrap_or_default(), groups.next().unwrap_or_default());
    groups
        .map(|target| {
            let methods = std::mem::take(&mut methods);
            syn::parse2(quote!(#head #target { #methods }))
        })
        .collect()
}
