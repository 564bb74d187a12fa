//! `retry = …` and `idempotent`: what may be sent more than once. Must not know how it is sent.

use proc_macro2::TokenStream;
use syn::{Lit, LitStr, spanned::Spanned};

use super::{
    header,
    options::{OfEndpoint, OfTrait},
    params::Read,
    verb::Verb,
};
use crate::{
    args::Arg,
    diagnostics::{Diagnostics, Reported},
    model::{Retry, Role, SessionRole},
};

/// The header of the key, as the IETF's draft names it (draft-ietf-httpapi-idempotency-key-header).
const KEY: &str = "idempotency-key";

/// Headers that say something else already, to servers and to caches.
const TAKEN: &[&str] = &["authorization", "cookie", "user-agent", "range"];

/// How the names of more of them begin.
const TAKEN_FAMILIES: &[&str] = &["accept", "content-", "if-"];

/// More tries than this are a loop, and not patience.
const MOST: u32 = 100;

pub(super) fn retry(arg: &Arg, value: &TokenStream, diagnostics: &Diagnostics) -> Result<Retry, Reported> {
    const HELP: &str = "write `retry = 3` for up to three more tries, or `retry = never`";
    let span = value.span();
    if value.to_string() == "never" {
        return Ok(Retry { times: 0, span });
    }
    let times = match syn::parse2::<Lit>(value.clone()) {
        Ok(Lit::Int(literal)) if literal.suffix().is_empty() => literal.base10_parse::<u32>().ok(),
        _ => None,
    };
    Err(match times {
        Some(0) => diagnostics.report(value, "`retry = 0` tries nothing again", "write `retry = never`"),
        Some(times) if times <= MOST => return Ok(Retry { times, span }),
        Some(_) => diagnostics.report(value, format!("`{}` is too much", super::shown(arg)), HELP),
        None => diagnostics.report(value, "expected how often to try again", HELP),
    })
}

/// The header of the key, in lower case.
pub(super) fn idempotent(arg: &Arg, diagnostics: &Diagnostics) -> Result<String, Reported> {
    let literal = match arg {
        Arg::Flag(_) => return Ok(KEY.to_owned()),
        Arg::Assign { value, .. } => syn::parse2::<LitStr>(value.clone()).ok(),
        _ => None,
    };
    let Some(literal) = literal else {
        let help = format!("write `idempotent`, which is `idempotent = {KEY:?}`");
        return Err(diagnostics.report(arg, "`idempotent` takes the name of a header, or nothing", help));
    };
    let name = header::name(&literal, &literal.value(), diagnostics)?;
    if TAKEN.contains(&name.as_str()) || TAKEN_FAMILIES.iter().any(|family| name.starts_with(family)) {
        let help =
            format!("write `idempotent`, which is `idempotent = {KEY:?}`, or name a header of its own");
        let message = format!("the header `{name}` cannot hold an idempotency key");
        return Err(diagnostics.report(&literal, message, help));
    }
    Ok(name)
}

/// Whether the options fit the method: what changes something at each request must not be sent again in silence.
pub(super) fn fits(verb: &Verb<'_>, session: &SessionRole, diagnostics: &Diagnostics) {
    let OfEndpoint { retry, idempotent, .. } = &verb.options;
    let name = verb.name.as_str();
    if !matches!(session, SessionRole::None) {
        for arg in [retry.as_ref().map(|it| it.0), idempotent.as_ref().map(|it| it.0)].into_iter().flatten() {
            diagnostics.report(
                arg,
                format!("`{}` has no effect on a session endpoint", super::shown(arg.key())),
                format!("remove `{}`: the session knows when to try again", super::shown(arg)),
            );
        }
        return;
    }
    if let Some((arg, _)) = idempotent
        && verb.is_safe()
    {
        diagnostics.report(
            arg,
            format!("`idempotent` has no effect on {name}"),
            format!("remove `{}`: a {name} changes nothing, however often it is sent", super::shown(arg)),
        );
    }
    if let Some((arg, Retry { times: 1.., .. })) = retry
        && !verb.is_idempotent()
        && idempotent.is_none()
    {
        diagnostics.report(
            arg,
            format!("`{name}` is not retried without an idempotency key"),
            format!(
                "if the server knows idempotency keys, add `idempotent`: `{}, idempotent`",
                super::shown(arg)
            ),
        );
    }
}

/// The key has its header for itself.
pub(super) fn key_is_free(
    verb: &Verb<'_>,
    reads: &[Read<'_>],
    defaults: &OfTrait,
    diagnostics: &Diagnostics,
) {
    let Some((arg, key)) = &verb.options.idempotent else { return };
    if defaults.headers.iter().any(|(_, header)| header.name == *key) {
        diagnostics.report(
            arg,
            format!("the trait's `headers` send the same `{key}` with every call"),
            format!("remove {key:?} there, or name another header: `idempotent = \"x-request-id\"`"),
        );
    }
    for (name, header) in &verb.options.headers {
        if header.name == *key {
            header::report_twice(name, key, diagnostics);
        }
    }
    for read in reads {
        if matches!(&read.role, Ok(Role::Header(name)) if name == key) {
            header::report_twice(read.ident, key, diagnostics);
        }
    }
}
