//! The parts of a multipart body: each name at most once. Must not know what is in them.

use super::params::{Read, Wanted};
use crate::{model::Role, sink::Sink};

pub(crate) fn unique(reads: &[Read<'_>], sink: &Sink) {
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for read in reads {
        let Wanted::Role(Role::Part { name, .. }) = &read.wanted else { continue };
        if let Some((_, first)) = seen.iter().find(|(earlier, _)| earlier == name) {
            let help =
                format!("`{first}` has it already; rename this one: `#[part(\"{name}_2\")] {}`", read.name);
            sink.report(read.ident, format!("two parts named `{name}`"), help);
        }
        seen.push((name, &read.name));
    }
}
