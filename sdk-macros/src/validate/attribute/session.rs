//! `#[session(start)]`, `#[session(refresh, refused = path)]`, `#[session(end)]`: what an endpoint does to
//! the session.

use syn::{Path, parse::Parser};

use crate::{
    args::Arg,
    diagnostics::{Diagnostics, Reported},
    did_you_mean::suggestion,
    model::SessionRole,
    parse::{ApiAttr, RawMethod},
    validate::{
        option::{self, Key},
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
        let help = format!("keep `{}`, and remove this one", shown(attr));
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
        let help = format!("keep one: `#[session({})]`", shown(first));
        diagnostics.report(second, "an endpoint has one session role", help);
    }
    let text = shown(first);
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

/// Returns the function behind `refused`, if there is one. Reports the mistakes in it.
fn refusal(role: &str, args: &[&Arg], diagnostics: &Diagnostics) -> Option<Path> {
    let found = option::known(args.iter().copied(), REFUSED, |_| None, diagnostics);
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
