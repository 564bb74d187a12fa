//! The role that a parameter without one was probably meant to have, by its type and its name.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Pat, PatTupleStruct, Type, ext::IdentExt};

use crate::{
    parse::{RawMethod, RawParam},
    returns::arguments_of,
    span,
    validate::wording::shown,
};

/// The types that are one value in a query.
const SCALARS: &[&str] = &[
    "str", "String", "bool", "char", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64",
    "i128", "isize", "f32", "f64", "Cow", "Uuid",
];

/// The types that are a body as they are.
const BODIES: &[&str] = &["Bytes", "Body", "BodyStream"];

/// The ends of the names of parameters and types with the parameters of a search.
const SEARCHES: &[&str] =
    &["filter", "filters", "params", "parameters", "search", "criteria", "options", "query"];

/// Returns the parameter with the role that it was probably meant to have: `#[query] page: u32`.
pub(crate) fn with_role(name: &Ident, ty: &Type, has_body: bool) -> String {
    if let Some((role, inner)) = extracted(ty) {
        return role_and_type(role, name, inner);
    }
    let role = match last_name(ty).as_deref() {
        Some(body) if has_body && (BODIES.contains(&body) || is_bytes(ty)) => "body",
        Some("Part") if has_body => "part",
        Some("HeaderMap") => "headers",
        Some("HashMap" | "BTreeMap") if !has_body => "queries",
        _ if is_scalar(ty) => "query",
        _ if has_body => "json",
        Some(ty) if SEARCHES.iter().any(|end| ends_with(ty, end) || ends_with(&name.to_string(), end)) => {
            "queries"
        }
        _ => "query",
    };
    format!("#[{role}] {name}: {}", shown(ty))
}

/// Returns the parameters that a pattern was meant to be, such as `id: u64` for `Path(id): Path<u64>` of a
/// server's framework.
pub(crate) fn without_pattern(param: &RawParam) -> String {
    let ty = &param.ty;
    match &param.pat {
        Pat::Ident(pat) => format!("{}: {}", pat.ident, shown(ty)),
        Pat::TupleStruct(PatTupleStruct { elems, .. }) => {
            let names: Vec<Ident> = elems.iter().flat_map(names).collect();
            match (extracted(ty), names.as_slice()) {
                (Some((role, inner)), [name]) => role_and_type(role, name, inner),
                (Some(("path", Type::Tuple(tuple))), names) if names.len() == tuple.elems.len() => {
                    let each = names.iter().zip(&tuple.elems);
                    each.map(|(name, ty)| role_and_type("path", name, ty)).collect::<Vec<_>>().join(", ")
                }
                (_, names) => {
                    let name = names.first().map_or_else(|| "value".to_owned(), Ident::to_string);
                    format!("{name}: {}", shown(ty))
                }
            }
        }
        pat @ Pat::Tuple(_) => match (names(pat).as_slice(), span::strip_groups(ty)) {
            (names, Type::Tuple(tuple)) if names.len() == tuple.elems.len() && param.api_attrs.is_empty() => {
                let each = names.iter().zip(&tuple.elems);
                each.map(|(name, ty)| format!("{name}: {}", shown(ty))).collect::<Vec<_>>().join(", ")
            }
            _ => format!("value: {}", shown(ty)),
        },
        _ => format!("value: {}", shown(ty)),
    }
}

fn names(pat: &Pat) -> Vec<Ident> {
    match pat {
        Pat::Ident(pat) => vec![pat.ident.clone()],
        Pat::Tuple(pat) => pat.elems.iter().flat_map(names).collect(),
        Pat::TupleStruct(pat) => pat.elems.iter().flat_map(names).collect(),
        Pat::Paren(pat) => names(&pat.pat),
        Pat::Reference(pat) => names(&pat.pat),
        _ => Vec::new(),
    }
}

/// Returns the role and the type in an extractor of a server's framework: `Json<User>` is the JSON of a
/// `User`.
fn extracted(ty: &Type) -> Option<(&'static str, &Type)> {
    [("Path", "path"), ("Query", "queries"), ("Json", "json"), ("Form", "form"), ("TypedHeader", "header")]
        .into_iter()
        .find_map(|(name, role)| Some((role, *arguments_of(ty, name)?.first()?)))
}

/// Returns whether the parameter has no role but an extractor as its type: a mistake, for which the type
/// gives the role. The value of a placeholder has one.
pub(crate) fn is_meant_as_an_extractor(method: &RawMethod, param: &RawParam) -> bool {
    let is_placed = |name: &Ident| {
        let placeholder = format!("{{{}}}", name.unraw());
        method.verbs().any(|verb| verb.syntax.to_token_stream().to_string().contains(&placeholder))
    };
    let is_endpoint = method.verbs().next().is_some();
    is_endpoint
        && param.api_attrs.is_empty()
        && extracted(&param.ty).is_some()
        && !param.name().is_some_and(is_placed)
}

fn role_and_type(role: &str, name: &Ident, ty: &Type) -> String {
    let is_plain = is_scalar(ty) || matches!(ty, Type::Reference(_));
    let ty = if is_plain || role == "path" { shown(ty) } else { format!("&{}", shown(ty)) };
    match role {
        "path" => format!("{name}: {ty}"),
        role => format!("#[{role}] {name}: {ty}"),
    }
}

fn ends_with(name: &str, end: &str) -> bool {
    name.to_lowercase().ends_with(end)
}

fn last_name(ty: &Type) -> Option<String> {
    match span::strip_groups(ty) {
        Type::Reference(reference) => last_name(&reference.elem),
        Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        _ => None,
    }
}

fn is_scalar(ty: &Type) -> bool {
    match span::strip_groups(ty) {
        Type::Reference(reference) => is_scalar(&reference.elem),
        Type::Slice(slice) => is_scalar(&slice.elem),
        Type::Array(array) => is_scalar(&array.elem),
        other => {
            let inner = arguments_of(other, "Option").or_else(|| arguments_of(other, "Vec"));
            match inner {
                Some(types) => types.iter().all(|ty| is_scalar(ty)),
                None => last_name(other).is_some_and(|name| SCALARS.contains(&name.as_str())),
            }
        }
    }
}

fn is_bytes(ty: &Type) -> bool {
    let is_u8 = |ty: &Type| last_name(ty).as_deref() == Some("u8");
    match span::strip_groups(ty) {
        Type::Reference(reference) => is_bytes(&reference.elem),
        Type::Slice(slice) => is_u8(&slice.elem),
        other => arguments_of(other, "Vec").is_some_and(|types| types.iter().all(|ty| is_u8(ty))),
    }
}

pub(crate) fn is_optional(ty: &Type) -> bool {
    arguments_of(ty, "Option").is_some()
}

pub(crate) fn is_list(ty: &Type) -> bool {
    match span::strip_groups(ty) {
        Type::Reference(reference) => is_list(&reference.elem),
        Type::Slice(_) | Type::Array(_) => true,
        other => arguments_of(other, "Vec").is_some(),
    }
}

#[cfg(test)]
mod tests {
    use syn::{FnArg, PatType};

    use super::*;

    fn param(text: &str) -> PatType {
        match syn::parse_str::<FnArg>(text).unwrap() {
            FnArg::Typed(param) => param,
            FnArg::Receiver(_) => panic!("{text}"),
        }
    }

    #[test]
    fn each_type_has_a_usual_role() {
        for (text, has_body, expected) in [
            ("page: u32", false, "#[query] page: u32"),
            ("page: u32", true, "#[query] page: u32"),
            ("tags: &[&str]", false, "#[query] tags: &[&str]"),
            ("after: Option<&str>", false, "#[query] after: Option<&str>"),
            ("filter: &Filter", false, "#[queries] filter: &Filter"),
            ("by: SearchParams", false, "#[queries] by: SearchParams"),
            ("status: Status", false, "#[query] status: Status"),
            ("user: &User", true, "#[json] user: &User"),
            ("users: &[User]", true, "#[json] users: &[User]"),
            ("image: Vec<u8>", true, "#[body] image: Vec<u8>"),
            ("image: Bytes", true, "#[body] image: Bytes"),
            ("image: Part", true, "#[part] image: Part"),
            ("user: Json<User>", true, "#[json] user: &User"),
            ("user: web::Form<User>", true, "#[form] user: &User"),
            ("by: Query<Filter>", false, "#[queries] by: &Filter"),
        ] {
            let PatType { pat, ty, .. } = param(text);
            let Pat::Ident(name) = *pat else { panic!("{text}") };
            assert_eq!(with_role(&name.ident, &ty, has_body), expected);
        }
    }

    #[test]
    fn each_pattern_is_a_name() {
        for (text, expected) in [
            ("Path(id): Path<u64>", "id: u64"),
            ("Path((a, b)): Path<(u64, String)>", "a: u64, b: String"),
            ("Json(user): Json<User>", "#[json] user: &User"),
            ("Query(by): axum::extract::Query<Filter>", "#[queries] by: &Filter"),
            ("mut id: u64", "id: u64"),
            ("(a, b): (u64, u64)", "a: u64, b: u64"),
            ("_: u64", "value: u64"),
            ("Id(id): Id", "id: Id"),
        ] {
            let PatType { pat, ty, .. } = param(text);
            let param = RawParam { api_attrs: Vec::new(), attrs: Vec::new(), pat: *pat, ty: *ty };
            assert_eq!(without_pattern(&param), expected);
        }
    }
}
