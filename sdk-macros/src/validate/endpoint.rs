//! One endpoint: brings together what its attributes, signature and parameters say. Must not know how each is read.

use syn::{ItemTrait, LitStr, parse_quote};

use super::{
    address::{self, Address},
    auth::AuthRule,
    header,
    options::{OfEndpoint, OfTrait},
    paginate,
    params::{self, Read},
    part, path, query, repeat, session, signature,
    verb::{self, Verb},
};
use crate::{
    diagnostics::{Diagnostics, Reported},
    model::{Auth, Endpoint, Header, Param, Role, SessionRole},
    parse::RawMethod,
    returns::Returns,
    template::Template,
};

pub(crate) fn endpoint(
    raw: &RawMethod,
    trait_head: &ItemTrait,
    defaults: &OfTrait,
    diagnostics: &Diagnostics,
) -> Result<Endpoint, Reported> {
    let start = diagnostics.checkpoint();
    let verb = verb::verb(raw, diagnostics);
    let session = session::role(raw, diagnostics);
    signature::endpoint(raw, diagnostics);
    let returns = Returns::new(&raw.sig.output);
    // Where a verb is missing that is the mistake, and of pages `paginate` speaks.
    let has_verb = raw.verbs().next().is_some();
    let no_type =
        (returns.is_none() && has_verb && !raw.is_paginated()).then(|| signature::no_type(raw, diagnostics));
    if let Some(returns) = &returns {
        signature::returns(raw, returns, verb.as_ref().ok().map(|verb| verb.name.as_str()), diagnostics);
    }

    let mut params = params::read(raw, diagnostics);
    if let Ok(role) = &session {
        session::from_session(&mut params, role, diagnostics);
    }
    let address = match &verb {
        Ok(verb) => address::of(raw, &params, verb, diagnostics),
        Err(reported) => Err(*reported),
    };
    let reads = path::bind(params, &address, diagnostics);
    let path = address.as_ref().ok().and_then(Address::template);
    query::unique(&reads, path, diagnostics);
    part::unique(&reads, diagnostics);
    if let Ok(verb) = &verb {
        params::body(&reads, verb, diagnostics);
    }
    if let Ok(role) = &session {
        session::not_in_a_path(&reads, role, diagnostics);
        session::stays_at_home(&reads, role, diagnostics);
    }

    let template = address.map(|address| match address {
        Address::Path(_, template) => template.clone().below(&defaults.base),
        Address::Argument(_) => Template::none(),
    });
    let (verb, session) = (verb?, session?);
    repeat::fits(&verb, &session, diagnostics);
    repeat::key_is_free(&verb, &reads, defaults, diagnostics);
    part::frames_itself(&verb, &reads, defaults, diagnostics);
    let pages = paginate::fits(raw, &verb, &session, &reads, diagnostics);
    let Verb { name: verb, options, .. } = verb;
    session::never_signed(&session, &options, diagnostics);
    session::comes_to_an_end(&session, &options, diagnostics);
    let AuthRule { auth, scopes } = match (&session, &options.auth) {
        (SessionRole::Start | SessionRole::Refresh { .. }, _) => {
            AuthRule { auth: Auth::None, scopes: Vec::new() }
        }
        (_, Some((_, auth))) => auth.clone(),
        (_, None) => defaults.auth.clone(),
    };
    let headers = headers(&reads, &options, defaults, auth, diagnostics);
    let returns = match returns {
        Some(returns) => returns,
        None => return Err(no_type.or(pages.err()).unwrap_or_else(|| signature::no_type(raw, diagnostics))),
    };
    diagnostics.clean_since(start)?;
    let refresh = matches!(session, SessionRole::Refresh { .. });
    Ok(Endpoint {
        attrs: raw.attrs.clone(),
        sig: raw.sig.clone(),
        of_trait: trait_head.generics.clone(),
        receiver: raw.receiver.clone().unwrap_or_else(|| parse_quote!(&self)),
        params: reads.into_iter().map(|read| param(read, refresh)).collect::<Result<_, _>>()?,
        returns,
        verb,
        template: template?,
        auth,
        scopes,
        // That of the trait is for calls: many wait for a refresh, and one that is given up may have spent its token.
        timeout: options.timeout.map(|(_, timeout)| timeout).or(defaults.timeout.filter(|_| !refresh)),
        retry: options.retry.map(|(_, retry)| retry),
        idempotency: options.idempotent.map(|(_, header)| header),
        paginate: options.paginate.map(|(_, paginate)| paginate),
        headers,
        session,
    })
}

fn param(read: Read<'_>, refresh: bool) -> Result<Param, Reported> {
    Ok(Param {
        attrs: read.raw.attrs.clone(),
        name: read.ident.clone(),
        ty: read.raw.ty.clone(),
        role: read.role?,
        from_session: refresh || read.from_session.is_some(),
    })
}

/// The fixed headers. What the endpoint says, as a literal or with a parameter, takes the place of the trait's default.
fn headers(
    reads: &[Read<'_>],
    options: &OfEndpoint<'_>,
    defaults: &OfTrait,
    auth: Auth,
    diagnostics: &Diagnostics,
) -> Vec<Header> {
    let mut names: Vec<&str> = Vec::new();
    for (literal, header) in &options.headers {
        header::may_be_set(literal, &header.name, auth, diagnostics);
        names.push(&header.name);
    }
    for read in reads {
        let Ok(Role::Header(name)) = &read.role else { continue };
        match read.attr.and_then(|attr| attr.list().first()) {
            Some(literal) => header::may_be_set(literal, name, auth, diagnostics),
            None => header::may_be_set(read.ident, name, auth, diagnostics),
        };
        if names.contains(&name.as_str()) && !header::is_added(name) {
            header::report_twice(read.ident, name, diagnostics);
        }
        names.push(name);
    }
    let inherited = defaults
        .headers
        .iter()
        .filter(|(_, header)| !names.contains(&header.name.as_str()) || header::is_added(&header.name));
    for (_, header) in inherited.clone() {
        if let Some((arg, _)) = &options.auth {
            header::may_be_set(arg, &header.name, auth, diagnostics);
        }
    }
    let own = options.headers.iter();
    inherited.chain(own).map(|(_, header): &(LitStr, Header)| header.clone()).collect()
}
