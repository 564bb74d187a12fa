//! Spans of generated and of reported tokens: which token of the user's code the compiler underlines.
//!
//! A span has a place and a resolution. The place decides what is underlined. A span resolved at the call
//! site counts as generated, so that the compiler's lints and clippy leave the token alone.

use proc_macro2::{Ident, Span, TokenStream};
use syn::{GenericArgument, PathArguments, ReturnType, Type, spanned::Spanned};

/// Returns the span of code that is generated around a name of the user's. The compiler and its lints point
/// at that name. A token without a place would make them point at `#[api_client]`.
pub(crate) fn generated_at_name(name: &Ident) -> Span {
    name.span().resolved_at(Span::call_site())
}

/// Returns the span of generated code that needs a bound of `ty`. The compiler underlines the type if the
/// bound fails.
pub(crate) fn generated_at_type(ty: &Type) -> Span {
    of_type(ty).resolved_at(Span::call_site())
}

/// Returns the span of generated code that needs a `part` of the return type `whole`.
///
/// The parts of an alias are unknown (`None`), and all code that needs the alias to be a `Result` fails. All
/// of it stands at one place in the user's own code, because the compiler shows several errors at one place
/// once.
pub(crate) fn in_return_type(whole: &Type, part: Option<&Type>) -> Span {
    part.map_or_else(|| of_type(whole), generated_at_type)
}

/// Returns the span of the token that names a type best. Stable Rust underlines one token, and in
/// `&models::Filter<'_>` that should be `Filter`.
pub(crate) fn of_type(ty: &Type) -> Span {
    match strip_groups(ty) {
        Type::Reference(reference) => of_type(&reference.elem),
        Type::Path(path) => path.path.segments.last().map_or_else(|| ty.span(), |last| last.ident.span()),
        other => other.span(),
    }
}

/// Returns the type of the values in a list, an option, a map or another container, or else the type itself.
/// A bound that fails for the values is reported there.
pub(crate) fn content(ty: &Type) -> &Type {
    const CONTAINERS: &[&str] = &[
        "Vec", "VecDeque", "Option", "Box", "Arc", "HashMap", "BTreeMap", "HashSet", "BTreeSet", "Response",
    ];
    match strip_groups(ty) {
        Type::Reference(reference) => content(&reference.elem),
        Type::Slice(slice) => content(&slice.elem),
        Type::Array(array) => content(&array.elem),
        Type::Path(path) => {
            let last = path.path.segments.last();
            let last = last.filter(|last| CONTAINERS.iter().any(|name| last.ident == name));
            match last.map(|last| &last.arguments) {
                Some(PathArguments::AngleBracketed(arguments)) => match arguments.args.last() {
                    Some(GenericArgument::Type(value)) => content(value),
                    _ => ty,
                },
                _ => ty,
            }
        }
        _ => ty,
    }
}

/// Returns the token that names a return type best.
pub(crate) fn name_of_return_type(output: &ReturnType) -> Option<&Ident> {
    let ReturnType::Type(_, ty) = output else { return None };
    let Type::Path(path) = strip_groups(ty) else { return None };
    path.path.segments.last().map(|last| &last.ident)
}

/// Returns the same tokens with another span. The compiler underlines everything from the first to the last
/// token of an expression, which must not reach from the attribute to the type.
pub(crate) fn respan(tokens: &TokenStream, span: Span) -> TokenStream {
    let respanned = tokens.clone().into_iter().map(|mut token| {
        token.set_span(span);
        token
    });
    respanned.collect()
}

/// Returns the type inside parentheses and inside the invisible groups that a `macro_rules!` makes.
pub(crate) fn strip_groups(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => strip_groups(&group.elem),
        Type::Paren(paren) => strip_groups(&paren.elem),
        other => other,
    }
}
