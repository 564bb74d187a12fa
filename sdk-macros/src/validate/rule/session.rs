//! The endpoints of the session.

use crate::{
    diagnostics::Diagnostics,
    model::{Auth, Role, SessionRole, Timeout},
    parse::RawMethod,
    validate::{draft::Draft, option::Given, wording::shown},
};

/// The session supplies no path argument.
pub(super) fn supplies_no_path_argument(draft: &Draft<'_>, diagnostics: &Diagnostics) {
    let Ok(SessionRole::End) = draft.session else { return };
    for param in &draft.params {
        if let (Some(attr), Ok(Role::Path { .. })) = (param.from_session, &param.role) {
            diagnostics.report(
                attr,
                "`#[from_session]` cannot supply a path argument",
                format!(
                    "remove it, or send the value in the body or a header: `#[json] #[from_session] {}`",
                    param.name
                ),
            );
        }
    }
}

/// The address is below the client's URL, because a session endpoint sends passwords and refresh tokens.
pub(super) fn has_its_own_address(draft: &Draft<'_>, diagnostics: &Diagnostics) {
    let Ok(SessionRole::Start | SessionRole::Refresh { .. } | SessionRole::End) = draft.session else {
        return;
    };
    for param in &draft.params {
        if let (Ok(Role::Url), Some(attr)) = (&param.role, param.attr) {
            diagnostics.report(
                attr,
                "the address of a session endpoint cannot be an argument",
                "remove it, and write its path below the client's URL, such as `#[post(\"/auth/login\")]`",
            );
        }
    }
}

/// Signing in and refreshing are sent without an access token, because some servers reject a request with an
/// old one.
pub(super) fn is_never_signed(draft: &Draft<'_>, diagnostics: &Diagnostics) {
    let Some((verb, session)) = draft.verb_and_session() else { return };
    let name = match session {
        SessionRole::Start => "start",
        SessionRole::Refresh { .. } => "refresh",
        SessionRole::None | SessionRole::End => return,
    };
    if let Some(Given { arg, value: rule }) = &verb.options.auth {
        let what = match rule.auth {
            Auth::Cookies => format!("`#[session({name})]` is sent with the cookies of its login anyway"),
            _ => format!("`auth` has no effect on `#[session({name})]`, which is never signed"),
        };
        diagnostics.report(arg, what, format!("remove `{}`", shown(arg)));
    }
}

/// A refresh has a time limit, because calls wait for it.
pub(super) fn refresh_is_limited(draft: &Draft<'_>, diagnostics: &Diagnostics) {
    let Some((verb, session)) = draft.verb_and_session() else { return };
    if let (SessionRole::Refresh { .. }, Some(Given { arg, value: Timeout::Never })) =
        (session, &verb.options.timeout)
    {
        diagnostics.report(
            arg,
            "a refresh needs a time limit, because every call may be waiting for it",
            "write `timeout = 20s`, or remove `timeout = none`",
        );
    }
}

/// A session has one refresh endpoint.
pub(super) fn has_one_refresh(methods: &[RawMethod], diagnostics: &Diagnostics) {
    for second in methods.iter().filter(|method| method.is_refresh()).skip(1) {
        let Some(attr) = second.api_attr("session") else { continue };
        diagnostics.report(
            attr,
            "a second `#[session(refresh)]`",
            "remove it: a session has one way to refresh",
        );
    }
}
