//! From the valid model to the generated code, which cannot fail any more: the trait, the client, and the client's
//! implementation of the trait. Must not know how the declaration was written.

pub(crate) mod client;
pub(crate) mod composite;
mod endpoint;
mod erased;
pub(crate) mod refresh;
mod request;

pub(crate) use endpoint::{returning_call, unused};

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{FnArg, Generics, ItemTrait, Path, Token, WhereClause, parse_quote, parse_quote_spanned};

use crate::{
    model::{Client, Endpoint, Method},
    signature, span,
};

pub(crate) fn client(client: &Client) -> TokenStream {
    let names = Names::new(&client.trait_head, &client.krate);
    let (mut declared, mut inherent, mut implemented) = (Vec::new(), Vec::new(), Vec::new());
    let (mut endpoints, mut refresh) = (Vec::new(), None);
    for method in &client.methods {
        match method {
            Method::Endpoint(endpoint) if endpoint.is_refresh() => {
                inherent.push(endpoint::constant(endpoint, &names));
                endpoints.push(endpoint::table_entry(endpoint));
                refresh = Some(refresh::refresh(endpoint, &names));
            }
            Method::Endpoint(endpoint) => {
                declared.push(endpoint::declared(endpoint, &names));
                inherent.push(endpoint::inherent(endpoint, &names));
                implemented.push(endpoint::implemented(endpoint, &names));
                endpoints.push(endpoint::table_entry(endpoint));
            }
            Method::Composite(composite) => {
                declared.push(composite::declared(composite));
                inherent.extend(composite::inherent(composite, &names));
            }
        }
    }
    let refresh = refresh.unwrap_or_else(|| refresh::none(&names));
    let declared = trait_with_items(&client.trait_head, &declared);
    let parts = client::Parts { inherent, implemented: Some(implemented), endpoints, refresh };
    let generated = client::client(&names, &parts);
    let erased = client.erased.then(|| erased::erased(&names, &methods_of_trait(client)));
    quote!(#declared #generated #erased)
}

/// The methods of the trait as they are declared, those of the session left out that nobody calls.
fn methods_of_trait(client: &Client) -> Vec<erased::Declared<'_>> {
    let methods = client.methods.iter().filter_map(|method| match method {
        Method::Endpoint(endpoint) if endpoint.is_refresh() => None,
        Method::Endpoint(endpoint) => {
            Some(erased::Declared { attrs: &endpoint.attrs, sig: endpoint::visible(endpoint) })
        }
        Method::Composite(composite) => {
            Some(erased::Declared { attrs: &composite.attrs, sig: composite.sig.clone() })
        }
    });
    methods.collect()
}

/// The names all parts of the generated code agree on.
pub(crate) struct Names<'a> {
    pub(crate) trait_head: &'a ItemTrait,
    pub(crate) client: proc_macro2::Ident,
    /// Who sees the methods. Placed so that it counts as generated, as does an item that begins with it. The types keep the
    /// user's own, since the compiler shows where one is from its first token to its name.
    pub(crate) vis: TokenStream,
    /// The runtime's `__private` module, fully rooted.
    pub(crate) private: TokenStream,
    /// The parameters of the trait, as an `impl` declares them. Their types outlive everything, since calls do.
    pub(crate) generics: Generics,
    /// What the trait's `where` clause asks of its parameters. What it asks of `Self` it asks of its implementations, and a type
    /// that asked it of itself would never be found to have it.
    pub(crate) param_bounds: Option<WhereClause>,
}

impl<'a> Names<'a> {
    pub(crate) fn new(trait_head: &'a ItemTrait, krate: &Path) -> Self {
        let mut generics = trait_head.generics.clone();
        if let Some(clause) = &mut generics.where_clause {
            let all = std::mem::take(&mut clause.predicates);
            clause.predicates =
                all.into_iter().filter(|predicate| signature::bounds_of_self(predicate).is_none()).collect();
        }
        let param_bounds = generics.where_clause.clone();
        for parameter in generics.clone().type_params() {
            let name = &parameter.ident;
            generics.make_where_clause().predicates.push(parse_quote!(#name: 'static));
        }
        Self {
            trait_head,
            vis: span::respan(&trait_head.vis.to_token_stream(), span::generated_at_name(&trait_head.ident)),
            client: format_ident!("{}Client", trait_head.ident),
            private: quote!(#krate::__private),
            generics,
            param_bounds,
        }
    }

    /// The name of the trait, for the runtime's tables.
    fn trait_name(&self) -> String {
        syn::ext::IdentExt::unraw(&self.trait_head.ident).to_string()
    }

    /// `Tracker::issue`, for messages.
    fn method_name(&self, endpoint: &Endpoint) -> String {
        format!("{}::{}", self.trait_name(), syn::ext::IdentExt::unraw(endpoint.name()))
    }
}

/// The trait with its items back. Clients are shared between tasks, and so must be whatever stands in for them.
pub(crate) fn trait_with_items(trait_head: &ItemTrait, items: &[TokenStream]) -> TokenStream {
    let mut trait_head = trait_head.clone();
    let span = span::generated_at_name(&trait_head.ident);
    trait_head.colon_token = Some(trait_head.colon_token.unwrap_or(Token![:](span)));
    trait_head.supertraits.push(parse_quote_spanned!(span=> ::core::marker::Send));
    trait_head.supertraits.push(parse_quote_spanned!(span=> ::core::marker::Sync));
    let ItemTrait { attrs, vis, unsafety, trait_token, ident, generics, colon_token, supertraits, .. } =
        &trait_head;
    let clause = &generics.where_clause;
    quote_spanned! {span=>
        #(#attrs)*
        #vis #unsafety #trait_token #ident #generics #colon_token #supertraits #clause { #(#items)* }
    }
}

/// The user's own `self`: made here, it could not be seen by tokens that come out of a `macro_rules!`.
fn user_self(sig: &syn::Signature) -> TokenStream {
    match sig.inputs.first() {
        Some(FnArg::Receiver(receiver)) => receiver.self_token.to_token_stream(),
        _ => quote!(self),
    }
}
