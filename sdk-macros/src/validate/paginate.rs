//! `paginate = …` and `Pages<P>`, each of which needs the other. Must not know how pages are fetched.

use proc_macro2::{Ident, TokenStream};

use super::{params::Read, path, signature, verb::Verb};
use crate::{
    args::{self, Arg},
    diagnostics::{Diagnostics, Reported},
    did_you_mean::suggestion,
    model::{Paginate, Role, SessionRole},
    parse::RawMethod,
    returns, span,
};

const HELP: &str = "write `paginate = link`, `paginate = cursor(after)` or `paginate = page(page)`";

/// The value of the option.
pub(super) fn of(value: &TokenStream, diagnostics: &Diagnostics) -> Result<Paginate, Reported> {
    Err(match args::split(value.clone()).as_slice() {
        [Arg::Flag(name)] if name == "link" => return Ok(Paginate::Link),
        [Arg::List { key, items, .. }] if key == "cursor" || key == "page" => {
            if let [Arg::Flag(parameter)] = items.as_slice() {
                let by = if key == "cursor" { Paginate::Cursor } else { Paginate::Page };
                return Ok(by(parameter.clone()));
            }
            let help = format!("name a parameter: `paginate = {key}({})`", example(key));
            diagnostics.report(value, format!("`{key}` takes the name of one parameter"), help)
        }
        [Arg::Flag(key)] if key == "cursor" || key == "page" => {
            let help = format!("name a parameter: `paginate = {key}({})`", example(key));
            diagnostics.report(value, format!("`{key}` takes the name of one parameter"), help)
        }
        [Arg::Flag(name) | Arg::List { key: name, .. }] => {
            let near = suggestion(&name.to_string(), ["link", "cursor", "page"]);
            diagnostics.report(name, format!("unknown pagination `{name}`"), format!("{near}{HELP}"))
        }
        _ => diagnostics.report(value, "`paginate` must be `link`, `cursor(…)` or `page(…)`", HELP),
    })
}

fn example(key: &Ident) -> &'static str {
    if key == "cursor" { "after" } else { "page" }
}

/// Whether option, return type, method and parameters go together.
pub(super) fn fits(
    raw: &RawMethod,
    verb: &Verb<'_>,
    session: &SessionRole,
    reads: &[Read<'_>],
    diagnostics: &Diagnostics,
) -> Result<(), Reported> {
    let start = diagnostics.checkpoint();
    compare(raw, verb, session, reads, diagnostics);
    diagnostics.clean_since(start)
}

fn compare(
    raw: &RawMethod,
    verb: &Verb<'_>,
    session: &SessionRole,
    reads: &[Read<'_>],
    diagnostics: &Diagnostics,
) {
    let returns_pages = returns::is_pages(&raw.sig.output);
    if returns_pages && returns::Returns::new(&raw.sig.output).is_some_and(|returns| returns.ok.is_none()) {
        let at = span::name_of_return_type(&raw.sig.output);
        diagnostics.report(at, "`Pages` does not say what a page is", "write `Pages<Vec<User>>`");
    }
    let Some((arg, paginate)) = &verb.options.paginate else {
        // A misspelt option is the one mistake there is.
        if returns_pages && !raw.is_paginated() {
            diagnostics.report(
                span::name_of_return_type(&raw.sig.output),
                "`Pages` needs to know how one page leads to the next",
                format!("add `paginate = link` to `#[{}]`, or `cursor(…)` or `page(…)`", verb.attr.name),
            );
        }
        return;
    };
    if !returns_pages {
        if signature::holds_pages(raw) {
            // That was reported with the signature.
            return;
        }
        let ok = returns::Returns::new(&raw.sig.output).and_then(|returns| returns.ok);
        let page = ok.map_or_else(|| "Vec<User>".to_owned(), super::shown);
        let plain = raw.sig.asyncness.map_or("behind no alias", |_| "without `async`");
        diagnostics.report(
            arg,
            "`paginate` needs `-> Pages<P>`",
            format!("write `fn {}(…) -> Pages<{page}>`, {plain}", raw.sig.ident),
        );
        return;
    }
    if !matches!(session, SessionRole::None) {
        diagnostics.report(arg, "a session endpoint has no pages", "remove it, or remove `#[session(…)]`");
        return;
    }
    if verb.name == "HEAD" {
        diagnostics.report(&verb.attr.name, "`HEAD` has no body to find pages in", "write `#[get(…)]`");
    } else if !verb.is_idempotent() && verb.options.idempotent.is_none() {
        diagnostics.report(
            &verb.attr.name,
            format!("`{}` is not sent for each page without an idempotency key", verb.name),
            format!("write `#[get(…)]`, or add `idempotent` to `#[{}]`", verb.attr.name),
        );
    }
    if let Paginate::Cursor(name) | Paginate::Page(name) = paginate {
        names_a_parameter(name, reads, diagnostics);
    }
}

fn names_a_parameter(name: &Ident, reads: &[Read<'_>], diagnostics: &Diagnostics) {
    match reads.iter().find(|read| read.ident == name) {
        Some(read @ Read { role: Ok(Role::Query { .. }) | Err(_), .. }) => {
            path::unconditional(read, "what leads to the next page", diagnostics);
        }
        Some(read) => {
            diagnostics.report(
                name,
                format!("`{name}` is not sent in the query, where each page has its own"),
                format!("write `#[query] {name}: {}`", super::shown(&read.raw.ty)),
            );
        }
        None => {
            let names: Vec<String> = reads.iter().map(|read| format!("`{}`", read.name)).collect();
            let near = suggestion(&name.to_string(), reads.iter().map(|read| read.name.as_str()));
            let help = if names.is_empty() {
                format!("add `#[query] {name}: Option<&str>`")
            } else {
                format!("{near}parameters here: {}", names.join(", "))
            };
            diagnostics.report(name, format!("`paginate` names no parameter: `{name}`"), help);
        }
    }
}
