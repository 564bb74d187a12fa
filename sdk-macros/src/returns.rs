//! The return type of an endpoint, and the types of success and of failure in it.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{
    GenericArgument, Ident, Lifetime, PathArguments, ReturnType, Type, TypeParamBound, TypeReference,
    parse_quote,
    visit_mut::{self, VisitMut},
};

use crate::span;

pub(crate) struct Returns {
    /// The type as it is written.
    pub(crate) whole: Type,
    /// The argument of a type named `Result` or `Pages`. The arguments of an alias are known to the compiler
    /// only.
    pub(crate) ok: Option<Type>,
    pub(crate) err: Option<Type>,
}

impl Returns {
    /// Returns `None` if there is no return type.
    pub(crate) fn new(output: &ReturnType) -> Option<Self> {
        let ReturnType::Type(_, whole) = output else { return None };
        let pages = arguments_of(whole, "Pages");
        let mut arguments = pages.or_else(|| arguments_of(whole, "Result")).unwrap_or_default().into_iter();
        Some(Self { ok: arguments.next().cloned(), err: arguments.next().cloned(), whole: (**whole).clone() })
    }
}

/// Returns the name in `Result` and `Result<T>`, which need the type of an error if they are the standard
/// library's.
pub(crate) fn result_without_error(output: &ReturnType) -> Option<Ident> {
    let ReturnType::Type(_, ty) = output else { return None };
    let Type::Path(path) = span::strip_groups(ty) else { return None };
    let only = path.path.segments.first().filter(|_| path.path.segments.len() == 1)?;
    let lacks_one = arguments_of(ty, "Result").is_some_and(|arguments| arguments.len() < 2);
    lacks_one.then(|| only.ident.clone())
}

/// Returns whether the type is `Pages<…>`, which is a stream and not a future.
pub(crate) fn is_pages(output: &ReturnType) -> bool {
    match output {
        ReturnType::Default => false,
        ReturnType::Type(_, ty) => arguments_of(ty, "Pages").is_some(),
    }
}

/// Returns whether `Pages` stand in a `Result`.
pub(crate) fn is_pages_in_result(output: &ReturnType) -> bool {
    let ok = Returns::new(output).and_then(|returns| returns.ok);
    ok.is_some_and(|ok| arguments_of(&ok, "Pages").is_some())
}

/// Returns whether the type is a future of another type.
pub(crate) fn is_future(output: &ReturnType) -> bool {
    match output {
        ReturnType::Default => false,
        ReturnType::Type(_, ty) => awaited(ty).is_some(),
    }
}

/// Returns what the future in the type yields: `T` in `impl Future<Output = T>`, in
/// `Pin<Box<dyn Future<Output = T>>>` and in `BoxFuture<'_, T>`, and `Result<T>` in `Call<T>`.
pub(crate) fn awaited(ty: &Type) -> Option<Type> {
    let bounds = match span::strip_groups(ty) {
        Type::ImplTrait(ty) => &ty.bounds,
        Type::TraitObject(ty) => &ty.bounds,
        ty => {
            let boxed = ["Pin", "Box"].into_iter().find_map(|name| arguments_of(ty, name)?.first().copied());
            if let Some(boxed) = boxed {
                return awaited(boxed);
            }
            let boxed = ["BoxFuture", "LocalBoxFuture"].into_iter().find_map(|name| arguments_of(ty, name));
            if let Some(output) = boxed {
                return output.first().map(|output| (*output).clone());
            }
            let of_call = ["Call", "ResponseCall"].into_iter().find_map(|name| arguments_of(ty, name));
            let parts = of_call.filter(|parts| !parts.is_empty())?;
            return Some(parse_quote!(Result<#(#parts),*>));
        }
    };
    bounds.iter().find_map(|bound| {
        let TypeParamBound::Trait(bound) = bound else { return None };
        let last = bound.path.segments.last().filter(|last| last.ident == "Future")?;
        let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
        arguments.args.iter().find_map(|argument| match argument {
            GenericArgument::AssocType(output) if output.ident == "Output" => Some(output.ty.clone()),
            _ => None,
        })
    })
}

/// Returns the first part of the type that is borrowed, but not `'static`: `&str`, or the lifetime in
/// `Cow<'_, str>`.
pub(crate) fn borrowed(ty: &Type) -> Option<TokenStream> {
    let mut borrowed = Borrowed(None);
    borrowed.visit_type_mut(&mut ty.clone());
    borrowed.0
}

struct Borrowed(Option<TokenStream>);

impl VisitMut for Borrowed {
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        if reference.lifetime.as_ref().is_none_or(|lifetime| lifetime.ident != "static") {
            self.0.get_or_insert(reference.to_token_stream());
        }
        visit_mut::visit_type_reference_mut(self, reference);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident != "static" {
            self.0.get_or_insert(lifetime.to_token_stream());
        }
    }
}

/// Returns the type with parts that it owns in the place of those that it borrows. Returns `None` if only the
/// user knows a type that owns them, as for `View<'_>`.
pub(crate) fn owned(ty: &Type) -> Option<Type> {
    let mut owned = ty.clone();
    let mut owner = Owner { knows: true };
    owner.visit_type_mut(&mut owned);
    owner.knows.then_some(owned)
}

struct Owner {
    knows: bool,
}

impl VisitMut for Owner {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        let lent = match span::strip_groups(ty) {
            Type::Reference(reference) => Some(&*reference.elem),
            cow => arguments_of(cow, "Cow").and_then(|types| types.first().copied()),
        };
        let owned = lent.map(|lent| match span::strip_groups(lent) {
            Type::Slice(slice) => {
                let elem = &slice.elem;
                parse_quote!(Vec<#elem>)
            }
            Type::Path(path) if path.path.is_ident("str") => parse_quote!(String),
            lent => lent.clone(),
        });
        match owned {
            Some(owned) => {
                *ty = owned;
                self.visit_type_mut(ty);
            }
            None => {
                self.knows &= !matches!(ty, Type::TraitObject(_));
                visit_mut::visit_type_mut(self, ty);
            }
        }
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        self.knows &= lifetime.ident == "static";
    }
}

/// Returns whether the type is certainly no `ApiError`: a type of the standard library or of another crate,
/// for which no user can implement it.
pub(crate) fn is_foreign_error(ty: &Type) -> bool {
    const CRATES: &[&str] =
        &["std", "core", "alloc", "anyhow", "eyre", "color_eyre", "reqwest", "serde_json", "hyper"];
    match span::strip_groups(ty) {
        Type::Tuple(_) | Type::Reference(_) | Type::TraitObject(_) | Type::Array(_) => true,
        Type::Path(path) if path.path.segments.len() == 1 => {
            path.path.segments.iter().all(|only| only.ident == "String" || only.ident == "Box")
        }
        Type::Path(path) => {
            path.path.segments.first().is_some_and(|first| CRATES.iter().any(|name| first.ident == name))
        }
        _ => false,
    }
}

/// Returns the type arguments, if the last segment of the type's path is `name`.
pub(crate) fn arguments_of<'a>(ty: &'a Type, name: &str) -> Option<Vec<&'a Type>> {
    let Type::Path(path) = span::strip_groups(ty) else { return None };
    let last = path.path.segments.last().filter(|segment| segment.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return Some(Vec::new()) };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    Some(types.collect())
}
