//! The parts of a multipart body: each name at most once, and no other media type. Must not know what is in them.

use super::{options::OfTrait, params::Read, verb::Verb};
use crate::{diagnostics::Diagnostics, model::Role};

pub(crate) fn unique(reads: &[Read<'_>], diagnostics: &Diagnostics) {
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for read in reads {
        let Ok(Role::Part { name, .. }) = &read.role else { continue };
        if let Some((_, first)) = seen.iter().find(|(earlier, _)| earlier == name) {
            let help =
                format!("`{first}` has it already; rename this one: `#[part(\"{name}_2\")] {}`", read.name);
            diagnostics.report(read.ident, format!("two parts named `{name}`"), help);
        }
        seen.push((name, &read.name));
    }
}

/// The header `content-type` tells where each part ends, so that nobody else can set it.
pub(crate) fn frames_itself(
    verb: &Verb<'_>,
    reads: &[Read<'_>],
    defaults: &OfTrait,
    diagnostics: &Diagnostics,
) {
    const NAME: &str = "content-type";
    const MISTAKE: &str = "the header `content-type` is that of the parts, which tells where each ends";
    const HELP: &str = "remove it: parts are sent as `multipart/form-data`";
    let is_part = |read: &&Read<'_>| matches!(read.role, Ok(Role::Part { .. }));
    let Some(part) = reads.iter().find(is_part) else { return };
    let mut own = verb.options.headers.iter().filter(|(_, header)| header.name == NAME);
    let mut arguments =
        reads.iter().filter(|read| matches!(&read.role, Ok(Role::Header(name)) if name == NAME));
    if let Some((literal, _)) = own.next() {
        diagnostics.report(literal, MISTAKE, HELP);
    } else if let Some(read) = arguments.next() {
        diagnostics.report(read.ident, MISTAKE, HELP);
    } else if defaults.headers.iter().any(|(_, header)| header.name == NAME) {
        diagnostics.report(
            part.attr,
            "the trait's `headers` set `content-type`, which is that of the parts",
            "write it on the other endpoints instead: `headers(\"content-type\" = …)`",
        );
    }
}
