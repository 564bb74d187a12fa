//! What the name of a type tells: a text, a number, a reference. An alias tells nothing.

use syn::{Ident, Type};

use crate::{returns::arguments_of, span};

/// Returns the type, or the type inside an `Option`.
pub(super) fn inside_option(ty: &Type) -> &Type {
    arguments_of(ty, "Option").and_then(|inside| inside.first().copied()).unwrap_or(ty)
}

/// Whether it can hold a text.
pub(super) fn is_text(ty: &Type) -> bool {
    let ty = inside_option(ty);
    match span::strip_groups(ty) {
        Type::Reference(reference) => named(&reference.elem).is_some_and(|name| name == "str"),
        _ if ["Box", "Arc", "Rc", "Cow"].iter().any(|it| arguments_of(ty, it).is_some()) => {
            let inside = ["Box", "Arc", "Rc", "Cow"].iter().find_map(|it| arguments_of(ty, it));
            inside.and_then(|it| it.last().and_then(|it| named(it))).is_some_and(|name| name == "str")
        }
        other => named(other).is_some_and(|name| TEXTS.iter().any(|it| name == it)),
    }
}

const TEXTS: [&str; 5] = ["String", "str", "AccessToken", "RefreshToken", "SecretString"];

/// Whether it is a number of the language.
pub(super) fn is_number(ty: &Type) -> bool {
    const NUMBERS: [&str; 14] = [
        "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize", "f32", "f64",
    ];
    named(inside_option(ty)).is_some_and(|name| NUMBERS.iter().any(|it| name == it))
}

/// Whether it is called `name`.
pub(super) fn is(ty: &Type, name: &str) -> bool {
    named(inside_option(ty)).is_some_and(|it| it == name)
}

/// Whether it is a reference, or holds one in an `Option`.
pub(super) fn is_reference(ty: &Type) -> bool {
    matches!(span::strip_groups(inside_option(ty)), Type::Reference(_))
}

/// Returns the last segment of a path.
fn named(ty: &Type) -> Option<&Ident> {
    let Type::Path(path) = span::strip_groups(ty) else { return None };
    path.path.segments.last().map(|last| &last.ident)
}
