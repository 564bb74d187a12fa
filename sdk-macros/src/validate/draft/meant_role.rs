//! The role that a parameter without one was probably meant to have, by its type and its name.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Pat, PatTupleStruct, Type, ext::IdentExt};

use crate::validate::value_type::{Shape, in_query, last_name, shape};
use crate::{
    parse::{ApiAttr, RawMethod, RawParam},
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

/// What a parameter without a role was probably meant to be.
pub(crate) struct Meant {
    pub(crate) help: String,
    /// Whether its type fits other roles, too.
    pub(crate) fits_others: bool,
}

/// The names of parameters that limit a call.
const LIMITS: &[&str] = &["timeout", "deadline", "time_limit", "max_time", "timeout_after"];

/// Returns the help for a parameter without a role: ``write `#[query] page: u32` ``.
pub(crate) fn meant(param: &RawParam, name: &Ident, has_body: bool) -> Meant {
    let ty = &param.ty;
    let only = |help: String| Meant { help, fits_others: false };
    if last_name(ty).as_deref() == Some("CancellationToken") {
        return only(format!(
            "remove the parameter, and cancel the call where it is made: `.cancel_on(&{name})`"
        ));
    }
    let text = with_role(param, name, has_body);
    match shape(ty) {
        Shape::Other { .. } if LIMITS.iter().any(|limit| name == limit) => only(format!(
            "remove the parameter, and limit the call where it is made: `.timeout({name})`; or write `{text}`"
        )),
        Shape::Nothing => only("remove the parameter: `()` has no value to send".to_owned()),
        Shape::Other { why, .. } if text.contains("#[query]") && !why.is_empty() => {
            only(format!("write `{text}`, {why}"))
        }
        Shape::Parts(_) if text.contains("#[query]") => only(format!("write `{text}`")),
        Shape::Role(_) | Shape::Other { .. } => only(format!("write `{text}`")),
        Shape::Value | Shape::Entries | Shape::Parts(_) => {
            let is_plain = is_scalar(ty) && !is_list(ty) && of_session(param).next().is_none();
            Meant { help: format!("write `{text}`"), fits_others: is_plain }
        }
    }
}

/// Returns the parameter with the role that it was probably meant to have: `#[query] page: u32`.
pub(crate) fn with_role(param: &RawParam, name: &Ident, has_body: bool) -> String {
    let ty = &param.ty;
    let others = param.attrs.iter().map(shown).chain(of_session(param).map(shown));
    let others: String = others.map(|attr| attr + " ").collect();
    if let Some((role, inner)) = extracted(ty) {
        return others + &role_and_type(role, name, inner);
    }
    let is_of_session = of_session(param).next().is_some();
    let role = match (shape(ty), last_name(ty).as_deref()) {
        (Shape::Role(role), _) => role,
        (_, Some("File")) if has_body => return format!("{others}#[body] {name}: Body"),
        (_, Some(body)) if has_body && body != "Part" && (BODIES.contains(&body) || is_bytes(ty)) => "body",
        (_, Some("Part")) if has_body => "part",
        (Shape::Other { .. }, _) => return others + &in_query("#[query]", name, ty),
        (Shape::Entries | Shape::Parts(_), _) if !has_body => {
            return others + &in_query("#[query]", name, ty);
        }
        _ if is_scalar(ty) => "query",
        _ if has_body => "json",
        (_, Some(ty))
            if !is_of_session
                && SEARCHES.iter().any(|end| ends_with(ty, end) || ends_with(&name.to_string(), end)) =>
        {
            "queries"
        }
        _ => "query",
    };
    format!("{others}#[{role}] {name}: {}", shown(ty))
}

/// Returns the attributes that give no role.
fn of_session(param: &RawParam) -> impl Iterator<Item = &ApiAttr> {
    param.api_attrs.iter().filter(|attr| attr.name == "from_session")
}

/// Returns the parameter as the body.
pub(crate) fn as_body(param: &RawParam, name: &Ident) -> String {
    let text = with_role(param, name, true);
    let is_body =
        ["json", "form", "body", "part", "parts"].iter().any(|role| text.contains(&format!("#[{role}]")));
    match (is_body, is_text(&param.ty)) {
        (true, _) => text,
        (false, true) => format!("#[body] {name}: {}", shown(&param.ty)),
        (false, false) => format!("#[json] {name}: {}", shown(&param.ty)),
    }
}

fn is_text(ty: &Type) -> bool {
    matches!(last_name(ty).as_deref(), Some("str" | "String"))
}

/// Returns the parameters that a pattern was meant to be, such as `id: u64` for `Path(id): Path<u64>` of a
/// server's framework.
pub(crate) fn without_pattern(param: &RawParam, placeholder: Option<&str>) -> String {
    let ty = &param.ty;
    let roles: String = param.api_attrs.iter().map(|attr| shown(attr) + " ").collect();
    // A name of its own for each part needs a role without a name.
    let is_split = param.api_attrs.iter().all(|attr| {
        ["query", "header", "part", "path"].iter().any(|role| attr.name == role) && attr.list().is_empty()
    });
    let usual = || placeholder.unwrap_or("value");
    match &param.pat {
        Pat::Ident(pat) => format!("{roles}{}: {}", pat.ident, shown(ty)),
        Pat::TupleStruct(PatTupleStruct { elems, .. }) => {
            let names: Vec<Ident> = elems.iter().flat_map(names).collect();
            match (extracted(ty), names.as_slice()) {
                (Some((role, inner)), [name]) => role_and_type(role, name, inner),
                (Some(("path", Type::Tuple(tuple))), names) if names.len() == tuple.elems.len() => {
                    let each = names.iter().zip(&tuple.elems);
                    each.map(|(name, ty)| role_and_type("path", name, ty)).collect::<Vec<_>>().join(", ")
                }
                (_, names) => {
                    let name = names.first().map_or_else(|| usual().to_owned(), Ident::to_string);
                    format!("{roles}{name}: {}", shown(ty))
                }
            }
        }
        pat @ Pat::Tuple(_) => match (names(pat).as_slice(), span::strip_groups(ty)) {
            (names, Type::Tuple(tuple)) if names.len() == tuple.elems.len() && is_split => {
                let each = names.iter().zip(&tuple.elems);
                let each = each.map(|(name, ty)| format!("{roles}{name}: {}", shown(ty)));
                each.collect::<Vec<_>>().join(", ")
            }
            _ => format!("{roles}value: {}", shown(ty)),
        },
        _ => format!("{roles}{}: {}", usual(), shown(ty)),
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
pub(crate) fn extracted(ty: &Type) -> Option<(&'static str, &Type)> {
    const EXTRACTORS: [(&str, &str); 6] = [
        ("Path", "path"),
        ("Query", "queries"),
        ("Json", "json"),
        ("Form", "form"),
        ("TypedHeader", "header"),
        ("Request", "json"),
    ];
    let found =
        EXTRACTORS.into_iter().find_map(|(name, role)| Some((role, *arguments_of(ty, name)?.first()?)));
    // One value has no fields to send.
    found.map(|(role, inner)| (if role == "queries" && is_scalar(inner) { "query" } else { role }, inner))
}

/// Returns whether the parameter has no role but an extractor as its type: a mistake, for which the type
/// gives the role. The value of a placeholder has one.
pub(crate) fn is_meant_as_an_extractor(method: &RawMethod, param: &RawParam) -> bool {
    let is_placed = |name: &Ident| {
        let placeholder = format!("{{{}}}", name.unraw());
        method.verbs().any(|verb| verb.syntax.to_token_stream().to_string().contains(&placeholder))
    };
    let is_endpoint = method.verbs().next().is_some();
    let is_for_the_path = extracted(&param.ty).is_some_and(|(role, _)| role == "path");
    is_endpoint
        && param.api_attrs.is_empty()
        && extracted(&param.ty).is_some()
        && (is_for_the_path || !param.name().is_some_and(is_placed))
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

/// Returns whether the type is one value of the standard library, or a list of them.
pub(crate) fn is_scalar(ty: &Type) -> bool {
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

/// Returns whether the type can be sent as a part without a format.
pub(crate) fn is_part_as_it_is(ty: &Type) -> bool {
    is_scalar(ty) || is_bytes(ty)
}

/// Returns whether the type is bytes, or a body of its own.
pub(crate) fn is_bytes(ty: &Type) -> bool {
    let is_u8 = |ty: &Type| last_name(ty).as_deref() == Some("u8");
    match span::strip_groups(ty) {
        Type::Reference(reference) => is_bytes(&reference.elem),
        Type::Slice(slice) => is_u8(&slice.elem),
        Type::Array(array) => is_u8(&array.elem),
        other => {
            last_name(other).is_some_and(|name| BODIES.contains(&name.as_str()) || name == "Part")
                || arguments_of(other, "Vec").is_some_and(|types| types.iter().all(|ty| is_u8(ty)))
        }
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

    fn raw(text: &str) -> RawParam {
        let PatType { pat, ty, .. } = param(text);
        RawParam { api_attrs: Vec::new(), attrs: Vec::new(), pat: *pat, ty: *ty }
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
            ("after: Duration", false, "#[query] after: u64"),
            ("after: Option<Duration>", true, "#[query] after: Option<u64>"),
            ("delays: &[std::time::Duration]", false, "#[query] delays: &[u64]"),
            ("since: SystemTime", false, "#[query] since: u64"),
            ("at: (f64, f64)", false, "#[query] at_1: f64, #[query] at_2: f64"),
            ("at: Option<(f64, Duration)>", false, "#[query] at_1: f64, #[query] at_2: u64"),
            ("at: (f64, f64)", true, "#[json] at: (f64, f64)"),
            ("ids: Range<u64>", false, "#[query] ids_from: u64, #[query] ids_to: u64"),
            ("by: &HashMap<String, String>", false, "#[queries] by: &HashMap<String, String>"),
            ("by: &[(&str, &str)]", false, "#[queries] by: &[(&str, &str)]"),
            ("ids: Vec<Vec<u64>>", false, "#[query] ids: &[u64]"),
            ("ids: &[(u8, u8, u8)]", false, "#[query] ids: &[String]"),
            ("more: HeaderMap", true, "#[headers] more: HeaderMap"),
            ("tag: HeaderValue", false, "#[header] tag: HeaderValue"),
            ("image: Bytes", false, "#[query] image: &str"),
            ("image: File", true, "#[body] image: Body"),
        ] {
            let param = raw(text);
            assert_eq!(with_role(&param, param.name().unwrap(), has_body), expected);
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
            assert_eq!(without_pattern(&param, None), expected);
        }
    }
}
