//! `#[session(start | refresh | end)]` and `#[from_session]`. Must not know how a session works.

use syn::{Path, parse::Parser};

use super::{
    options::{self, OfEndpoint},
    params::{Params, Read, Wanted},
};
use crate::{
    attr::Arg,
    model::{Auth, Role, SessionRole, Timeout},
    nearest::suggestion,
    parse::{Mark, RawMethod},
    sink::{Reported, Sink},
};

const ROLES: &[&str] = &["start", "refresh", "end"];

/// The role of an endpoint, unless there is a mistake in the attribute.
pub(crate) fn role(raw: &RawMethod, sink: &Sink) -> Result<SessionRole, Reported> {
    let mut marks = raw.marks.iter().filter(|mark| mark.name == "session");
    let Some(mark) = marks.next() else { return Ok(SessionRole::None) };
    let start = sink.mark();
    for second in marks {
        let help = format!("keep `{}`, and remove this one", super::shown(&mark.attr));
        sink.report(&second.attr, "a second `#[session]` on one endpoint", help);
    }
    let (refused, roles): (Vec<&Arg>, Vec<&Arg>) = mark
        .list()
        .iter()
        .partition(|arg| matches!(arg, Arg::Assign { .. }) || arg.key().is_some_and(|key| key == "refused"));
    let role = named(mark, &roles, sink)?;
    let refused = refusal(&role, &refused, sink);
    sink.clean_since(start)?;
    Ok(match role.as_str() {
        "start" => SessionRole::Start,
        "refresh" => SessionRole::Refresh { refused },
        _ => SessionRole::End,
    })
}

fn named(mark: &Mark, roles: &[&Arg], sink: &Sink) -> Result<String, Reported> {
    let Some((first, rest)) = roles.split_first() else {
        return Err(sink.report(
            &mark.attr,
            "`#[session]` needs a role",
            "write `#[session(start)]`, `#[session(refresh)]` or `#[session(end)]`",
        ));
    };
    for second in rest {
        let help = format!("keep one: `#[session({})]`", super::shown(first));
        sink.report(second, "an endpoint has one session role", help);
    }
    let text = super::shown(first);
    if !ROLES.contains(&text.as_str()) {
        let near = suggestion(&text, ROLES.iter().copied());
        return Err(sink.report(
            first,
            format!("unknown session role `{text}`"),
            format!("{near}known: `#[session(start)]`, `#[session(refresh)]`, `#[session(end)]`"),
        ));
    }
    Ok(text)
}

/// The function behind `refused`, if there is one. Its mistakes are told.
fn refusal(role: &str, args: &[&Arg], sink: &Sink) -> Option<Path> {
    let found = options::known(args.iter().copied(), &[("refused", "refused = refusal_of")], sink);
    let (_, arg) = found.first()?;
    if role != "refresh" {
        sink.report(
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
        sink.report(
            arg,
            "`refused` takes the path of a function",
            "write `refused = refusal_of`, a `fn(&ErrorResponse) -> Option<Refusal>`",
        );
    }
    path
}

/// An endpoint that starts or refreshes the session is sent without a token: a stale one makes some servers refuse it.
pub(crate) fn never_signed(role: &SessionRole, options: &OfEndpoint<'_>, sink: &Sink) {
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
        sink.report(arg, what, format!("remove `{}`", super::shown(arg)));
    }
}

pub(crate) fn comes_to_an_end(role: &SessionRole, options: &OfEndpoint<'_>, sink: &Sink) {
    if let (SessionRole::Refresh { .. }, Some((arg, Timeout::Never))) = (role, &options.timeout) {
        sink.report(
            arg,
            "a refresh must come to an end, since every call may be waiting for it",
            "give it a time: `timeout = 20s`, or remove `timeout = none`",
        );
    }
}

/// What a session endpoint sends is for the client's own server: passwords and refresh tokens.
pub(crate) fn stays_at_home(reads: &[Read<'_>], role: &SessionRole, sink: &Sink) {
    for read in reads {
        if let (Ok(Role::Url), Some(mark)) = (&read.role, read.mark)
            && !matches!(role, SessionRole::None)
        {
            sink.report(
                &mark.attr,
                "the address of a session endpoint cannot be an argument",
                "write its path below the client's URL, such as `#[post(\"/auth/login\")]`",
            );
        }
    }
}

/// Reports what the session is to supply to an endpoint that is none of its own.
pub(crate) fn from_session(params: &mut Params<'_>, role: &SessionRole, sink: &Sink) {
    if let SessionRole::End | SessionRole::Refresh { .. } = role {
        return;
    }
    for read in &mut params.reads {
        if let Some(mark) = read.from_session {
            read.role = Wanted::Unknown(sink.report(
                &mark.attr,
                "`#[from_session]` is outside of a session endpoint",
                "remove it, or add `#[session(end)]` to the method",
            ));
        }
    }
}

pub(crate) fn not_in_a_path(reads: &[Read<'_>], role: &SessionRole, sink: &Sink) {
    for read in reads {
        if let (SessionRole::End, Some(mark), Ok(Role::Path { .. })) = (role, read.from_session, &read.role) {
            sink.report(
                &mark.attr,
                "`#[from_session]` cannot supply a path argument",
                format!("send it in the body or a header: `#[json] #[from_session] {}`", read.name),
            );
        }
    }
}

pub(crate) fn one_refresh(methods: &[RawMethod], sink: &Sink) {
    for second in methods.iter().filter(|method| method.is_refresh()).skip(1) {
        let Some(mark) = second.mark("session") else { continue };
        sink.report(
            &mark.attr,
            "a second `#[session(refresh)]`",
            "a session has one way to refresh: remove this `#[session(refresh)]`",
        );
    }
}
