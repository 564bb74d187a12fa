//! Mentions of types that stand in no generated signature, so that their imports are not reported as unused.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::{
    Attribute, Generics, Lifetime, Type, TypeParamBound, parse_quote,
    punctuated::Punctuated,
    token::Plus,
    visit_mut::{self, VisitMut},
};

use crate::{signature, span};

/// Returns a function that mentions the types. A type with a parameter of the trait or of the method is left
/// out, because the function does not have it.
pub(super) fn types<'a>(
    cfgs: &[&Attribute],
    types: impl Iterator<Item = &'a Type>,
    own: &[&Generics],
) -> TokenStream {
    let mut owned = Owned { params: Vec::new() };
    let types: Vec<Type> = types
        .filter(|ty| !signature::depends_on(ty, own))
        .map(|ty| {
            let mut ty = ty.clone();
            owned.visit_type_mut(&mut ty);
            ty
        })
        .collect();
    if types.is_empty() {
        return TokenStream::new();
    }
    let params = owned.params.iter().map(|(name, bounds)| quote!(#name: #bounds));
    quote! {
        #(#cfgs)*
        const _: () = {
            #[allow(dead_code)]
            fn __mention<#(#params),*>() {
                let _: ::core::option::Option<(#(#types,)*)>;
            }
        };
    }
}

/// Makes a type one that stands for itself: without lifetimes, references and hidden types, each of which may
/// be the mistake.
struct Owned {
    /// The parameters in the place of `impl Trait` and of `dyn Trait`.
    params: Vec<(Ident, Punctuated<TypeParamBound, Plus>)>,
}

impl VisitMut for Owned {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        let owned: Option<Type> = match &mut *ty {
            Type::Reference(reference) => Some((*reference.elem).clone()),
            Type::Slice(slice) => Some((*slice.elem).clone()),
            Type::Path(path) if path.path.is_ident("str") => Some(parse_quote!(())),
            Type::ImplTrait(hidden) => Some(self.param(&hidden.bounds)),
            Type::TraitObject(object) => Some(self.param(&object.bounds)),
            Type::Paren(_) | Type::Group(_) => Some(span::strip_groups(ty).clone()),
            _ => None,
        };
        match owned {
            Some(owned) => {
                *ty = owned;
                self.visit_type_mut(ty);
            }
            None => visit_mut::visit_type_mut(self, ty),
        }
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        *lifetime = parse_quote!('static);
    }
}

impl Owned {
    fn param(&mut self, bounds: &Punctuated<TypeParamBound, Plus>) -> Type {
        let mut bounds: Punctuated<TypeParamBound, Plus> =
            bounds.iter().filter(|bound| matches!(bound, TypeParamBound::Trait(_))).cloned().collect();
        for bound in &mut bounds {
            self.visit_type_param_bound_mut(bound);
        }
        let name = format_ident!("__T{}", self.params.len());
        self.params.push((name.clone(), bounds));
        parse_quote!(#name)
    }
}
