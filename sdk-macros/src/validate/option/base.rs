//! `base = "/v1"`: the path between the URL of the client and the path of each endpoint.

use syn::LitStr;

use super::key::{Key, value};
use crate::{
    args::Arg,
    diagnostics::{Diagnostics, Reported},
    meant_path::meant,
    template::{self, Template},
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
    if text.is_empty() {
        let help = "remove it: without a base, each path is below the URL of the client";
        return Err(diagnostics.report(&literal, "the base is empty", help));
    }
    let template = template::parse(&text, &[]).map_err(|mistakes| {
        // A placeholder in any syntax, to which a corrected base would be no help.
        let meant = template::parse(&meant(&text, &[]), &[]);
        if let Some(reported) = meant.ok().and_then(|meant| report_placeholder(&literal, &meant, diagnostics))
        {
            return reported;
        }
        mistakes.report_each(|mistake| {
            let message = mistake.message.replace("relative to the base URL", "a path");
            diagnostics.report(&literal, message.replacen("the path", "the base", 1), mistake.help)
        })
    })?;
    if let Some(reported) = report_placeholder(&literal, &template, diagnostics) {
        return Err(reported);
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

fn report_placeholder(literal: &LitStr, template: &Template, diagnostics: &Diagnostics) -> Option<Reported> {
    let name = &template.placeholders().next()?.name;
    Some(diagnostics.report(
        literal,
        format!("the placeholder `{{{name}}}` is not allowed in the base"),
        format!("write it in the path of each endpoint: `#[get(\"/{{{name}}}/…\")]`"),
    ))
}
