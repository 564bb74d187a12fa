//! The headers of an endpoint: each is set once, and none that the session manages.

use crate::{
    diagnostics::Diagnostics,
    model::{Auth, Role},
    validate::{
        draft::Draft,
        header,
        option::{FixedHeader, Given},
    },
};

/// A header is set by one literal or one parameter, and `authorization` only if the session does not sign.
pub(super) fn are_set_once(draft: &Draft<'_>, diagnostics: &Diagnostics) {
    let Some((verb, _)) = draft.verb_and_session() else { return };
    // An unknown rule forbids nothing.
    let auth = if draft.is_mistaken("auth") { Auth::None } else { draft.auth().auth };
    let line = verb.with_option_of("auth", "auth = none");
    let mut names: Vec<&str> = Vec::new();
    for FixedHeader { at, header } in draft.own_headers() {
        header::may_be_set(at, &header.name, auth, Some(&line), diagnostics);
        names.push(&header.name);
    }
    for param in &draft.params {
        let Ok(Role::Header(name)) = &param.role else { continue };
        match param.attr.and_then(|attr| attr.list().first()) {
            Some(literal) => header::may_be_set(literal, name, auth, Some(&line), diagnostics),
            None => header::may_be_set(param.ident, name, auth, Some(&line), diagnostics),
        };
        if names.contains(&name.as_str()) && !header::is_added(name) {
            header::report_twice(param.ident, name, diagnostics);
        }
        names.push(name);
    }
    // With the trait's own `auth` they were checked on the trait.
    if let Some(Given { arg, .. }) = &verb.options.auth {
        for FixedHeader { header, .. } in draft.inherited_headers() {
            header::may_be_set(arg, &header.name, auth, Some(&line), diagnostics);
        }
    }
}
