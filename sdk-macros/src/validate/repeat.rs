//! `retry = …` and `idempotent`: what may be sent more than once. Must not know how it is sent.

use proc_macro2::TokenStream;
use syn::{Lit, LitStr, spanned::Spanned};

use super::{
    header,
    options::OfEndpoint,
    params::{Read, Wanted},
    verb::Verb,
};
use crate::{
    attr::Arg,
    model::{Retry, Role, SessionRole},
    sink::Sink,
};

/// The header of the key, as the IETF's draft names it (draft-ietf-httpapi-idempotency-key-header).
const KEY: &str = "idempotency-key";

/// More tries than this are a loop, and not patience.
const MOST: u32 = 100;

pub(super) fn retry(arg: &Arg, value: &TokenStream, sink: &Sink) -> Option<Retry> {
    const HELP: &str = "write `retry = 3` for up to three more tries, or `retry = never`";
    let span = value.span();
    if value.to_string() == "never" {
        return Some(Retry { times: 0, span });
    }
    let times = match syn::parse2::<Lit>(value.clone()) {
        Ok(Lit::Int(literal)) if literal.suffix().is_empty() => literal.base10_parse::<u32>().ok(),
        _ => None,
    };
    match times {
        Some(0) => sink.report(value, "`retry = 0` tries nothing again", "write `retry = never`"),
        Some(times) if times <= MOST => return Some(Retry { times, span }),
        Some(_) => sink.report(value, format!("`{}` is too much", super::shown(arg)), HELP),
        None => sink.report(value, "expected how often to try again", HELP),
    }
    None
}

/// The header of the key, in lower case.
pub(super) fn idempotent(arg: &Arg, sink: &Sink) -> Option<String> {
    let literal = match arg {
        Arg::Flag(_) => return Some(KEY.to_owned()),
        Arg::Assign { value, .. } => syn::parse2::<LitStr>(value.clone()).ok(),
        _ => None,
    };
    let Some(literal) = literal else {
        sink.report(
            arg,
            "`idempotent` takes the name of a header, or nothing",
            format!("write `idempotent`, which is `idempotent = {KEY:?}`"),
        );
        return None;
    };
    header::name(&literal, &literal.value(), sink)
}

/// Whether the options fit the method: what changes something at each request must not be sent again in silence.
pub(super) fn fits(verb: &Verb<'_>, session: &SessionRole, sink: &Sink) {
    let OfEndpoint { retry, idempotent, .. } = &verb.options;
    let name = verb.name.as_str();
    if !matches!(session, SessionRole::None) {
        for arg in [retry.as_ref().map(|it| it.0), idempotent.as_ref().map(|it| it.0)].into_iter().flatten() {
            sink.report(
                arg,
                format!("`{}` has no effect on a session endpoint", super::shown(arg.key())),
                format!("remove `{}`: the session knows when to try again", super::shown(arg)),
            );
        }
        return;
    }
    if let Some((arg, _)) = idempotent
        && matches!(name, "GET" | "HEAD" | "OPTIONS" | "TRACE")
    {
        sink.report(
            arg,
            format!("`idempotent` has no effect on {name}"),
            format!("remove `{}`: a {name} changes nothing, however often it is sent", super::shown(arg)),
        );
    }
    let is_idempotent =
        idempotent.is_some() || matches!(name, "GET" | "HEAD" | "OPTIONS" | "TRACE" | "PUT" | "DELETE");
    if let Some((arg, Retry { times: 1.., .. })) = retry
        && !is_idempotent
    {
        sink.report(
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
pub(super) fn key_is_free(verb: &Verb<'_>, reads: &[Read<'_>], sink: &Sink) {
    let Some((_, key)) = &verb.options.idempotent else { return };
    for (name, header) in &verb.options.headers {
        if header.name == *key {
            header::report_twice(name, key, sink);
        }
    }
    for read in reads {
        if matches!(&read.wanted, Wanted::Role(Role::Header(name)) if name == key) {
            header::report_twice(read.ident, key, sink);
        }
    }
}
