//! The units of `expires_in = …` and `expires_at = …`.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::Field;

use super::{
    line,
    roles::{Clock, Unit},
    types,
};
use crate::diagnostics::{Diagnostics, Reported};

/// Parses the unit of a lifetime.
pub(super) fn lifetime(
    value: &TokenStream,
    key: &Ident,
    field: &Field,
    diagnostics: &Diagnostics,
) -> Result<Unit, Reported> {
    let name = value.to_string();
    let line = |role: &str| format!("`{}`", line::with(&format!("#[token({role})]"), field));
    if let Some(unit) = Unit::named(&name) {
        return Ok(unit);
    }
    let bare = name.trim_matches('"').to_ascii_lowercase();
    let (message, help) = if Clock::named(&bare).is_some() {
        let message = format!("`{bare}` is a point in time, and no unit of a lifetime");
        (message, format!("write {}", line(&format!("expires_at = {bare}"))))
    } else if let Some(unit) = Unit::named(&bare) {
        let unit = if unit == Unit::Seconds { "seconds" } else { "ms" };
        (
            format!("the unit `{name}` is a word without quotes"),
            format!("write {}", line(&format!("expires_in = {unit}"))),
        )
    } else {
        let message = match bare.is_empty() {
            true => "`expires_in =` names no unit".to_owned(),
            false => format!("unknown unit `{bare}` of a lifetime"),
        };
        (message, format!("write {} or {}", line("expires_in = seconds"), line("expires_in = ms")))
    };
    Err(diagnostics.report(at(value, key), message, help))
}

/// Parses how a point in time is written.
pub(super) fn clock(
    value: &TokenStream,
    key: &Ident,
    field: &Field,
    diagnostics: &Diagnostics,
) -> Result<Clock, Reported> {
    let name = value.to_string();
    let line = |role: &str| format!("`{}`", line::with(&format!("#[token({role})]"), field));
    match Clock::named(&name) {
        Some(Clock::Rfc3339) if types::is_number(&field.ty) => {
            let ty = line::shown(&field.ty);
            let message = format!("a `{ty}` is no text, as RFC 3339 writes a time");
            let help = format!("write {} or {}", line("expires_at = unix"), line("expires_at = unix_ms"));
            return Err(diagnostics.report(value, message, help));
        }
        Some(clock) => return Ok(clock),
        None => {}
    }
    let bare = name.trim_matches('"').to_ascii_lowercase().replace(['-', ' '], "");
    let (message, help) = match (Unit::named(&bare), Clock::named(&bare)) {
        (Some(Unit::Seconds), _) => {
            (format!("`{bare}` is a unit of a lifetime"), format!("write {}", line("expires_at = unix")))
        }
        (Some(Unit::Milliseconds), _) => {
            (format!("`{bare}` is a unit of a lifetime"), format!("write {}", line("expires_at = unix_ms")))
        }
        (None, Some(_)) => (
            format!("the form `{name}` is a word without quotes"),
            format!("write {}", line(&format!("expires_at = {bare}"))),
        ),
        (None, None) => {
            let message = match bare.is_empty() {
                true => "`expires_at =` names no form of a time".to_owned(),
                false => format!("unknown form `{bare}` of a time"),
            };
            let forms = match types::is_number(&field.ty) {
                true => format!("{} or {}", line("expires_at = unix"), line("expires_at = unix_ms")),
                false => format!("{} or {}", line("expires_at = rfc3339"), line("expires_at = unix")),
            };
            (message, format!("write {forms}"))
        }
    };
    Err(diagnostics.report(at(value, key), message, help))
}

fn at(value: &TokenStream, key: &Ident) -> TokenStream {
    if value.is_empty() { key.to_token_stream() } else { value.clone() }
}
