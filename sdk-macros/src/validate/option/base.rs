//! `base = "/v1"`: the path between the URL of the client and the path of each endpoint.

use syn::LitStr;

use super::key::{Key, value};
use crate::{
    args::Arg,
    diagnostics::{Diagnostics, Reported},
    template,
};

pub(super) const KEY: Key = Key::new("base", "base = \"/v1\"");

/// The path without a slash at its end.
pub(super) type Value = String;

pub(super) fn parse(arg: &Arg, diagnostics: &Diagnostics) -> Result<Value, Reported> {
    let Ok(literal) = syn::parse2::<LitStr>(value(arg)) else {
        let help =
            format!("write `{}`: a constant is not supported because the base is checked here", KEY.example);
        return Err(diagnostics.report(value(arg), "the base must be a string literal", help));
    };
    let text = literal.value();
    let template = template::parse(&text, &[]).map_err(|mistakes| {
        mistakes.report_each(|mistake| {
            let message = mistake.message.replace("relative to the base URL", "a path");
            diagnostics.report(&literal, message.replacen("the path", "the base", 1), mistake.help)
        })
    })?;
    if let Some(placeholder) = template.placeholders().next() {
        let name = &placeholder.name;
        return Err(diagnostics.report(
            &literal,
            format!("the placeholder `{{{name}}}` is not allowed in the base"),
            format!("write it in the path of each endpoint: `#[get(\"/{{{name}}}/…\")]`"),
        ));
    }
    if template.query.is_some() {
        return Err(diagnostics.report(
            &literal,
            "a query part is not allowed in the base",
            format!("write `{:?}`, and the query part in the path of each endpoint", template.path()),
        ));
    }
    Ok(text.trim_end_matches('/').to_owned())
}
