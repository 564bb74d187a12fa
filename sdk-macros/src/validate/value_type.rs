//! The types that are no value in a query, and what is sent in their place. No help may advise a role that
//! the compiler refuses for the type.

use std::fmt::Display;

use quote::ToTokens;
use syn::{Type, TypeTuple};

use crate::{
    returns::arguments_of,
    signature, span,
    validate::{
        opaque::{self, Named},
        wording::shown,
    },
};

/// What a type is in a query.
pub(crate) enum Shape {
    /// One value or a list of values.
    Value,
    /// Several values with names, such as a map.
    Entries,
    /// A value for each part, with the end of its name: a tuple or a range.
    Parts(Vec<(String, String)>),
    /// Another type, in which the same can be sent.
    Other { ty: String, why: &'static str },
    /// A type with a role of its own, such as `HeaderMap`.
    Role(&'static str),
    /// A value that says nothing.
    Nothing,
}

const SECONDS: &str = "which are the seconds of it";

/// Returns what a type is in a query. What stands in the place of an `Option` is one as well.
pub(crate) fn shape(ty: &Type) -> Shape {
    let is_optional = arguments_of(ty, "Option").is_some();
    match shape_of(bare(ty)) {
        Shape::Other { ty, why } if is_optional => Shape::Other { ty: format!("Option<{ty}>"), why },
        shape => shape,
    }
}

fn shape_of(ty: &Type) -> Shape {
    if signature::is_opaque(ty) {
        let Named { ty, bounds } = opaque::named(ty);
        return match bounds {
            None => Shape::Other { ty: shown(ty), why: "" },
            Some(_) => Shape::Value,
        };
    }
    match ty {
        Type::Tuple(TypeTuple { elems, .. }) if elems.is_empty() => return Shape::Nothing,
        Type::Tuple(TypeTuple { elems, .. }) => {
            let parts = elems.iter().enumerate().map(|(at, ty)| (format!("_{}", at + 1), value(ty)));
            return Shape::Parts(parts.collect());
        }
        Type::Slice(slice) => return list(&slice.elem),
        Type::Array(array) => return list(&array.elem),
        _ => {}
    }
    let first = |name: &str| arguments_of(ty, name).and_then(|types| types.first().copied());
    if let Some(bound) = ["Range", "RangeInclusive"].into_iter().find_map(first) {
        return Shape::Parts(["_from", "_to"].map(|end| (end.to_owned(), value(bound))).into());
    }
    if let Some(elem) = ["Vec", "VecDeque"].into_iter().find_map(first) {
        return list(elem);
    }
    match last_name(ty).as_deref() {
        Some("HashMap" | "BTreeMap" | "Map") => Shape::Entries,
        Some("Duration") => Shape::Other { ty: "u64".to_owned(), why: SECONDS },
        Some("SystemTime" | "Instant") => {
            Shape::Other { ty: "u64".to_owned(), why: "which are the seconds since 1970" }
        }
        Some("Result") => match first("Result") {
            Some(ok) => Shape::Other { ty: value(ok), why: "since the caller has handled the error" },
            None => Shape::Value,
        },
        Some("HeaderMap") => Shape::Role("headers"),
        Some("HeaderValue") => Shape::Role("header"),
        Some("Bytes" | "Body" | "BodyStream" | "Part" | "File") => {
            Shape::Other { ty: "&str".to_owned(), why: "since a request without a body sends text only" }
        }
        _ => Shape::Value,
    }
}

/// Returns the shape of a list.
fn list(elem: &Type) -> Shape {
    let whole = |ty: &str| format!("&[{ty}]");
    match shape(elem) {
        Shape::Parts(parts) if parts.len() == 2 => Shape::Entries,
        Shape::Other { ty, why } => Shape::Other { ty: whole(&ty), why },
        Shape::Value => match flat(elem) {
            Some(inner) => Shape::Other { ty: whole(&value(inner)), why: "a flat list" },
            None => Shape::Value,
        },
        Shape::Parts(_) | Shape::Entries | Shape::Nothing => {
            Shape::Other { ty: whole("String"), why: "a list of texts" }
        }
        Shape::Role(role) => Shape::Role(role),
    }
}

/// Returns the elements of a list in a list.
fn flat(ty: &Type) -> Option<&Type> {
    match bare(ty) {
        Type::Slice(slice) => Some(flat(&slice.elem).unwrap_or(&slice.elem)),
        Type::Array(array) => Some(flat(&array.elem).unwrap_or(&array.elem)),
        ty => {
            let inner = ["Vec", "HashSet"].into_iter().find_map(|name| arguments_of(ty, name));
            let first = inner.and_then(|types| types.first().copied())?;
            Some(flat(first).unwrap_or(first))
        }
    }
}

/// Returns a type that is one value: the type itself, or the one in its place.
fn value(ty: &Type) -> String {
    match shape(ty) {
        Shape::Value => shown(ty.to_token_stream()),
        Shape::Other { ty, .. } => ty,
        _ => "String".to_owned(),
    }
}

/// Returns the type behind references, pointers and `Option`.
fn bare(ty: &Type) -> &Type {
    match span::strip_groups(ty) {
        Type::Reference(reference) => bare(&reference.elem),
        other => {
            let inner = ["Option", "Box", "Arc", "Rc"].into_iter().find_map(|name| arguments_of(other, name));
            inner.and_then(|types| types.first().copied()).map_or(other, bare)
        }
    }
}

/// Returns whether a value of this type may be one text, as a segment of a path and a part are.
pub(crate) fn can_be_text(ty: &Type) -> bool {
    let is_path = |ty: &Type| matches!(last_name(bare(ty)).as_deref(), Some("PathBuf" | "Path" | "OsString"));
    matches!(shape(ty), Shape::Value) && !is_path(ty)
}

/// Returns whether the type is certainly one value, and no list.
pub(crate) fn is_one_value(ty: &Type) -> bool {
    const NAMES: [&str; 17] = [
        "str", "String", "bool", "char", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32",
        "i64", "isize", "f32", "f64",
    ];
    last_name(bare(ty)).is_some_and(|name| NAMES.contains(&name.as_str()))
}

/// Returns whether the type is a body as it is.
pub(crate) fn is_text_or_bytes(ty: &Type) -> bool {
    const NAMES: [&str; 7] = ["str", "String", "Bytes", "Body", "BodyStream", "Vec", "Cow"];
    match bare(ty) {
        Type::Slice(_) | Type::Array(_) => true,
        ty => last_name(ty).is_some_and(|name| NAMES.contains(&name.as_str())),
    }
}

/// Returns the parameter in the query, with the role and the type that it can have there. `attribute` is its
/// role for one value.
pub(crate) fn in_query(attribute: &str, name: impl Display, ty: &Type) -> String {
    match shape(ty) {
        Shape::Value | Shape::Nothing => format!("{attribute} {name}: {}", shown(ty)),
        Shape::Entries => format!("#[queries] {name}: {}", shown(ty)),
        Shape::Role(role) => format!("#[{role}] {name}: {}", shown(ty)),
        Shape::Other { ty, .. } => format!("{attribute} {name}: {ty}"),
        Shape::Parts(parts) => {
            let each = parts.iter().map(|(end, ty)| format!("#[query] {name}{end}: {ty}"));
            each.collect::<Vec<_>>().join(", ")
        }
    }
}

pub(crate) fn last_name(ty: &Type) -> Option<String> {
    match span::strip_groups(ty) {
        Type::Reference(reference) => last_name(&reference.elem),
        Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        _ => None,
    }
}
