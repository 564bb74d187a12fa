//! `#[session(start)]`, `#[session(refresh, refused = path)]`, `#[session(end)]`: what an endpoint does to
//! the session.

use syn::{LitStr, Meta, Path, parse::Parser};

use crate::{
    args::Arg,
    diagnostics::{Diagnostics, Reported},
    did_you_mean::nearest,
    model::SessionRole,
    parse::{ApiAttr, RawMethod},
    validate::{
        option::{self, Key, Line},
        wording::shown,
    },
};

const ROLES: &[&str] = &["start", "refresh", "end"];

const REFUSED: &[Key] = &[Key::new("refused", "refused = refusal_of")];

/// Returns the role of an endpoint, unless there is a mistake in the attribute.
pub(crate) fn parse(raw: &RawMethod, diagnostics: &Diagnostics) -> Result<SessionRole, Reported> {
    let mut api_attrs = raw.api_attrs.iter().filter(|attr| attr.name == "session");
    let Some(attr) = api_attrs.next() else { return Ok(SessionRole::None) };
    let start = diagnostics.checkpoint();
    for second in api_attrs {
        let help = format!("remove it: `{}` is its role already", shown(attr));
        diagnostics.report(second, "a second `#[session]` on one endpoint", help);
    }
    let (refused, roles): (Vec<&Arg>, Vec<&Arg>) = attr
        .list()
        .iter()
        .partition(|arg| matches!(arg, Arg::Assign { .. }) || arg.key().is_some_and(|key| key == "refused"));
    let role = named(attr, &roles, raw, diagnostics)?;
    let refused = refusal(&role, &refused, &Line::new("session", attr.list()), diagnostics);
    diagnostics.clean_since(start)?;
    Ok(match role.as_str() {
        "start" => SessionRole::Start,
        "refresh" => SessionRole::Refresh { refused },
        _ => SessionRole::End,
    })
}

fn named(
    attr: &ApiAttr,
    roles: &[&Arg],
    raw: &RawMethod,
    diagnostics: &Diagnostics,
) -> Result<String, Reported> {
    let Some((first, rest)) = roles.split_first() else {
        let role = match &attr.syntax.meta {
            Meta::NameValue(pair) => role_named(&shown(&pair.value)),
            Meta::List(list) => role_named(&shown(&list.tokens)),
            Meta::Path(_) => None,
        };
        let role = role.or_else(|| role_named(&raw.sig.ident.to_string()));
        let help = match role {
            Some(role) => format!("write `#[session({role})]`"),
            None => "write `#[session(start)]`, `#[session(refresh)]` or `#[session(end)]`".to_owned(),
        };
        return Err(diagnostics.report(attr, "`#[session]` needs a role", help));
    };
    for second in rest {
        let help = format!("remove `{}`, or `{}`", shown(second), shown(first));
        diagnostics.report(second, "an endpoint has one session role", help);
    }
    let text = shown(first);
    if !ROLES.contains(&text.as_str()) {
        let near = role_named(&text);
        let near = near.map_or_else(String::new, |near| format!("did you mean `#[session({near})]`? "));
        return Err(diagnostics.report(
            first,
            format!("unknown session role `{text}`"),
            format!("{near}known: `#[session(start)]`, `#[session(refresh)]`, `#[session(end)]`"),
        ));
    }
    Ok(text)
}

/// Returns the role that a word means: `login`, `"start"`, `role = end`.
pub(super) fn role_named(text: &str) -> Option<&'static str> {
    let word = text.rsplit(['=', ':', '.', '_', ' ']).next().unwrap_or(text);
    let word = word.trim_matches(['"', '(', ')']).to_ascii_lowercase();
    match word.as_str() {
        "login" | "signin" | "in" | "begin" | "create" | "open" | "authenticate" | "new" | "register" => {
            Some("start")
        }
        "rotate" | "reissue" | "token" | "reauth" => Some("refresh"),
        word if word.starts_with("rene") => Some("refresh"),
        "logout" | "signout" | "out" | "revoke" | "close" | "stop" | "destroy" | "delete" | "finish" => {
            Some("end")
        }
        word => nearest(word, ROLES.iter().copied()),
    }
}

/// Returns the function behind `refused`, if there is one. Reports the mistakes in it.
fn refusal(role: &str, args: &[&Arg], line: &Line, diagnostics: &Diagnostics) -> Option<Path> {
    // A list of statuses is no value behind a `=`.
    if let Some(list @ Arg::List { key, .. }) = args.iter().find(|arg| matches!(arg, Arg::List { .. }))
        && key == "refused"
        && shown(list).contains(|c: char| c.is_ascii_digit())
    {
        diagnostics.report(list, "`refused` takes the path of a function", refusal_help(list));
        return None;
    }
    let found = option::known(args.iter().copied(), REFUSED, line, &|_| None, diagnostics);
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
        diagnostics.report(arg, "`refused` takes the path of a function", refusal_help(arg));
    }
    path
}

/// Returns the help for a `refused` without a function: the path in a string literal, or else the function,
/// for the statuses that are given.
fn refusal_help(arg: &Arg) -> String {
    let literal = match arg {
        Arg::Assign { value, .. } => syn::parse2::<LitStr>(value.clone()).ok(),
        _ => None,
    };
    let path = literal.and_then(|literal| literal.parse_with(Path::parse_mod_style).ok());
    if let Some(path) = path {
        return format!("write `refused = {}`", shown(path));
    }
    let numbers = shown(arg);
    let numbers = numbers.split(|c: char| !c.is_ascii_digit()).filter(|number| number.len() == 3);
    let statuses: Vec<&str> = numbers.collect();
    let statuses = if statuses.is_empty() { "404".to_owned() } else { statuses.join(" | ") };
    format!(
        "write `refused = refusal_of`, and the function `fn refusal_of(answer: &sdk_runtime::ErrorResponse) \
         -> Option<sdk_runtime::Refusal> {{ matches!(answer.status().as_u16(), {statuses}).then(|| \
         sdk_runtime::Refusal::Dead(\"refused\".to_owned())) }}`"
    )
}
