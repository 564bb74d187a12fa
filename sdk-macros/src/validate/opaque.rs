//! The types that `impl Trait` in an argument was meant to be: `&str` for `impl Into<String>`, `&[u64]` for
//! `impl IntoIterator<Item = u64>`, and a named parameter for `impl Serialize`.

use syn::{
    AngleBracketedGenericArguments, GenericArgument, PathArguments, TraitBound, Type, TypeParamBound,
    parse_quote,
    visit_mut::{self, VisitMut},
};

use crate::span;

/// A type without `impl Trait`.
pub(crate) struct Named {
    pub(crate) ty: Type,
    /// The bounds of the parameter `T`, if there is one in the type.
    pub(crate) bounds: Option<String>,
}

/// Returns the type with a plain type in the place of each `impl Trait`.
pub(crate) fn named(ty: &Type) -> Named {
    let mut naming = Naming { bounds: None };
    let mut ty = ty.clone();
    naming.visit_type_mut(&mut ty);
    Named { ty, bounds: naming.bounds }
}

struct Naming {
    bounds: Option<String>,
}

impl VisitMut for Naming {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        // `&impl AsRef<str>` is one reference.
        let lent = match span::strip_groups(ty) {
            Type::Reference(reference) => span::strip_groups(&reference.elem),
            other => other,
        };
        let is_lent = !std::ptr::eq(lent, span::strip_groups(ty));
        if let Type::ImplTrait(opaque) = lent {
            match opaque.bounds.iter().find_map(plain) {
                Some(Type::Reference(plain)) => *ty = Type::Reference(plain),
                Some(plain) if is_lent => *ty = parse_quote!(&#plain),
                Some(plain) => *ty = plain,
                None => {
                    let bounds = crate::validate::wording::shown(&opaque.bounds);
                    *ty = if is_lent { parse_quote!(&T) } else { parse_quote!(T) };
                    self.bounds.get_or_insert(bounds);
                }
            }
            self.visit_type_mut(ty);
            return;
        }
        visit_mut::visit_type_mut(self, ty);
    }
}

/// Returns the type that a bound was meant to accept, if it is one that converts.
fn plain(bound: &TypeParamBound) -> Option<Type> {
    let TypeParamBound::Trait(TraitBound { path, .. }) = bound else { return None };
    let last = path.segments.last()?;
    let argument = match &last.arguments {
        PathArguments::AngleBracketed(arguments) => argument(arguments),
        _ => None,
    };
    match (last.ident.to_string().as_str(), argument) {
        ("Into" | "TryInto", Some(to)) => Some(text_or(to, |to| parse_quote!(#to))),
        ("AsRef" | "Borrow", Some(to)) => Some(text_or(to, |to| parse_quote!(&#to))),
        ("ToString" | "ToOwned" | "Display", None) => Some(parse_quote!(&str)),
        ("IntoIterator" | "Iterator" | "ExactSizeIterator" | "DoubleEndedIterator", Some(item)) => {
            Some(parse_quote!(&[#item]))
        }
        ("Read" | "AsyncRead" | "Stream" | "AsyncBufRead", _) => Some(parse_quote!(sdk_runtime::Body)),
        _ => None,
    }
}

/// Returns the only type in angle brackets: `T` of `Into<T>` and of `Iterator<Item = T>`.
fn argument(arguments: &AngleBracketedGenericArguments) -> Option<Type> {
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty.clone()),
        GenericArgument::AssocType(item) => Some(item.ty.clone()),
        GenericArgument::Constraint(item) => {
            let bounds = &item.bounds;
            Some(parse_quote!(impl #bounds))
        }
        _ => None,
    })
}

/// Returns `&str` for a text, and otherwise what `other` makes of the type.
fn text_or(ty: Type, other: impl FnOnce(Type) -> Type) -> Type {
    let last = match span::strip_groups(&ty) {
        Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        Type::Reference(reference) => return text_or((*reference.elem).clone(), other),
        _ => None,
    };
    match last.as_deref() {
        Some("String" | "str" | "Cow" | "Path" | "PathBuf" | "OsStr") => parse_quote!(&str),
        _ => other(ty),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate::wording::shown;

    #[test]
    fn each_opaque_type_has_a_plain_one() {
        for (ty, expected, bounds) in [
            ("impl Into<String>", "&str", None),
            ("impl Into<String> + Send", "&str", None),
            ("&impl AsRef<str>", "&str", None),
            ("impl ToString", "&str", None),
            ("Option<impl Into<String>>", "Option<&str>", None),
            ("impl Into<Option<u32>>", "Option<u32>", None),
            ("impl Into<u64>", "u64", None),
            ("impl AsRef<[u8]>", "&[u8]", None),
            ("&[impl AsRef<str>]", "&[&str]", None),
            ("impl IntoIterator<Item = u64>", "&[u64]", None),
            ("impl IntoIterator<Item = impl Into<String>>", "&[&str]", None),
            ("impl IntoIterator<Item: AsRef<str>>", "&[&str]", None),
            ("impl Serialize", "T", Some("Serialize")),
            ("&impl serde::Serialize", "&T", Some("serde::Serialize")),
            ("Option<impl Serialize + Sync>", "Option<T>", Some("Serialize + Sync")),
        ] {
            let named = named(&syn::parse_str(ty).unwrap());
            assert_eq!((shown(&named.ty).as_str(), named.bounds.as_deref()), (expected, bounds), "{ty}");
        }
    }
}
