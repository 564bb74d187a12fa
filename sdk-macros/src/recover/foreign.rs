//! The item under `#[api_client]` that is no trait: it stays, without our attributes, and so that the
//! compiler does not report what only a trait may leave out.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::{Item, ItemImpl, Type, Visibility, ext::IdentExt};

use super::never::never;
use crate::span;

/// Returns the item next to its error. The client, which it was meant to make, is a type that fits
/// everywhere.
pub(crate) fn foreign(item: TokenStream, error: &syn::Error, is_ours: fn(&str) -> bool) -> TokenStream {
    let error = error.to_compile_error();
    let parsed = syn::parse2::<Item>(item.clone());
    if let Ok(Item::Macro(_) | Item::Use(_)) | Err(_) = &parsed {
        return quote!(#error #item);
    }
    let stripped = with_bodies(without_ours(item, is_ours));
    let allowed = quote!(#[allow(unused_variables, dead_code, clippy::all)]);
    if let Ok(Item::Mod(_)) = &parsed {
        // Inside, the compiler is then silent about the client as well.
        let module = inside(stripped, &error);
        return quote!(#allowed #module);
    }
    match parsed.ok().and_then(|item| client(&item)) {
        Some((vis, client)) => {
            let module = format_ident!("__{client}Mistakes");
            quote! {
                #[allow(non_snake_case)]
                mod #module {
                    #error
                    pub type Unknown = __AnyType;
                }
                #[doc(hidden)]
                #[allow(dead_code, private_interfaces)]
                #vis type #client = #module::Unknown;
                #allowed
                #stripped
            }
        }
        None => quote!(const _: () = { #error }; #allowed #stripped),
    }
}

/// Returns the visibility and the name of the client that was meant.
fn client(item: &Item) -> Option<(Visibility, Ident)> {
    let (vis, name) = match item {
        Item::Struct(item) => (item.vis.clone(), item.ident.clone()),
        Item::Enum(item) => (item.vis.clone(), item.ident.clone()),
        Item::Union(item) => (item.vis.clone(), item.ident.clone()),
        Item::Impl(ItemImpl { trait_: None, self_ty, .. }) => {
            let Type::Path(path) = span::strip_groups(self_ty) else { return None };
            (Visibility::Inherited, path.path.get_ident()?.clone())
        }
        _ => return None,
    };
    let name = name.unraw();
    (!name.to_string().ends_with("Client")).then(|| (vis, format_ident!("{name}Client")))
}

/// Adds the error to the body of a module.
fn inside(module: TokenStream, error: &TokenStream) -> TokenStream {
    let mut tokens: Vec<TokenTree> = module.into_iter().collect();
    if let Some(TokenTree::Group(body)) = tokens.pop_if(|token| matches!(token, TokenTree::Group(_))) {
        let items = body.stream();
        let mut more = Group::new(Delimiter::Brace, quote!(#error #items));
        more.set_span(body.span());
        tokens.push(more.into());
        return tokens.into_iter().collect();
    }
    let module: TokenStream = tokens.into_iter().collect();
    quote!(#error #module)
}

/// Returns the tokens without `#[get(…)]` and all other attributes of ours.
pub(crate) fn without_ours(tokens: TokenStream, is_ours: fn(&str) -> bool) -> TokenStream {
    let mut left: Vec<TokenTree> = Vec::new();
    for token in tokens {
        let TokenTree::Group(group) = &token else {
            left.push(token);
            continue;
        };
        let follows_mark = matches!(left.last(), Some(TokenTree::Punct(it)) if it.as_char() == '#');
        if follows_mark && group.delimiter() == Delimiter::Bracket && is_one(group, is_ours) {
            left.pop();
            continue;
        }
        let mut inner = Group::new(group.delimiter(), without_ours(group.stream(), is_ours));
        inner.set_span(group.span());
        left.push(inner.into());
    }
    left.into_iter().collect()
}

/// Returns whether this is the inside of an attribute of ours. `#[path = "a.rs"]` is the compiler's.
fn is_one(attribute: &Group, is_ours: fn(&str) -> bool) -> bool {
    let tokens: Vec<TokenTree> = attribute.stream().into_iter().collect();
    let assigns = matches!(tokens.get(1), Some(TokenTree::Punct(it)) if it.as_char() == '=');
    let Some(TokenTree::Ident(name)) = tokens.first() else { return false };
    is_ours(&name.to_string()) && !(assigns && name == "path")
}

/// Gives a body to each function that has none.
fn with_bodies(tokens: TokenStream) -> TokenStream {
    let mut left: Vec<TokenTree> = Vec::new();
    let mut in_function = false;
    for token in tokens {
        match &token {
            TokenTree::Ident(name) if name == "fn" => in_function = true,
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                if !in_function {
                    let mut inner = Group::new(Delimiter::Brace, with_bodies(group.stream()));
                    inner.set_span(group.span());
                    left.push(inner.into());
                    continue;
                }
                in_function = false;
            }
            TokenTree::Punct(punct) if punct.as_char() == ';' && in_function => {
                in_function = false;
                left.extend(never());
                continue;
            }
            _ => {}
        }
        left.push(token);
    }
    left.into_iter().map(ToTokens::into_token_stream).collect()
}
