//! The endpoints of the session.

use syn::{Type, ext::IdentExt};

use crate::{
    diagnostics::{Diagnostics, Reported},
    model::{Auth, Role, SessionRole, Timeout},
    parse::RawMethod,
    returns::arguments_of,
    span,
    validate::{
        draft::{Draft, ParsedParam},
        option::Given,
        wording::{camel_case, shown},
    },
};

/// The session supplies no path argument.
pub(super) fn supplies_no_path_argument(draft: &Draft<'_>, diagnostics: &Diagnostics) {
    let Ok(SessionRole::Start | SessionRole::End) = draft.session else { return };
    for param in &draft.params {
        if let (Some(attr), Ok(Role::Path { .. })) = (param.from_session, &param.role) {
            diagnostics.report(
                attr,
                "`#[from_session]` cannot supply a path argument",
                format!(
                    "remove it, or send the value in the body or a header: `#[json] #[from_session] {}`",
                    param.name
                ),
            );
        }
    }
}

/// The address is below the client's URL, because a session endpoint sends passwords and refresh tokens.
pub(super) fn has_its_own_address(draft: &Draft<'_>, diagnostics: &Diagnostics) {
    let Ok(SessionRole::Start | SessionRole::Refresh { .. } | SessionRole::End) = draft.session else {
        return;
    };
    for param in &draft.params {
        if let (Ok(Role::Url), Some(attr)) = (&param.role, param.attr) {
            diagnostics.report(
                attr,
                "the address of a session endpoint cannot be an argument",
                "remove it, and write its path below the client's URL, such as `#[post(\"/auth/login\")]`",
            );
        }
    }
}

/// What the session supplies is of a type that implements `TokenRequest`, as only the user's types can.
pub(super) fn supplies_own_types(draft: &Draft<'_>, diagnostics: &Diagnostics) {
    let is_refresh = match draft.session {
        Ok(SessionRole::Refresh { .. }) => true,
        Ok(SessionRole::Start | SessionRole::End) => false,
        _ => return,
    };
    let supplied: Vec<&ParsedParam<'_>> =
        draft.params.iter().filter(|param| is_refresh || param.from_session.is_some()).collect();
    let own = supplied.iter().find(|param| foreign(&param.raw.ty).is_none());
    for param in &supplied {
        let (Ok(role), Some(owned)) = (&param.role, foreign(&param.raw.ty)) else { continue };
        // A sign-out has no path argument of the session's at all.
        if let (Role::Path { .. }, false) = (role, is_refresh) {
            continue;
        }
        let (name, ty) = (param.ident, &param.raw.ty);
        let inside =
            ["Option", "Vec", "Box", "Rc", "Arc"].iter().find_map(|name| arguments_of(bare(ty), name));
        let inside = inside.and_then(|inside| inside.first().copied());
        let session = if is_refresh { "" } else { "#[from_session] " };
        let help = match (own, role) {
            _ if inside.is_some_and(|inside| foreign(inside).is_none()) => {
                format!(
                    "write `{name}: {}`, which implements `TokenRequest` itself",
                    inside.map_or_else(String::new, shown)
                )
            }
            (Some(_), Role::Header(header)) if header == "authorization" => format!(
                "write `{session}#[header(\"authorization\")] {name}: sdk_runtime::oauth::BasicAuth`, \
                 which is made of the `ClientCredentials` that `.provide(…)` gives to the client"
            ),
            (Some(_), Role::Header(header)) => {
                let ty = camel_case(&draft.raw.sig.ident.unraw().to_string()) + "Headers";
                format!(
                    "write `{session}#[headers] {name}: {ty}`, and the type `#[derive(serde::Serialize, \
                     sdk_runtime::TokenRequest)] pub struct {ty} {{ #[serde(rename = {header:?})] \
                     #[token(provided)] {name}: String }}`; `.provide(…)` gives the value to the client"
                )
            }
            (Some(own), _) => format!(
                "put it into `{}`, which implements `TokenRequest`: a field `{name}: {owned}`",
                shown(bare(&own.raw.ty))
            ),
            (None, Role::Header(header)) if header == "authorization" => {
                format!("write `#[header(\"authorization\")] {name}: sdk_runtime::session::RefreshBearer`")
            }
            (None, role) => {
                own_request(&draft.raw.sig.ident.unraw().to_string(), param, role, &owned, &draft.session)
            }
        };
        diagnostics.report(ty, format!("`{}` cannot come from the session", shown(ty)), help);
    }
}

/// Returns the help with a type of the user's own for a value that the session supplies.
fn own_request(
    method: &str,
    param: &ParsedParam<'_>,
    role: &Role,
    owned: &str,
    session: &Result<SessionRole, Reported>,
) -> String {
    const USUAL: [&str; 6] =
        ["refresh_token", "refresh", "access_token", "access", "client_id", "client_secret"];
    let name = &param.name;
    let field = match session {
        _ if USUAL.contains(&name.as_str()) => "",
        // There are no tokens before a sign-in.
        Ok(SessionRole::Start) => "#[token(provided)] ",
        _ => "#[token(refresh)] ",
    };
    let attribute = match role {
        Role::Json(_) => "json",
        Role::Form(_) => "form",
        Role::Query { .. } | Role::Queries(_) => "queries",
        Role::Header(_) | Role::Headers => "headers",
        _ => "",
    };
    if owned != "String" || attribute.is_empty() {
        return format!(
            "put it into a type of yours that implements `TokenRequest`: `struct RefreshRequest {{ {name}: \
             {owned} }}`"
        );
    }
    let session = if matches!(session, Ok(SessionRole::Refresh { .. })) { "" } else { "#[from_session] " };
    let ty = camel_case(method) + "Fields";
    let sent = match role {
        Role::Query { name: sent, .. } | Role::Header(sent) if sent != name => {
            format!("#[serde(rename = {sent:?})] ")
        }
        _ => String::new(),
    };
    format!(
        "write `{session}#[{attribute}] {name}: {ty}`, and the type `#[derive(serde::Serialize, \
         sdk_runtime::TokenRequest)] pub struct {ty} {{ {sent}{field}{name}: String }}`"
    )
}

/// Returns the type that owns the same value, if the type is one of the standard library or of the runtime.
/// No type of theirs implements `TokenRequest`, nor can it.
fn foreign(ty: &Type) -> Option<String> {
    const NAMES: [&str; 29] = [
        "String",
        "bool",
        "char",
        "u8",
        "u16",
        "u32",
        "u64",
        "u128",
        "usize",
        "i8",
        "i16",
        "i32",
        "i64",
        "i128",
        "isize",
        "f32",
        "f64",
        "Vec",
        "Option",
        "Box",
        "Rc",
        "Arc",
        "Cow",
        "HashMap",
        "BTreeMap",
        "HashSet",
        "Bytes",
        "Duration",
        "SystemTime",
    ];
    match bare(ty) {
        Type::Slice(slice) => {
            Some(format!("Vec<{}>", foreign(&slice.elem).unwrap_or_else(|| shown(&slice.elem))))
        }
        Type::Array(array) => Some(shown(array)),
        Type::Tuple(tuple) => {
            let parts = tuple.elems.iter().map(|ty| foreign(ty).unwrap_or_else(|| shown(bare(ty))));
            Some(format!("({})", parts.collect::<Vec<_>>().join(", ")))
        }
        Type::TraitObject(_) => Some("String".to_owned()),
        Type::Path(path) if path.path.is_ident("str") => Some("String".to_owned()),
        Type::Path(path) => {
            let last = path.path.segments.last()?;
            // The session builds the argument from it.
            if last.ident == "Grant" {
                return Some("String".to_owned());
            }
            let is_short = path.path.segments.len() == 1;
            let is_std = path.path.segments.first().is_some_and(|first| first.ident == "std");
            let inner = ["Option", "Vec"]
                .iter()
                .find_map(|name| Some((name, *arguments_of(bare(ty), name)?.first()?)));
            let shown = match inner {
                Some((name, inner)) => {
                    format!("{name}<{}>", foreign(inner).unwrap_or_else(|| shown(bare(inner))))
                }
                None => shown(bare(ty)),
            };
            let is_known = NAMES.iter().any(|name| last.ident == name);
            (is_known && (is_short || is_std)).then_some(shown)
        }
        _ => None,
    }
}

/// Returns the type without references.
fn bare(ty: &Type) -> &Type {
    match span::strip_groups(ty) {
        Type::Reference(reference) => bare(&reference.elem),
        other => other,
    }
}

/// Signing in and refreshing are sent without an access token, because some servers reject a request with an
/// old one.
pub(super) fn is_never_signed(draft: &Draft<'_>, diagnostics: &Diagnostics) {
    let Some((verb, session)) = draft.verb_and_session() else { return };
    let name = match session {
        SessionRole::Start => "start",
        SessionRole::Refresh { .. } => "refresh",
        SessionRole::None | SessionRole::End => return,
    };
    if let Some(Given { arg, value: rule }) = &verb.options.auth {
        let what = match rule.auth {
            Auth::Cookies => format!("`#[session({name})]` is sent with the cookies of its login anyway"),
            _ => format!("`auth` has no effect on `#[session({name})]`, which is never signed"),
        };
        diagnostics.report(arg, what, format!("remove `{}`", shown(arg)));
    }
}

/// A sign-out is signed with the login as it is.
pub(super) fn refreshes_nothing(draft: &Draft<'_>, diagnostics: &Diagnostics) {
    let Some((verb, SessionRole::End)) = draft.verb_and_session() else { return };
    if let Some(Given { arg, value: rule }) = &verb.options.auth
        && rule.no_refresh
    {
        let what = "`no_refresh` has no effect on `#[session(end)]`, which refreshes nothing";
        let auth = if rule.auth == Auth::Optional { "optional" } else { "required" };
        diagnostics.report(arg, what, format!("write `auth = {auth}`"));
    }
}

/// A refresh has a time limit, because calls wait for it.
pub(super) fn refresh_is_limited(draft: &Draft<'_>, diagnostics: &Diagnostics) {
    let Some((verb, session)) = draft.verb_and_session() else { return };
    if let (SessionRole::Refresh { .. }, Some(Given { arg, value: Timeout::Never })) =
        (session, &verb.options.timeout)
    {
        diagnostics.report(
            arg,
            "a refresh needs a time limit, because every call may be waiting for it",
            "write `timeout = 20s`, or remove `timeout = none`",
        );
    }
}

/// A session has one refresh endpoint.
pub(super) fn has_one_refresh(methods: &[RawMethod], diagnostics: &Diagnostics) {
    for second in methods.iter().filter(|method| method.is_refresh()).skip(1) {
        let Some(attr) = second.api_attr("session") else { continue };
        diagnostics.report(
            attr,
            "a second `#[session(refresh)]`",
            "remove it: a session has one way to refresh",
        );
    }
}
