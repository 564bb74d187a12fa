//! The sources of a field of a request: the attribute that names one, and the mistakes in it.

use proc_macro2::{Ident, TokenStream};
use syn::{Expr, Field, Lit};

use super::{
    line,
    roles::{Role, folded},
    types,
    wire::{Wire, literal},
};
use crate::{
    args::Arg,
    diagnostics::{Diagnostics, Reported},
    did_you_mean::nearest,
};

pub(super) enum Source {
    Access,
    Refresh,
    /// The identifier of the program, which the client was given.
    ClientId,
    /// The secret of the program, which the client was given.
    ClientSecret,
    /// A value of the type of the field, which the client was given.
    Provided,
    /// A fixed text.
    Text(String),
    /// Another literal.
    Literal(TokenStream),
    /// A constant, or another expression.
    Expression(TokenStream),
    Default,
    /// The field is a request itself.
    Nested,
    /// That of `Default` of the whole struct.
    Rest,
}

impl Source {
    /// Returns the words for a text that the session has, and `None` for any other source.
    pub(super) fn text(&self) -> Option<&'static str> {
        match self {
            Self::Access => Some("access token"),
            Self::Refresh => Some("refresh token"),
            Self::ClientId => Some("client identifier"),
            Self::ClientSecret => Some("client secret"),
            _ => None,
        }
    }
}

/// Returns the source of a field that is called as the credentials of a program are.
pub(super) fn of_client(names: &[&str]) -> Option<Source> {
    names.iter().find_map(|name| match folded(name).as_str() {
        "clientid" => Some(Source::ClientId),
        "clientsecret" => Some(Source::ClientSecret),
        _ => None,
    })
}

pub(super) const KNOWN: [&str; 8] =
    ["refresh", "access", "client_id", "client_secret", "provided", "value", "default", "nested"];

/// The sources of a field, for a help.
pub(super) const SOURCES: &str = "`#[token(refresh)]`, `#[token(access)]`, `#[token(client_id)]`, \
                       `#[token(client_secret)]`, `#[token(provided)]`, `#[token(value = \"…\")]`, \
                       `#[token(default)]` and `#[token(nested)]`";

/// The grant type of a refresh (RFC 6749, 6).
pub(super) const GRANT: &str = "refresh_token";

pub(super) fn is_known(name: &Ident) -> bool {
    KNOWN.iter().any(|known| name == known)
}

/// Reports an option that only a response has.
pub(super) fn of_a_response(arg: &Arg, key: &Ident, diagnostics: &Diagnostics) -> Option<Reported> {
    let is_option = key == "at" || key == "cookies" || Role::named(key).is_some();
    is_option.then(|| {
        let help = format!("a request has {SOURCES}");
        diagnostics.report(arg, format!("`{key}` is an option of `TokenResponse`"), help)
    })
}

/// Returns the user's line with a source.
pub(super) fn line(field: &Field, source: &str, wire: &Wire) -> String {
    let source = match source {
        "value" if folded(&wire.name) == "granttype" => format!("value = \"{GRANT}\""),
        "value" if types::is_number(&field.ty) => "value = 1".to_owned(),
        "value" if types::is(&field.ty, "bool") => "value = true".to_owned(),
        "value" => "value = \"…\"".to_owned(),
        other => other.to_owned(),
    };
    format!("`{}`", line::with(&format!("#[token({source})]"), field))
}

/// Returns the user's line with the source that it most likely has.
pub(super) fn likely(field: &Field, wire: &Wire) -> String {
    let source = match Role::guessed(&wire.name) {
        Some(Role::Access) if folded(&wire.name) != "token" => "access",
        Some(Role::Access | Role::Refresh) => "refresh",
        _ if types::is_text(&field.ty) || types::is_number(&field.ty) || types::is(&field.ty, "bool") => {
            "value"
        }
        _ => "default",
    };
    line(field, source, wire)
}

/// Parses one argument on a field.
pub(super) fn source(
    arg: &Arg,
    field: &Field,
    wire: &Wire,
    diagnostics: &Diagnostics,
) -> Result<Source, Reported> {
    let Some(key) = arg.key() else {
        let text = line::shown(arg);
        let (message, help) = match literal(arg) {
            Some(word) if KNOWN.contains(&word.as_str()) => {
                (format!("`{word}` is a word without quotes"), format!("write {}", line(field, &word, wire)))
            }
            _ => {
                let line = line::with(&format!("#[token(value = {text})]"), field);
                (format!("`{text}` has no name"), format!("write `{line}`"))
            }
        };
        return Err(diagnostics.report(arg, message, help));
    };
    match (key.to_string().as_str(), arg) {
        ("access", Arg::Flag(_)) => Ok(Source::Access),
        ("refresh", Arg::Flag(_)) => Ok(Source::Refresh),
        ("client_id", Arg::Flag(_)) => Ok(Source::ClientId),
        ("client_secret", Arg::Flag(_)) => Ok(Source::ClientSecret),
        ("provided", Arg::Flag(_)) => Ok(Source::Provided),
        ("default", Arg::Flag(_)) => Ok(Source::Default),
        ("nested", Arg::Flag(_)) => Ok(Source::Nested),
        ("value", Arg::Assign { value, .. }) if !value.is_empty() => fixed(value, field, diagnostics),
        ("value", other) => {
            let inside = match other {
                Arg::List { items, .. } => items.first().map(line::shown),
                _ => None,
            };
            let help = match inside {
                Some(inside) => {
                    format!("write `{}`", line::with(&format!("#[token(value = {inside})]"), field))
                }
                None => format!("write {}", line(field, "value", wire)),
            };
            Err(diagnostics.report(other, "`value` stands in front of an equals sign and the value", help))
        }
        ("default", Arg::Assign { value, .. }) if !value.is_empty() => {
            let text = line::shown(value);
            let help = format!("write `{}`", line::with(&format!("#[token(value = {text})]"), field));
            Err(diagnostics.report(arg, "`default` has no value", help))
        }
        (
            name @ ("access" | "refresh" | "client_id" | "client_secret" | "provided" | "default" | "nested"),
            _,
        ) => {
            let help = format!("write {}", line(field, name, wire));
            Err(diagnostics.report(arg, format!("`{name}` has no value"), help))
        }
        (name, _) => Err(unknown(arg, key, name, field, wire, diagnostics)),
    }
}

fn unknown(
    arg: &Arg,
    key: &Ident,
    name: &str,
    field: &Field,
    wire: &Wire,
    diagnostics: &Diagnostics,
) -> Reported {
    if name == "crate" {
        let help = format!("write it there: `#[token({})]`", line::shown(arg));
        return diagnostics.report(arg, "`crate` belongs on the struct", help);
    }
    let meant = match folded(name).as_str() {
        "refreshtoken" => Some("refresh"),
        "accesstoken" => Some("access"),
        "fixed" | "constant" | "const" | "literal" | "text" => Some("value"),
        "skip" | "ignore" | "none" => Some("default"),
        "flatten" | "inner" => Some("nested"),
        "provide" | "given" | "runtime" | "state" | "extension" => Some("provided"),
        "clientid" => Some("client_id"),
        "clientsecret" | "secret" => Some("client_secret"),
        _ => nearest(name, KNOWN),
    };
    if let (Some("value"), Arg::Assign { value, .. }) = (meant, arg) {
        let line = line::with(&format!("#[token(value = {})]", line::shown(value)), field);
        let help = format!("did you mean `value`? write `{line}`");
        return diagnostics.report(key, format!("unknown source `{name}` of a field"), help);
    }
    if let Some(reported) = meant.is_none().then(|| of_a_response(arg, key, diagnostics)).flatten() {
        return reported;
    }
    let help = match meant {
        Some(meant) => format!("did you mean `{meant}`? write {}", line(field, meant, wire)),
        None => format!("known: {SOURCES}"),
    };
    diagnostics.report(key, format!("unknown source `{name}` of a field"), help)
}

/// Parses the value of `value = …`.
fn fixed(value: &TokenStream, field: &Field, diagnostics: &Diagnostics) -> Result<Source, Reported> {
    match syn::parse2::<Lit>(value.clone()) {
        Ok(Lit::Str(text)) => {
            if types::is_number(&field.ty) || types::is(&field.ty, "bool") {
                let bare = text.value();
                let ty = line::shown(&field.ty);
                let help = match syn::parse_str::<Lit>(&bare) {
                    Ok(Lit::Int(_) | Lit::Float(_) | Lit::Bool(_)) => {
                        format!("write `{}`", line::with(&format!("#[token(value = {bare})]"), field))
                    }
                    _ => {
                        let mut text = field.clone();
                        text.ty = syn::parse_quote!(String);
                        format!("write `{}`", line::with(&format!("#[token(value = {value})]"), &text))
                    }
                };
                return Err(diagnostics.report(value, format!("a text is no `{ty}`"), help));
            }
            Ok(Source::Text(text.value()))
        }
        Ok(_) if types::is_text(&field.ty) => {
            let shown = line::shown(value);
            let help = format!("write `{}`", line::with(&format!("#[token(value = \"{shown}\")]"), field));
            Err(diagnostics.report(value, format!("`{shown}` is no text"), help))
        }
        Ok(_) => Ok(Source::Literal(value.clone())),
        Err(_) if syn::parse2::<Expr>(value.clone()).is_ok() => Ok(Source::Expression(value.clone())),
        Err(_) => {
            let help = format!("write `{}`", line::with("#[token(value = \"…\")]", field));
            Err(diagnostics.report(value, "expected a text, a number or a constant", help))
        }
    }
}
