//! Methods as they were written, before `#[async_trait]` rewrote them. Above `#[api_client]`, it runs first.

use proc_macro2::Span;
use syn::{
    GenericParam, Lifetime, Receiver, ReceiverKind, ReturnType, Signature, TypeReference, parse_quote,
    visit_mut::{self, VisitMut},
};

use crate::returns;

const MARK: &str = "async_trait";

/// Turns `fn f<'async_trait>(…) -> Pin<Box<dyn Future<Output = T> + …>>` into `async fn f(…) -> T`. Returns
/// the place of `#[async_trait]`, if it has rewritten the method.
pub(crate) fn restore(sig: &mut Signature) -> Option<Span> {
    let mark = sig.generics.lifetimes().find(|param| param.lifetime.ident == MARK)?.lifetime.ident.span();
    let params = std::mem::take(&mut sig.generics.params);
    sig.generics.params = params
        .into_iter()
        .filter(|param| !matches!(param, GenericParam::Lifetime(param) if is_added(&param.lifetime)))
        .collect();
    if let Some(clause) = &mut sig.generics.where_clause {
        let predicates = std::mem::take(&mut clause.predicates);
        let is_own = |predicate: &syn::WherePredicate| {
            !quote::quote!(#predicate).to_string().contains(&format!("'{MARK}"))
        };
        clause.predicates = predicates.into_iter().filter(is_own).collect();
        if clause.predicates.is_empty() {
            sig.generics.where_clause = None;
        }
    }
    let output = match &sig.output {
        ReturnType::Type(_, ty) => returns::awaited(ty),
        ReturnType::Default => None,
    };
    if let Some(output) = output {
        sig.output = parse_quote!(-> #output);
    }
    sig.asyncness = Some(parse_quote!(async));
    Elided.visit_signature_mut(sig);
    Some(mark)
}

/// Returns whether `#[async_trait]` has given this name to a lifetime that had none.
fn is_added(lifetime: &Lifetime) -> bool {
    let name = lifetime.ident.to_string();
    let number = name.strip_prefix("life").unwrap_or("none");
    name == MARK || number.chars().all(|character| character.is_ascii_digit())
}

/// Takes the names from lifetimes that had none.
struct Elided;

impl VisitMut for Elided {
    fn visit_receiver_mut(&mut self, receiver: &mut Receiver) {
        if let ReceiverKind::Reference(_, lifetime, _) = &mut receiver.kind {
            *lifetime = lifetime.take().filter(|lifetime| !is_added(lifetime));
        }
    }

    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        reference.lifetime = reference.lifetime.take().filter(|lifetime| !is_added(lifetime));
        visit_mut::visit_type_reference_mut(self, reference);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if is_added(lifetime) {
            *lifetime = parse_quote!('_);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::ToTokens;

    #[test]
    fn a_rewritten_method_is_as_it_was_written() {
        let rewritten = "fn user<'life0, 'life1, 'life2, 'a, 'async_trait, T>(
            &'life0 self, name: &'life1 str, of: Cow<'life2, str>, by: &'a T,
        ) -> ::core::pin::Pin<Box<dyn ::core::future::Future<Output = Result<User> > + Send + \
            'async_trait> >
        where 'life0: 'async_trait, 'a: 'async_trait, T: Copy, Self: 'async_trait";
        let mut sig: Signature = syn::parse_str(rewritten).unwrap();
        assert!(restore(&mut sig).is_some());
        let written = "async fn user<'a, T>(&self, name: &str, of: Cow<'_, str>, by: &'a T,) -> Result<User> \
            where T: Copy";
        let written: Signature = syn::parse_str(written).unwrap();
        let text = |sig: Signature| sig.into_token_stream().to_string().replace([' ', ','], "");
        assert_eq!(text(sig), text(written));
    }

    #[test]
    fn another_method_is_left_alone() {
        let mut sig: Signature = parse_quote!(async fn user<'life>(&'life self) -> Result<User>);
        let before = sig.to_token_stream().to_string();
        assert!(restore(&mut sig).is_none());
        assert_eq!(sig.to_token_stream().to_string(), before);
    }
}
