//! The names that all parts of the generated code agree on.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::{Generics, ItemTrait, Path, WhereClause, ext::IdentExt, parse_quote};

use crate::{model::Endpoint, signature, span};

/// Names and parts of the trait that all generated items share.
pub(crate) struct Names<'a> {
    pub(crate) trait_head: &'a ItemTrait,
    pub(crate) client: proc_macro2::Ident,
    /// The visibility of the methods, with a span that counts as generated, so that an item that begins with
    /// it does too. The types keep the user's tokens, because the compiler underlines a type from its first
    /// token to its name.
    pub(crate) vis: TokenStream,
    /// The path of the runtime.
    krate: Path,
    /// The name of the runtime's `__private` module in the generated code. It is imported once, because a
    /// wrong path would be an error at each place that writes it out.
    pub(crate) private: TokenStream,
    /// The parameters of the trait, as an `impl` declares them. Type parameters are `'static`, because calls
    /// are.
    pub(crate) generics: Generics,
    /// The bounds of the trait's `where` clause, without those of `Self`. A type cannot require of itself
    /// what it implements.
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
            krate: krate.clone(),
            private: format_ident!("__{}", trait_head.ident.unraw()).into_token_stream(),
            generics,
            param_bounds,
        }
    }

    /// Returns the import of the runtime.
    pub(crate) fn import(&self) -> TokenStream {
        let Self { krate, private, trait_head, .. } = self;
        let cfgs = signature::cfgs(&trait_head.attrs);
        quote! {
            #(#cfgs)*
            use #krate::__private as #private;
        }
    }

    /// Returns the name of the trait, for the runtime's tables.
    pub(super) fn trait_name(&self) -> String {
        self.trait_head.ident.unraw().to_string()
    }

    /// Returns `Tracker::issue`, for messages.
    pub(super) fn method_name(&self, endpoint: &Endpoint) -> String {
        format!("{}::{}", self.trait_name(), endpoint.name().unraw())
    }
}
