//! The parts of a multipart body.

use crate::{
    diagnostics::Diagnostics,
    model::Role,
    validate::draft::{Draft, ParsedParam},
};

/// Each part has a name of its own.
pub(super) fn have_unique_names(draft: &Draft<'_>, diagnostics: &Diagnostics) {
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for param in &draft.params {
        let Ok(Role::Part { name, .. }) = &param.role else { continue };
        if let Some((_, first)) = seen.iter().find(|(earlier, _)| earlier == name) {
            let help = format!("write `#[part(\"{name}_2\")]`, since `{first}` is named `{name}` already");
            diagnostics.report(param.ident, format!("two parts named `{name}`"), help);
        }
        seen.push((name, &param.name));
    }
}

/// No header sets the `content-type` of the parts, which holds the boundary between them.
pub(super) fn set_the_content_type(draft: &Draft<'_>, diagnostics: &Diagnostics) {
    const NAME: &str = "content-type";
    const MISTAKE: &str = "the header `content-type` is that of the parts, which tells where each ends";
    const HELP: &str = "remove it: parts are sent as `multipart/form-data`";
    if draft.verb_and_session().is_none() {
        return;
    }
    let is_part = |param: &&ParsedParam<'_>| matches!(param.role, Ok(Role::Part { .. } | Role::Parts));
    let Some(part) = draft.params.iter().find(is_part) else { return };
    let mut own = draft.own_headers().iter().filter(|own| own.header.name == NAME);
    let mut arguments =
        draft.params.iter().filter(|param| matches!(&param.role, Ok(Role::Header(name)) if name == NAME));
    if let Some(own) = own.next() {
        diagnostics.report(&own.at, MISTAKE, HELP);
    } else if let Some(param) = arguments.next() {
        diagnostics.report(param.ident, MISTAKE, HELP);
    } else if draft.trait_options.headers().iter().any(|of_trait| of_trait.header.name == NAME) {
        diagnostics.report(
            part.attr,
            "the trait's `headers` set `content-type`, which is that of the parts",
            "write it on the other endpoints instead: `headers(\"content-type\" = …)`",
        );
    }
}
