//! The validation of a struct that derives `TokenResponse`.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Data, DeriveInput};

use super::{
    line,
    marked::{Marked, Part, marked},
    options::{self, Elsewhere, Options},
    roles::{Clock, Role, Unit, folded, is_expiry_of_unknown_unit},
    types,
};
use crate::diagnostics::{Diagnostics, Reported};

/// A response with tokens.
pub(crate) struct TokenStruct {
    pub(super) options: Options,
    pub(super) access: Access,
    pub(super) refresh: Option<Part>,
    pub(super) expires_in: Option<(Part, Unit)>,
    pub(super) expires_at: Option<(Part, Clock)>,
    pub(super) scope: Option<Part>,
    pub(super) subject: Option<Part>,
    pub(super) api_origin: Option<Part>,
    pub(super) ok: Option<Part>,
    pub(super) message: Option<Part>,
    /// Whether the body is not read.
    pub(super) is_empty: bool,
}

/// Where the access token is.
pub(super) enum Access {
    Field(Part),
    /// In a field that has tokens of its own.
    Nested(Part),
    Header,
    Cookie,
    /// In the jar.
    Jar,
}

pub(crate) fn of(input: &DeriveInput, diagnostics: &Diagnostics) -> Result<TokenStruct, Reported> {
    let Data::Struct(data) = &input.data else { return Err(no_struct(input, diagnostics)) };
    let start = diagnostics.checkpoint();
    let options = options::of(input, diagnostics);
    let fields: Vec<Marked<'_>> = data
        .fields
        .iter()
        .zip(data.fields.members())
        .enumerate()
        .map(|(index, (field, member))| marked(input, index, field, member, diagnostics))
        .collect();
    let find = |role| found(role, &fields, diagnostics);
    let [nested, access, refresh, expires_in, expires_at, scope, subject, api_origin, ok, message] = [
        Role::Nested,
        Role::Access,
        Role::Refresh,
        Role::ExpiresIn,
        Role::ExpiresAt,
        Role::Scope,
        Role::Subject,
        Role::ApiOrigin,
        Role::Ok,
        Role::Message,
    ]
    .map(find);
    if expires_in.is_none() && expires_at.is_none() {
        ask_for_the_unit(&fields, diagnostics);
    }
    twice(&options, [access, refresh, nested, ok, message], diagnostics);
    if let Some(message) = message.filter(|_| ok.is_none() && options.ok.is_none()) {
        let help = "write the flag too, on its field: `#[token(ok)] success: bool`";
        diagnostics.report(role_of(message), "a message of a refusal needs the flag of success", help);
    }
    // A mistake in an attribute may be the only one.
    diagnostics.clean_since(start)?;
    let source = match (&options.access, access, nested) {
        _ if options.cookies => Access::Jar,
        (Some(Elsewhere::Header(_)), ..) => Access::Header,
        (Some(Elsewhere::Cookie(_)), ..) => Access::Cookie,
        (None, Some(field), _) => Access::Field(field.part()),
        (None, None, Some(field)) => Access::Nested(field.part()),
        (None, None, None) => match only_field(input, &fields, diagnostics)? {
            Some(inner) => Access::Nested(inner),
            None => return Err(no_access(input, &fields, diagnostics)),
        },
    };
    let part = |field: Option<&Marked<'_>>| field.map(Marked::part);
    Ok(TokenStruct {
        access: source,
        refresh: part(refresh),
        expires_in: expires_in.map(|field| (field.part(), field.unit.unwrap_or(Unit::Seconds))),
        expires_at: expires_at.map(|field| (field.part(), field.clock.unwrap_or(Clock::ByType))),
        scope: part(scope),
        subject: part(subject),
        api_origin: part(api_origin),
        ok: part(ok),
        message: part(message),
        is_empty: fields.is_empty(),
        options,
    })
}

fn no_struct(input: &DeriveInput, diagnostics: &Diagnostics) -> Reported {
    let keyword = match &input.data {
        Data::Enum(data) => data.enum_token.to_token_stream(),
        Data::Union(data) => data.union_token.to_token_stream(),
        Data::Struct(data) => data.struct_token.to_token_stream(),
    };
    let help = format!(
        "write `struct {} {{ access_token: String }}`; for a refusal with a successful status add \
         `#[token(ok = \"success\", message = \"error\")]`",
        input.ident
    );
    diagnostics.report(keyword, "`TokenResponse` can only be derived for a struct", help)
}

/// Returns the field with a role: the one that is marked, or the one that is found by its name.
fn found<'a, 'b>(role: Role, fields: &'a [Marked<'b>], diagnostics: &Diagnostics) -> Option<&'a Marked<'b>> {
    let mut marked = fields.iter().filter(|field| field.has(role));
    if let Some(first) = marked.next() {
        for second in marked {
            let message =
                format!("two fields are {}: `{}` and `{}`", role.what(), first.name(), second.name());
            let help = format!("remove it: `{}` is {} already", first.name(), role.what());
            diagnostics.report(role_in(second, role), message, help);
        }
        return Some(first);
    }
    let mut candidates = fields.iter().filter(|field| guessed(field) == Some(role));
    let first = candidates.next()?;
    for second in candidates {
        let message =
            format!("two fields may be {}: `{}` and `{}`", role.what(), first.name(), second.name());
        let usual = [first, second].into_iter().max_by_key(|field| folded(&field.wire.name).len());
        let help = format!("mark the one that is: {}", usual.unwrap_or(first).line(role.name()));
        diagnostics.report(second.at(), message, help);
    }
    Some(first)
}

/// Returns the role of a field by its names.
fn guessed(field: &Marked<'_>) -> Option<Role> {
    if field.is_marked || field.wire.skipped || field.wire.flattened {
        return None;
    }
    let wire = Role::guessed(&field.wire.name);
    if wire.is_some() || folded(&field.wire.name) == "idtoken" || is_expiry_of_unknown_unit(&field.wire.name)
    {
        return wire;
    }
    let names = [field.name()].into_iter().chain(field.wire.aliases.iter().cloned());
    names.into_iter().find_map(|name| Role::guessed(&name))
}

fn role_in(field: &Marked<'_>, role: Role) -> TokenStream {
    let given = field.roles.iter().find(|(_, it)| *it == role);
    given.map_or_else(|| field.at(), |(arg, _)| arg.to_token_stream())
}

fn role_of(field: &Marked<'_>) -> TokenStream {
    field.roles.first().map_or_else(|| field.at(), |(arg, _)| arg.to_token_stream())
}

/// Reports each field that tells an expiry in an unknown unit.
fn ask_for_the_unit(fields: &[Marked<'_>], diagnostics: &Diagnostics) {
    for field in fields {
        let is_told = field.is_marked || field.wire.skipped || types::is(&field.field.ty, "bool");
        if is_told || !is_expiry_of_unknown_unit(&field.wire.name) {
            continue;
        }
        let is_ms = folded(&field.wire.name).contains("ms") || folded(&field.wire.name).contains("mill");
        let lines = if types::is_number(&field.field.ty) {
            let [first, second] = if is_ms { ["ms", "seconds"] } else { ["seconds", "ms"] };
            format!(
                "{} or `= {second}`, or {} for seconds since 1970",
                field.line(&format!("expires_in = {first}")),
                field.line("expires_at = unix"),
            )
        } else {
            format!(
                "{}, or {} for a number in quotes",
                field.line("expires_at = rfc3339"),
                field.line("expires_in = seconds"),
            )
        };
        let message = format!("the unit of `{}` is unknown", field.name());
        let help = format!("say it: {lines}; `#[token(ignore)]` if it is no expiry");
        diagnostics.report(field.at(), message, help);
    }
}

/// Reports what is said on the struct and on a field.
fn twice(options: &Options, fields: [Option<&Marked<'_>>; 5], diagnostics: &Diagnostics) {
    let [access, refresh, nested, ok, message] = fields;
    let is_marked = |field: &&Marked<'_>, role| field.has(role);
    let given = [
        (
            access.filter(|it| is_marked(it, Role::Access)),
            options.access.is_some() || options.cookies,
            Role::Access,
        ),
        (refresh.filter(|it| is_marked(it, Role::Refresh)), options.refresh.is_some(), Role::Refresh),
        (nested, options.access.is_some() || options.cookies, Role::Nested),
        (ok, options.ok.is_some(), Role::Ok),
        (message, options.message.is_some(), Role::Message),
    ];
    for (field, is_on_the_struct, role) in given {
        if let Some(field) = field.filter(|_| is_on_the_struct) {
            let message = format!("the struct says already where {} is", role.what());
            diagnostics.report(role_of(field), message, format!("write `{}`", line::declared(field.field)));
        }
    }
}

/// Returns the only field of a newtype, which has tokens of its own.
fn only_field(
    input: &DeriveInput,
    fields: &[Marked<'_>],
    diagnostics: &Diagnostics,
) -> Result<Option<Part>, Reported> {
    let [field] = fields else { return Ok(None) };
    if field.field.ident.is_some() || field.is_marked {
        return Ok(None);
    }
    if types::is_text(&field.field.ty) {
        let help = format!("write {}", line::newtype(input, "access", field.field));
        return Err(diagnostics.report(
            &field.field.ty,
            "a text alone does not tell which token it is",
            help,
        ));
    }
    Ok(Some(field.part()))
}

fn no_access(input: &DeriveInput, fields: &[Marked<'_>], diagnostics: &Diagnostics) -> Reported {
    let name = &input.ident;
    let free = || fields.iter().filter(|field| !field.is_marked && !field.wire.skipped);
    let is_other = |field: &&Marked<'_>| Role::guessed(&field.wire.name).is_none();
    let texts = || free().filter(|field| types::is_text(&field.field.ty)).filter(is_other);
    if let Some(field) = texts().find(|field| folded(&field.wire.name) == "idtoken") {
        let message = format!("`{name}` has no access token: an `id_token` is not taken for one");
        let help = format!("if this server takes it as one, write {}", field.line("access"));
        return diagnostics.report(name, message, help);
    }
    let called = texts().find(|field| {
        let name = folded(&field.wire.name);
        ["token", "jwt", "bearer", "access"].iter().any(|it| name.contains(it)) && !name.contains("type")
    });
    let flattened = free().find(|field| field.wire.flattened);
    let envelope = free().find(|field| {
        let name = folded(&field.wire.name);
        let is_envelope =
            ["data", "result", "tokens", "auth", "session", "payload", "response"].contains(&name.as_str());
        is_envelope && !types::is_text(&field.field.ty) && !types::is_number(&field.field.ty)
    });
    let message = format!("`{name}` has no access token");
    let help = match (called, flattened.or(envelope), texts().next()) {
        (Some(field), ..) => format!("mark the field: {}", field.line("access")),
        (None, Some(field), _) => {
            format!(
                "the type of the field has it: {}, and derive `TokenResponse` for it",
                field.line("nested")
            )
        }
        (None, None, Some(field)) => format!("mark the field: {}", field.line("access")),
        (None, None, None) => "add the field: `access_token: String`; or say where else it is: \
                               `#[token(access(header = \"x-access-token\"))]` or `#[token(cookies)]`"
            .to_owned(),
    };
    diagnostics.report(name, message, help)
}
