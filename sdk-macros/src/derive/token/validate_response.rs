//! The validation of a struct that derives `TokenResponse`.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Data, DeriveInput, Field, Member, Type};

use super::{
    line,
    options::{self, Elsewhere, Options},
    roles::{Clock, Role, Unit, folded, is_expiry_of_unknown_unit},
    types, unit,
    wire::{Direction, Wire},
};
use crate::{
    args::Arg,
    derive::attribute::{args, foreign, misspelt},
    diagnostics::{Diagnostics, Reported},
    did_you_mean::nearest,
};

/// A response with tokens.
pub(crate) struct TokenStruct {
    pub(super) options: Options,
    pub(super) access: Access,
    pub(super) refresh: Option<Part>,
    pub(super) expires_in: Option<(Part, Unit)>,
    pub(super) expires_at: Option<(Part, Clock)>,
    pub(super) scope: Option<Part>,
    pub(super) subject: Option<Part>,
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

/// A field with a role.
#[derive(Clone)]
pub(super) struct Part {
    pub(super) member: Member,
    pub(super) ty: Type,
    /// Its name in JSON.
    pub(super) wire: String,
}

/// A field, and what its attributes say.
struct Marked<'a> {
    field: &'a Field,
    index: usize,
    member: Member,
    wire: Wire,
    /// Whether an attribute is there, even one with a mistake.
    is_marked: bool,
    roles: Vec<(Arg, Role)>,
    unit: Option<Unit>,
    clock: Option<Clock>,
}

impl Marked<'_> {
    fn name(&self) -> String {
        line::name(self.field, self.index)
    }

    fn part(&self) -> Part {
        Part { member: self.member.clone(), ty: self.field.ty.clone(), wire: self.wire.name.clone() }
    }

    /// Returns the user's line with a role.
    fn line(&self, role: &str) -> String {
        format!("`{}`", line::with(&format!("#[token({role})]"), self.field))
    }

    fn has(&self, role: Role) -> bool {
        self.roles.iter().any(|(_, it)| *it == role)
    }
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
    let [nested, access, refresh, expires_in, expires_at, scope, subject, ok, message] = [
        Role::Nested,
        Role::Access,
        Role::Refresh,
        Role::ExpiresIn,
        Role::ExpiresAt,
        Role::Scope,
        Role::Subject,
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

/// Reads the attributes of a field. Reports each mistake in them.
fn marked<'a>(
    input: &DeriveInput,
    index: usize,
    field: &'a Field,
    member: Member,
    diagnostics: &Diagnostics,
) -> Marked<'a> {
    let is_role = |args: &[Arg]| args.iter().any(|arg| arg.key().and_then(Role::named).is_some());
    if let Some(attr) = misspelt(&field.attrs, "token", is_role) {
        foreign(attr, "token", diagnostics);
    }
    let wire = Wire::of(field, &member, &input.attrs, Direction::Deserialize);
    let (is_marked, roles) = (false, Vec::new());
    let mut marked = Marked { field, index, member, wire, is_marked, roles, unit: None, clock: None };
    for attr in field.attrs.iter().filter(|attr| attr.path().is_ident("token")) {
        marked.is_marked = true;
        let args = args(attr).unwrap_or_default();
        if args.is_empty() {
            let role = likely(&marked);
            let help = format!("write {}", marked.line(role));
            diagnostics.report(attr, "`#[token]` names no role", help);
        }
        for arg in args {
            if let Ok(role) = role(&arg, &mut marked, diagnostics) {
                marked.roles.push((arg, role));
            }
        }
    }
    two_roles(&marked, diagnostics);
    two_names(&marked, diagnostics);
    if marked.wire.skipped
        && let Some((arg, role)) = marked.roles.iter().find(|(_, role)| *role != Role::Ignore)
    {
        let message =
            format!("`{}` is not read from the response, and cannot be {}", marked.name(), role.what());
        let help = format!("write {} without `#[serde(skip)]`", marked.line(role.name()));
        diagnostics.report(arg, message, help);
    }
    marked
}

/// Returns the role that a field without one most likely has.
fn likely(marked: &Marked<'_>) -> &'static str {
    match Role::guessed(&marked.wire.name) {
        Some(role) => role.name(),
        None if is_expiry_of_unknown_unit(&marked.wire.name) && types::is_text(&marked.field.ty) => {
            "expires_at"
        }
        None if is_expiry_of_unknown_unit(&marked.wire.name) => "expires_in = seconds",
        None => "access",
    }
}

/// Parses one argument on a field.
fn role(arg: &Arg, marked: &mut Marked<'_>, diagnostics: &Diagnostics) -> Result<Role, Reported> {
    let named = arg.key().and_then(|key| Some((key, Role::named(key)?)));
    match (arg, named) {
        (Arg::Flag(_), Some((_, role))) => Ok(role),
        (Arg::Assign { value, .. }, Some((key, Role::ExpiresIn))) => {
            marked.unit = Some(unit::lifetime(value, key, marked.field, diagnostics)?);
            Ok(Role::ExpiresIn)
        }
        (Arg::Assign { value, .. }, Some((key, Role::ExpiresAt))) => {
            marked.clock = Some(unit::clock(value, key, marked.field, diagnostics)?);
            Ok(Role::ExpiresAt)
        }
        (Arg::List { items, .. }, Some((key, Role::ExpiresIn | Role::ExpiresAt))) => {
            let unit = items.first().map_or_else(String::new, |item| line::shown(item).replace('"', ""));
            let help = format!("write {}", marked.line(&format!("{key} = {unit}")));
            Err(diagnostics.report(arg, "the unit stands behind an equals sign", help))
        }
        (Arg::List { items, .. }, Some((key, Role::Access | Role::Refresh))) if in_the_head(items) => {
            let message = "a token in a header or a cookie is no field of the body";
            let help = format!(
                "write `#[token({})]` on the struct, and remove the field `{}`",
                line::shown(arg),
                marked.name()
            );
            Err(diagnostics.report(key, message, help))
        }
        (_, Some((key, role))) => {
            let help = format!("write {}", marked.line(role.name()));
            Err(diagnostics.report(arg, format!("`{key}` has no value"), help))
        }
        (_, None) => Err(unknown(arg, marked, diagnostics)),
    }
}

fn in_the_head(items: &[Arg]) -> bool {
    items.iter().any(|item| item.key().is_some_and(|key| key == "header" || key == "cookie"))
}

fn unknown(arg: &Arg, marked: &Marked<'_>, diagnostics: &Diagnostics) -> Reported {
    let text = line::shown(arg);
    let on_the_struct = ["at", "cookies", "crate"];
    if let Some(key) = arg.key().filter(|key| on_the_struct.iter().any(|it| key == it)) {
        let help = format!("write it there: `#[token({text})]`");
        return diagnostics.report(arg, format!("`{key}` belongs on the struct"), help);
    }
    if let Some(key) = arg.key().filter(|key| *key == "header" || *key == "cookie") {
        let message = format!("a token in a {key} is no field of the body");
        let token = if marked.has(Role::Refresh) || Role::guessed(&marked.wire.name) == Some(Role::Refresh) {
            "refresh"
        } else {
            "access"
        };
        let help = format!(
            "write `#[token({token}({text}))]` on the struct, and remove the field `{}`",
            marked.name()
        );
        return diagnostics.report(arg, message, help);
    }
    if let Some(key) = arg.key().filter(|key| *key == "value" || *key == "default") {
        let help = format!(
            "a response is read by serde: write `#[serde(default)] {}`",
            line::declared(marked.field)
        );
        return diagnostics.report(arg, format!("`{key}` is an option of `TokenRequest`"), help);
    }
    if let Some(key) = arg.key().filter(|key| *key == "rename" || *key == "alias") {
        let help = format!("write `#[serde({text})] {}`", line::declared(marked.field));
        return diagnostics.report(arg, format!("`{key}` is an option of serde"), help);
    }
    let name = arg.key().map_or_else(|| text.trim_matches('"').to_owned(), Ident::to_string);
    let meant = synonym(&name).or_else(|| nearest(&name, Role::ALL.map(Role::name)));
    let help = match meant {
        Some(role) => format!("did you mean `{role}`? write {}", marked.line(role)),
        None => format!(
            "known: `#[token(access)]`, `refresh`, `expires_in`, `expires_at`, `scope`, `subject`, `ok`, \
             `message`, `nested`, and `#[token(ignore)]` for a field without a role"
        ),
    };
    diagnostics.report(arg, format!("unknown role `{text}` of a field"), help)
}

/// Returns the role that other frameworks call `name`.
fn synonym(name: &str) -> Option<&'static str> {
    match folded(name).as_str() {
        "accesstoken" | "token" | "jwt" | "bearer" => Some("access"),
        "refreshtoken" => Some("refresh"),
        "scopes" => Some("scope"),
        "sub" | "user" | "userid" | "identity" => Some("subject"),
        "success" => Some("ok"),
        "error" | "reason" => Some("message"),
        "flatten" | "inner" | "inside" | "data" => Some("nested"),
        "skip" | "none" => Some("ignore"),
        _ => None,
    }
}

fn two_roles(marked: &Marked<'_>, diagnostics: &Diagnostics) {
    let Some(((_, first), more)) = marked.roles.split_first() else { return };
    for (arg, role) in more {
        let line = marked.line(first.name());
        // Some servers have one token for both.
        let is_pair = matches!((first, role), (Role::Access, Role::Refresh) | (Role::Refresh, Role::Access));
        if first == role {
            let message = format!("the role `{}` is given twice", role.name());
            diagnostics.report(arg, message, format!("write {line}"));
        } else if !is_pair {
            let roles = format!("`{}` and `{}`", first.name(), role.name());
            let message = format!("two roles on the field `{}`: {roles}", marked.name());
            diagnostics.report(arg, message, format!("keep one: {line}"));
        }
    }
}

/// Reports a field whose name in Rust and name in JSON have different roles.
fn two_names(marked: &Marked<'_>, diagnostics: &Diagnostics) {
    let (name, wire) = (marked.name(), &marked.wire.name);
    let (Some(role), Some(other)) = (Role::guessed(wire), Role::guessed(&name)) else { return };
    if role != other && !marked.is_marked && !marked.wire.skipped {
        let message = format!("the field `{name}` is `{wire}` in JSON, which is {}", role.what());
        let help = format!("say which it is: {} or {}", marked.line(role.name()), marked.line(other.name()));
        diagnostics.report(at(marked), message, help);
    }
}

/// Returns the field with a role: the one that is marked, or the one that is found by its name.
fn found<'a, 'b>(role: Role, fields: &'a [Marked<'b>], diagnostics: &Diagnostics) -> Option<&'a Marked<'b>> {
    let mut marked = fields.iter().filter(|field| field.has(role));
    if let Some(first) = marked.next() {
        for second in marked {
            let message =
                format!("two fields are {}: `{}` and `{}`", role.what(), first.name(), second.name());
            let help = format!("keep one: {}", first.line(role.name()));
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
        diagnostics.report(at(second), message, help);
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

fn at(field: &Marked<'_>) -> proc_macro2::TokenStream {
    field.field.ident.as_ref().map_or_else(|| field.field.ty.to_token_stream(), ToTokens::to_token_stream)
}

fn role_in(field: &Marked<'_>, role: Role) -> proc_macro2::TokenStream {
    let given = field.roles.iter().find(|(_, it)| *it == role);
    given.map_or_else(|| at(field), |(arg, _)| arg.to_token_stream())
}

fn role_of(field: &Marked<'_>) -> proc_macro2::TokenStream {
    field.roles.first().map_or_else(|| at(field), |(arg, _)| arg.to_token_stream())
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
        diagnostics.report(at(field), message, help);
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
