//! The draft of an endpoint: what its attributes and options say, before the rules have checked what fits
//! together.

mod address;
mod meant_role;
mod mistaken;
mod param;
mod placeholder;

pub(crate) use address::Address;
pub(crate) use meant_role::{is_bytes, is_meant_as_an_extractor, is_part_as_it_is, is_scalar, meant};
pub(crate) use param::ParsedParam;

use meant_role::as_body;
use param::ParsedParams;

use super::{
    attribute::{
        RequestedRole, misplaced, named_param, session,
        verb::{self, PathArg, Verb},
    },
    header,
    option::{AuthRule, FixedHeader, TraitOptions},
    return_type, signature, value_type,
    wording::shown,
};
use crate::{
    diagnostics::{Diagnostics, Reported},
    model::{Role, SessionRole},
    parse::RawMethod,
    returns::Returns,
};

/// What attributes and options say about one endpoint. A part with a mistake is an `Err`.
pub(crate) struct Draft<'a> {
    pub(crate) raw: &'a RawMethod,
    pub(crate) trait_options: &'a TraitOptions<'a>,
    /// The HTTP method and the options.
    pub(crate) verb: Result<Verb<'a>, Reported>,
    pub(crate) session: Result<SessionRole, Reported>,
    /// `None` without a return type.
    pub(crate) returns: Option<Returns>,
    pub(crate) address: Result<Address, Reported>,
    pub(crate) params: Vec<ParsedParam<'a>>,
}

impl<'a> Draft<'a> {
    /// Parses the attributes and options of the method, checks its signature, and binds its parameters to
    /// placeholders.
    pub(crate) fn of(
        raw: &'a RawMethod,
        trait_options: &'a TraitOptions<'a>,
        diagnostics: &Diagnostics,
    ) -> Self {
        let verb = verb::parse(raw, diagnostics);
        let session = match misplaced::session(raw, diagnostics) {
            Some(reported) => Err(reported),
            None => session::parse(raw, diagnostics),
        };
        misplaced::options(raw, diagnostics);
        let returns = Returns::new(&raw.sig.output);
        signature::of_endpoint(raw, diagnostics);
        let method = verb.as_ref().ok().map(|verb| verb.method.as_str());
        return_type::of_endpoint(raw, returns.as_ref(), method, diagnostics);
        let mut params = param::parse(raw, verb.as_ref().ok(), diagnostics);
        roles_at_the_method(raw, &mut params, verb.as_ref().ok(), diagnostics);
        if let Ok(verb) = &verb {
            roles_in_options(raw, &mut params, verb, diagnostics);
        }
        if let Ok(session) = &session {
            only_in_session_endpoints(&mut params, session, diagnostics);
        }
        let address = match &verb {
            Ok(verb) => address::of(raw, &params, verb, diagnostics),
            Err(reported) => Err(*reported),
        };
        let has_body = verb.as_ref().is_ok_and(Verb::has_body);
        let params = placeholder::bind(params, &address, has_body, diagnostics);
        Self { raw, trait_options, verb, session, returns, address, params }
    }

    /// Returns verb and session role, if there is no mistake in either.
    pub(crate) fn verb_and_session(&self) -> Option<(&Verb<'a>, &SessionRole)> {
        Some((self.verb.as_ref().ok()?, self.session.as_ref().ok()?))
    }

    /// Returns the rule that applies: the endpoint's own, or else the trait's. Signing in and refreshing are
    /// never signed.
    pub(crate) fn auth(&self) -> AuthRule {
        if let Ok(SessionRole::Start | SessionRole::Refresh { .. }) = self.session {
            return AuthRule::none();
        }
        let own = self.verb.as_ref().ok().and_then(|verb| verb.options.auth.as_ref());
        own.map_or_else(|| self.trait_options.auth(), |auth| auth.value.clone())
    }

    /// Returns whether there is a mistake in an option of this name, whose value is unknown then.
    pub(crate) fn is_mistaken(&self, option: &str) -> bool {
        let own = self.verb.as_ref().is_ok_and(|verb| verb.options.mistaken.contains(&option));
        own || self.trait_options.mistaken.contains(&option)
    }

    /// Returns the fixed headers of the endpoint itself.
    pub(crate) fn own_headers(&self) -> &[FixedHeader] {
        self.verb.as_ref().map_or(&[], |verb| verb.options.headers())
    }

    /// Returns the trait's headers that the endpoint does not set, by a literal or by a parameter.
    pub(crate) fn inherited_headers(&self) -> impl Iterator<Item = &FixedHeader> {
        self.trait_options.headers().iter().filter(|FixedHeader { header, .. }| {
            let of_param =
                |param: &ParsedParam<'_>| matches!(&param.role, Ok(Role::Header(name)) if *name == header.name);
            let mut own = self.own_headers().iter().filter(|own| own.header.name == header.name);
            match own.next() {
                Some(own) => !own.header.values.is_empty() && header::is_added(&header.name),
                None => !self.params.iter().any(of_param) || header::is_added(&header.name),
            }
        })
    }
}

/// Reports `#[from_session]` in an endpoint that is not one of the session's.
fn only_in_session_endpoints(
    params: &mut ParsedParams<'_>,
    session: &SessionRole,
    diagnostics: &Diagnostics,
) {
    if let SessionRole::Start | SessionRole::End | SessionRole::Refresh { .. } = session {
        return;
    }
    for param in &mut params.all {
        if let Some(attr) = param.from_session {
            param.role = RequestedRole::Unknown(diagnostics.report(
                attr,
                "`#[from_session]` is outside of a session endpoint",
                "remove it, or add `#[session(end)]` to the method",
            ));
        }
    }
}

/// Reports the options that give a parameter its role. It is not reported as well.
fn roles_in_options(
    raw: &RawMethod,
    params: &mut ParsedParams<'_>,
    verb: &Verb<'_>,
    diagnostics: &Diagnostics,
) {
    for arg in verb.attr.list() {
        let names = named_param::of(arg, raw);
        let (Some(key), [_, ..]) = (arg.key(), names.as_slice()) else { continue };
        let mut meant: Vec<&mut ParsedParam<'_, _>> = params.all.iter_mut().collect();
        meant.retain(|param| matches!(param.role, RequestedRole::ByName) && names.contains(&param.ident));
        let with_role = |param: &&mut ParsedParam<'_, _>| match key.to_string().as_str() {
            "query" => format!("`{}`", value_type::in_query("#[query]", param.ident, &param.raw.ty)),
            role @ ("json" | "form" | "queries" | "part") => {
                format!("`#[{role}] {}: {}`", param.ident, shown(&param.raw.ty))
            }
            "data" | "body" | "payload" | "content" if verb.has_body() => {
                format!("`{}`", as_body(param.raw, param.ident))
            }
            _ => format!("`{}`", meant_role::with_role(param.raw, param.ident, verb.has_body())),
        };
        let help = match meant.as_slice() {
            [] => "remove it".to_owned(),
            meant => {
                let lines: Vec<String> = meant.iter().map(with_role).collect();
                format!("remove it, and write {}", lines.join(", "))
            }
        };
        let message = format!("`{key}` is no option, because a role stands at its parameter");
        let reported = diagnostics.report(key, message, help);
        meant.into_iter().for_each(|param| param.role = RequestedRole::Unknown(reported));
    }
}

/// Reports the roles that stand at the method. The first parameter without a role has it then, so that it is
/// not reported as well.
fn roles_at_the_method<'a>(
    raw: &'a RawMethod,
    params: &mut ParsedParams<'a>,
    verb: Option<&Verb<'_>>,
    diagnostics: &Diagnostics,
) {
    for attr in raw.misplaced.iter().filter(|attr| misplaced::is_role(attr)) {
        let param = without_a_role(params, verb).next();
        let written = param.as_ref().map(|param| format!("{}: {}", param.ident, shown(&param.raw.ty)));
        let reported = misplaced::role(attr, written, diagnostics);
        if let Some(param) = param {
            param.attr = Some(attr);
            param.role = RequestedRole::Unknown(reported);
        }
    }
}

/// Returns the parameters without a role that are no placeholders.
fn without_a_role<'p, 'a>(
    params: &'p mut ParsedParams<'a>,
    verb: Option<&Verb<'_>>,
) -> impl Iterator<Item = &'p mut ParsedParam<'a, RequestedRole>> {
    let names: Vec<String> = match verb.map(|verb| &verb.path) {
        Some(PathArg::Path(_, template)) => template.placeholders().map(|it| it.name.clone()).collect(),
        _ => Vec::new(),
    };
    let all = params.all.iter_mut();
    all.filter(move |param| matches!(param.role, RequestedRole::ByName) && !names.contains(&param.name))
}
