//! `dyn`: what a trait and its methods cannot have, so that one type can hold any implementation.

use proc_macro2::Ident;
use syn::{GenericParam, ItemTrait, Receiver, ReceiverKind, ReturnType, TypeParamBound};

use crate::{diagnostics::Diagnostics, parse::RawMethod, signature};

/// The traits that `Dyn<Trait>` implements.
const IMPLEMENTED: &[&str] = &["Send", "Sync", "Unpin", "Debug", "Clone"];

/// The supertraits, and the bounds of `Self`, are traits that `Dyn<Trait>` implements.
pub(super) fn of_trait(trait_head: &ItemTrait, diagnostics: &Diagnostics) {
    let predicates = trait_head.generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let of_self = predicates.filter_map(signature::bounds_of_self).flatten();
    for bound in of_self.chain(&trait_head.supertraits) {
        let TypeParamBound::Trait(asked) = bound else { continue };
        let Some(name) = asked.path.segments.last().map(|last| last.ident.to_string()) else { continue };
        if !IMPLEMENTED.contains(&name.as_str()) {
            let of = &trait_head.ident;
            let (message, help) = match name.as_str() {
                "Sized" => (
                    format!("what is `Sized` cannot be kept in `Dyn{of}`"),
                    "write `where Self: Sized` on the methods to be left out, or remove `dyn`".to_owned(),
                ),
                _ => (
                    format!("`Dyn{of}` cannot implement the supertrait `{name}`"),
                    format!("ask for both where both are needed: `T: {of} + {name}`; or remove `dyn`"),
                ),
            };
            diagnostics.report(bound, message, help);
        }
    }
}

/// A method of `Dyn<Trait>` has no generics, no `impl Trait` and no `Self`. A method with `Self: Sized` is
/// left out.
pub(super) fn of_method(raw: &RawMethod, of: &Ident, diagnostics: &Diagnostics) {
    if signature::needs_sized(&raw.sig) || raw.is_refresh() {
        return;
    }
    let generic = raw.sig.generics.params.iter().find(|param| matches!(param, GenericParam::Type(_)));
    let name = &raw.sig.ident;
    let output = match &raw.sig.output {
        ReturnType::Type(_, ty) => Some(&**ty),
        ReturnType::Default => None,
    };
    // For an endpoint, `impl Trait` is reported with its signature, with or without `dyn`.
    let types = raw.params.iter().map(|param| &param.ty).chain(output);
    let open = types.into_iter().find_map(|ty| match signature::is_opaque(ty) && !raw.is_endpoint() {
        true => Some((ty, "`impl Trait`")),
        false => signature::mentions_self(ty).then_some((ty, "`Self`")),
    });
    if let Some((ty, what)) = open {
        diagnostics.report(
            ty,
            format!("`{name}` has {what} in its signature, and cannot be part of `Dyn{of}`"),
            "write `where Self: Sized` behind its return type to leave it out, or remove `dyn`",
        );
    }
    if let Some(param) = generic {
        diagnostics.report(
            param,
            format!("the generic method `{name}` cannot be part of `Dyn{of}`"),
            "write `where Self: Sized` behind its return type to leave it out, or remove `dyn`",
        );
    }
    if let Some(receiver @ Receiver { kind: ReceiverKind::Reference(_, _, Some(_)), .. }) = &raw.receiver
        && !raw.is_endpoint()
    {
        diagnostics.report(
            receiver,
            format!("`{name}` takes `&mut self` and cannot be part of `Dyn{of}`"),
            "write `&self`, or `where Self: Sized` behind its return type to leave it out",
        );
    }
}
