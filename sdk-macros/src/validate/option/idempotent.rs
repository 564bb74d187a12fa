//! `idempotent`, `idempotent = "x-request-id"`: the header of the idempotency key.

use syn::LitStr;

use super::key::Key;
use crate::{
    args::Arg,
    diagnostics::{Diagnostics, Reported},
    validate::header,
};

pub(super) const KEY: Key = Key { is_flag: true, verb: "post", ..Key::new("idempotent", "idempotent") };

/// The name of the header, in lower case.
pub(super) type Value = String;

/// The default header (draft-ietf-httpapi-idempotency-key-header).
const DEFAULT: &str = "idempotency-key";

/// Headers that have a meaning to servers and caches already.
const TAKEN: &[&str] = &["authorization", "cookie", "user-agent", "range"];

/// The beginnings of the names of more such headers.
const TAKEN_FAMILIES: &[&str] = &["accept", "content-", "if-"];

pub(super) fn parse(arg: &Arg, diagnostics: &Diagnostics) -> Result<Value, Reported> {
    let literal = match arg {
        Arg::Flag(_) => return Ok(DEFAULT.to_owned()),
        Arg::Assign { value, .. } => syn::parse2::<LitStr>(value.clone()).ok(),
        _ => None,
    };
    let Some(literal) = literal else {
        let help = format!("write `idempotent`, which is `idempotent = {DEFAULT:?}`");
        return Err(diagnostics.report(arg, "`idempotent` takes the name of a header, or nothing", help));
    };
    let name = header::name(&literal, &literal.value(), diagnostics)?;
    if TAKEN.contains(&name.as_str()) || TAKEN_FAMILIES.iter().any(|family| name.starts_with(family)) {
        let help =
            format!("write `idempotent`, which is `idempotent = {DEFAULT:?}`, or name a header of its own");
        let message = format!("the header `{name}` cannot hold an idempotency key");
        return Err(diagnostics.report(&literal, message, help));
    }
    Ok(name)
}
