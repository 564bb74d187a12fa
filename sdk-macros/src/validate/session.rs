//! `#[session(start | refresh | end)]` and `#[from_session]`. Must not know how a session works.

use syn::{Path, parse::Parser};

use super::{
    options::{self, OfEndpoint},
    params::{Params, Read, Wanted},
};
use crate::{
    args::Arg,
    diagnostics::{Diagnostics, Reported},
    did_you_mean::suggestion,
    model::{Auth, Role, SessionRole, Timeout},
    parse::{ApiAttr, RawMethod},
};

const ROLES: &[&str] = &["start", "refresh", "end"];

/// The role of an endpoint, unless there is a mistake in the attribute.
pub(crate) fn role(raw: &RawMethod, diagnostics: &Diagnostics) -> Result<SessionRole, Reported> {
    let mut api_attrs = raw.api_attrs.iter().filter(|attr| attr.name == "session");
    let Some(attr) = api_attrs.next() else { return Ok(SessionRole::None) };
    let start = diagnostics.checkpoint();
    for second in api_attrs {
        let help = format!("keep `{}`, and remove this one", super::shown(attr));
        diagnostics.report(second, "a second `#[session]` on one endpoint", help);
    }
    let (refused, roles): (Vec<&Arg>, Vec<&Arg>) = attr
        .list()
        .iter()
        .partition(|arg| matches!(arg, Arg::Assign { .. }) || arg.key().is_some_and(|key| key == "refused"));
    let role = named(attr, &roles, diagnostics)?;
    let refused = refusal(&role, &refused, diagnostics);
    diagnostics.clean_since(start)?;
    Ok(match role.as_str() {
        "start" => SessionRole::Start,
        "refresh" => SessionRole::Refresh { refused },
        _ => SessionRole::End,
    })
}

fn named(attr: &ApiAttr, roles: &[&Arg], diagnostics: &Diagnostics) -> Result<String, Reported> {
    let Some((first, rest)) = roles.split_first() else {
        return Err(diagnostics.report(
            attr,
            "`#[session]` needs a role",
            "write `#[session(start)]`, `#[session(refresh)]` or `#[session(end)]`",
        ));
    };
    for second in rest {
        let help = format!("keep one: `#[session({})]`", super::shown(first));
        diagnostics.report(second, "an endpoint has one session role", help);
    }
    let text = super::shown(first);
    if !ROLES.contains(&text.as_str()) {
        let near = suggestion(&text, ROLES.iter().copied());
        return Err(diagnostics.report(
            first,
            format!("unknown session role `{text}`"),
            format!("{near}known: `#[session(start)]`, `#[session(refresh)]`, `#[session(end)]`"),
        ));
    }
    Ok(text)
}

/// The function behind `refused`, if there is one. Its mistakes are told.
fn refusal(role: &str, args: &[&Arg], diagnostics: &Diagnostics) -> Option<Path> {
    let found = options::known(args.iter().copied(), &[("refused", "refused = refusal_of")], diagnostics);
    let (_, arg) = found.first()?;
    if role != "refresh" {
        diagnostics.report(
            arg,
            format!("`refused` has no effect on `#[session({role})]`"),
            format!("write `#[session({role})]`"),
        );
        return None;
    }
    let path = match arg {
        Arg::Assign { value, .. } => Path::parse_mod_style.parse2(value.clone()).ok(),
        _ => None,
    };
    if path.is_none() {
        diagnostics.report(
            arg,
            "`refused` takes the path of a function",
            "write `refused = refusal_of`, a `fn(&ErrorResponse) -> Option<Refusal>`",
        );
    }
    path
}

/// An endpoint that starts or refreshes the session is sent without a token: a stale one makes some servers refuse it.
pub(crate) fn never_signed(role: &SessionRole, options: &OfEndpoint<'_>, diagnostics: &Diagnostics) {
    let name = match role {
        SessionRole::Start => "start",
        SessionRole::Refresh { .. } => "refresh",
        SessionRole::None | SessionRole::End => return,
    };
    if let Some((arg, rule)) = &options.auth {
        let what = match rule.auth {
            Auth::Cookies => format!("`#[session({name})]` is sent with the cookies of its login anyway"),
            _ => format!("`auth` has no effect on `#[session({name})]`, which is never signed"),
        };
        diagnostics.report(arg, what, format!("remove `{}`", super::shown(arg)));
    }
}

pub(crate) fn comes_to_an_end(role: &SessionRole, options: &OfEndpoint<'_>, diagnostics: &Diagnostics) {
    if let (SessionRole::Refresh { .. }, Some((arg, Timeout::Never))) = (role, &options.timeout) {
        diagnostics.report(
            arg,
            "a refresh must come to an end, since every call may be waiting for it",
            "give it a time: `timeout = 20s`, or remove `timeout = none`",
        );
    }
}

/// What a session endpoint sends is for the client's own server: passwords and refresh tokens.
pub(crate) fn stays_at_home(reads: &[Read<'_>], role: &SessionRole, diagnostics: &Diagnostics) {
    for read in reads {
        if let (Ok(Role::Url), Some(attr)) = (&read.role, read.attr)
            && !matches!(role, SessionRole::None)
        {
            diagnostics.report(
                attr,
                "the address of a session endpoint cannot be an argument",
                "write its path below the client's URL, such as `#[post(\"/auth/login\")]`",
            );
        }
    }
}

/// Reports what the session is to supply to an endpoint that is none of its own.
pub(crate) fn from_session(params: &mut Params<'_>, role: &SessionRole, diagnostics: &Diagnostics) {
    if let SessionRole::End | SessionRole::Refresh { .. } = role {
        return;
    }
    for read in &mut params.reads {
        if let Some(attr) = read.from_session {
            read.role = Wanted::Unknown(diagnostics.report(
                attr,
                "`#[from_session]` is outside of a session endpoint",
                "remove it, or add `#[session(end)]` to the method",
            ));
        }
    }
}

pub(crate) fn not_in_a_path(reads: &[Read<'_>], role: &SessionRole, diagnostics: &Diagnostics) {
    for read in reads {
        if let (SessionRole::End, Some(attr), Ok(Role::Path { .. })) = (role, read.from_session, &read.role) {
            diagnostics.report(
                attr,
                "`#[from_session]` cannot supply a path argument",
                format!("send it in the body or a header: `#[json] #[from_session] {}`", read.name),
            );
        }
    }
}

pub(crate) fn one_refresh(methods: &[RawMethod], diagnostics: &Diagnostics) {
    for second in methods.iter().filter(|method| method.is_refresh()).skip(1) {
        let Some(attr) = second.api_attr("session") else { continue };
        diagnostics.report(
            attr,
            "a second `#[session(refresh)]`",
            "a session has one way to refresh: remove this `#[session(refresh)]`",
        );
    }
}
