//! One endpoint: from its draft, checked by the rules, to the model.

use syn::{Generics, parse_quote};

use super::{
    attribute::verb::Verb,
    draft::{Address, Draft, ParsedParam},
    option::{AuthRule, FixedHeader, Given, TraitOptions},
    return_type, rule,
};
use crate::{
    diagnostics::{Diagnostics, Reported},
    model::{Endpoint, Header, Param, SessionRole},
    parse::RawMethod,
    template::Template,
};

/// Returns the endpoint, unless there is a mistake in it.
pub(crate) fn endpoint(
    raw: &RawMethod,
    trait_generics: &Generics,
    trait_options: &TraitOptions<'_>,
    diagnostics: &Diagnostics,
) -> Result<Endpoint, Reported> {
    let start = diagnostics.checkpoint();
    let draft = Draft::of(raw, trait_options, diagnostics);
    rule::check_endpoint(&draft, diagnostics);
    diagnostics.clean_since(start)?;
    rule::check_answer(&draft, diagnostics);
    diagnostics.clean_since(start)?;
    let AuthRule { auth, scopes, no_refresh } = draft.auth();
    let headers = headers(&draft);
    let Draft { verb, session, returns, address, params, .. } = draft;
    let (Verb { method, options, .. }, session) = (verb?, session?);
    let refresh = matches!(session, SessionRole::Refresh { .. });
    // The trait's limit is for calls. Many calls wait for one refresh, and a refresh that is given up may
    // have spent its token.
    let inherited = trait_options.timeout.as_ref().filter(|_| !refresh);
    Ok(Endpoint {
        attrs: raw.attrs.clone(),
        sig: raw.sig.clone(),
        trait_generics: trait_generics.clone(),
        receiver: raw.receiver.clone().unwrap_or_else(|| parse_quote!(&self)),
        params: params.into_iter().map(|parsed| param(parsed, refresh)).collect::<Result<_, _>>()?,
        returns: returns.ok_or_else(|| return_type::report_missing(raw, diagnostics))?,
        verb: method,
        template: match address? {
            Address::Path { template, .. } => template.below(trait_options.base()),
            Address::Argument(_) => Template::none(),
        },
        auth,
        scopes,
        no_refresh,
        timeout: options.timeout.as_ref().or(inherited).map(|timeout| timeout.value),
        retry: options.retry.map(Given::into_value),
        retry_if: options.retry_if.map(Given::into_value),
        attempt_timeout: options.attempt_timeout.map(Given::into_value),
        idle_timeout: options.idle_timeout.map(Given::into_value),
        idempotency: options.idempotent.map(Given::into_value),
        paginate: options.paginate.map(Given::into_value),
        reconnect: options.reconnect.map(Given::into_value),
        headers,
        session,
    })
}

fn param(parsed: ParsedParam<'_>, refresh: bool) -> Result<Param, Reported> {
    Ok(Param {
        attrs: parsed.raw.attrs.clone(),
        name: parsed.ident.clone(),
        ty: parsed.raw.ty.clone(),
        role: parsed.role?,
        with: parsed.with,
        from_session: refresh || parsed.from_session.is_some(),
    })
}

/// Returns the fixed headers, those of the trait first.
fn headers(draft: &Draft<'_>) -> Vec<Header> {
    let all = draft.inherited_headers().chain(draft.own_headers());
    all.map(|FixedHeader { header, .. }| header.clone()).collect()
}
