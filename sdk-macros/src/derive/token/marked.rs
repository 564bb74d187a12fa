//! A field of a response, and what its attributes say about it.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{DeriveInput, Field, Member, Type};

use super::{
    line,
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

/// A field with a role.
#[derive(Clone)]
pub(super) struct Part {
    pub(super) member: Member,
    pub(super) ty: Type,
    /// Its name in JSON.
    pub(super) wire: String,
}

/// A field, and what its attributes say.
pub(super) struct Marked<'a> {
    pub(super) field: &'a Field,
    pub(super) index: usize,
    pub(super) member: Member,
    pub(super) wire: Wire,
    /// Whether an attribute is there, even one with a mistake.
    pub(super) is_marked: bool,
    pub(super) roles: Vec<(Arg, Role)>,
    pub(super) unit: Option<Unit>,
    pub(super) clock: Option<Clock>,
}

impl Marked<'_> {
    pub(super) fn name(&self) -> String {
        line::name(self.field, self.index)
    }

    pub(super) fn part(&self) -> Part {
        Part { member: self.member.clone(), ty: self.field.ty.clone(), wire: self.wire.name.clone() }
    }

    /// Returns the user's line with a role.
    pub(super) fn line(&self, role: &str) -> String {
        format!("`{}`", line::with(&format!("#[token({role})]"), self.field))
    }

    pub(super) fn has(&self, role: Role) -> bool {
        self.roles.iter().any(|(_, it)| *it == role)
    }

    /// Returns the token that names it.
    pub(super) fn at(&self) -> TokenStream {
        let name = self.field.ident.as_ref();
        name.map_or_else(|| self.field.ty.to_token_stream(), ToTokens::to_token_stream)
    }
}

/// Reads the attributes of a field. Reports each mistake in them.
pub(super) fn marked<'a>(
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
        None => "known: `#[token(access)]`, `refresh`, `expires_in`, `expires_at`, `scope`, `subject`, \
             `api_origin`, `ok`, `message`, `nested`, and `#[token(ignore)]` for a field without a role"
            .to_owned(),
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
        "origin" | "instanceurl" | "instance" | "base" | "baseurl" | "apiurl" | "host" | "server" => {
            Some("api_origin")
        }
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
        diagnostics.report(marked.at(), message, help);
    }
}
