//! `retry`, `reconnect` and `idempotent`: which requests may be sent more than once.

use crate::{
    diagnostics::Diagnostics,
    model::{Retry, Role, SessionRole},
    validate::{
        draft::Draft,
        header,
        option::{EndpointOptions, FixedHeader, Given},
        wording::shown,
    },
};

/// A request that changes something each time is not sent twice without an idempotency key.
pub(super) fn fit_the_method(draft: &Draft<'_>, diagnostics: &Diagnostics) {
    let Some((verb, session)) = draft.verb_and_session() else { return };
    let EndpointOptions { retry, retry_if, attempt_timeout, idle_timeout, idempotent, reconnect, .. } =
        &verb.options;
    let name = verb.method.as_str();
    if !matches!(session, SessionRole::None) {
        let args = [
            retry.as_ref().map(|it| it.arg),
            retry_if.as_ref().map(|it| it.arg),
            attempt_timeout.as_ref().map(|it| it.arg),
            idle_timeout.as_ref().map(|it| it.arg),
            idempotent.as_ref().map(|it| it.arg),
            reconnect.as_ref().map(|it| it.arg),
        ];
        for arg in args.into_iter().flatten() {
            diagnostics.report(
                arg,
                format!("`{}` has no effect on a session endpoint", shown(arg.key())),
                format!("remove `{}`: the session decides itself when to retry", shown(arg)),
            );
        }
        return;
    }
    if let Some(Given { arg, .. }) = idempotent
        && verb.is_safe()
    {
        diagnostics.report(
            arg,
            format!("`idempotent` has no effect on {name}"),
            format!("remove `{}`: a {name} changes nothing, however often it is sent", shown(arg)),
        );
    }
    if let (Some(Given { arg, .. }), Some(Given { value: Retry { times: 0, .. }, .. })) = (retry_if, retry) {
        let help = format!("remove `{}`, or write `retry = 3`", shown(arg));
        diagnostics.report(arg, "`retry_if` has no effect on an endpoint that is never retried", help);
    } else if let (Some(Given { arg, .. }), None) = (retry_if, retry)
        && !verb.is_idempotent()
        && idempotent.is_none()
        && !draft.is_mistaken("idempotent")
    {
        diagnostics.report(
            arg,
            format!("`{name}` is not retried without an idempotency key"),
            format!("write `{}, idempotent` if the server knows idempotency keys, or remove it", shown(arg)),
        );
    }
    if let Some(Given { arg, value: Retry { times: 1.., .. } }) = retry
        && !verb.is_idempotent()
        && idempotent.is_none()
        && !draft.is_mistaken("idempotent")
    {
        diagnostics.report(
            arg,
            format!("`{name}` is not retried without an idempotency key"),
            format!("write `{}, idempotent` if the server knows idempotency keys, or remove it", shown(arg)),
        );
    }
}

/// A stream connects again by a request that the server has already processed.
pub(super) fn streams_connect_again(draft: &Draft<'_>, diagnostics: &Diagnostics) {
    let Some((verb, SessionRole::None)) = draft.verb_and_session() else { return };
    let EndpointOptions { reconnect: Some(Given { arg, .. }), idempotent, paginate, .. } = &verb.options
    else {
        return;
    };
    let name = verb.method.as_str();
    if let Some(paginate) = paginate {
        diagnostics.report(
            arg,
            "`reconnect` is for a stream of events, and `paginate` for a list",
            format!("remove `{}` or `{}`", shown(arg), shown(paginate.arg)),
        );
    } else if !verb.is_safe() && idempotent.is_none() && !draft.is_mistaken("idempotent") {
        diagnostics.report(
            arg,
            format!(
                "`reconnect` would send the {name} again: a language model, for one, would answer and bill \
                 twice"
            ),
            format!("remove it, or write `{}, idempotent` if the server knows idempotency keys", shown(arg)),
        );
    }
}

/// The idempotency key has a header of its own.
pub(super) fn key_is_free(draft: &Draft<'_>, diagnostics: &Diagnostics) {
    let Some((verb, _)) = draft.verb_and_session() else { return };
    let Some(Given { arg, value: key }) = &verb.options.idempotent else { return };
    if draft.trait_options.headers().iter().any(|fixed| fixed.header.name == *key) {
        diagnostics.report(
            arg,
            format!("the trait's `headers` send the same `{key}` with every call"),
            format!("write `idempotent = \"x-request-id\"`, or remove {key:?} there"),
        );
    }
    for FixedHeader { at, header } in verb.options.headers() {
        if header.name == *key {
            header::report_twice(at, key, diagnostics);
        }
    }
    for param in &draft.params {
        if matches!(&param.role, Ok(Role::Header(name)) if name == key) {
            header::report_twice(param.ident, key, diagnostics);
        }
    }
}
