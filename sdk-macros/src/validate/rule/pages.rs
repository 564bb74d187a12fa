//! `paginate` and `Pages<P>`, each of which needs the other.

use proc_macro2::Ident;
use syn::LitStr;

use crate::{
    diagnostics::Diagnostics,
    did_you_mean::nearest,
    model::{PageParam, Paginate, Role, SessionRole},
    returns, span,
    validate::{
        draft::{Draft, ParsedParam},
        option::Given,
        wording::shown,
    },
};

/// `paginate`, the return type, the method and the parameters fit together.
pub(super) fn of_endpoint(draft: &Draft<'_>, diagnostics: &Diagnostics) {
    let Some((verb, session)) = draft.verb_and_session() else { return };
    let raw = draft.raw;
    let returns_pages = returns::is_pages(&raw.sig.output);
    if returns_pages && draft.returns.as_ref().is_some_and(|returns| returns.ok.is_none()) {
        let at = span::name_of_return_type(&raw.sig.output);
        diagnostics.report(at, "`Pages` does not say what a page is", "write `Pages<Vec<User>>`");
    }
    let Some(Given { arg, value: paginate }) = &verb.options.paginate else {
        // A misspelt `paginate` is the one mistake, and is reported already.
        if returns_pages && !raw.is_paginated() {
            diagnostics.report(
                span::name_of_return_type(&raw.sig.output),
                "`Pages` needs to know how one page leads to the next",
                format!(
                    "write `{}`, or `url`, `cursor(…)`, `page(…)` or `offset(…)`",
                    verb.with_option("paginate = link")
                ),
            );
        }
        return;
    };
    if !returns_pages {
        if returns::is_pages_in_result(&raw.sig.output) {
            // The rule of return types reports this.
            return;
        }
        let ok = draft.returns.as_ref().and_then(|returns| returns.ok.as_ref());
        let page = ok.map_or_else(|| "Vec<User>".to_owned(), shown);
        let plain = raw.sig.asyncness.map_or("behind no alias", |_| "without `async`");
        diagnostics.report(
            arg,
            "`paginate` needs `-> Pages<P>`",
            format!("write `fn {}(…) -> Pages<{page}>`, {plain}", raw.sig.ident),
        );
        return;
    }
    if !matches!(session, SessionRole::None) {
        let help = "remove `#[session(…)]`, or this option";
        diagnostics.report(arg, "a session endpoint has no pages", help);
        return;
    }
    if verb.method == "HEAD" {
        diagnostics.report(
            &verb.attr.name,
            "`HEAD` has no body to find pages in",
            format!("write `{}`", verb.named("get")),
        );
    } else if !verb.is_idempotent()
        && verb.options.idempotent.is_none()
        && !draft.is_mistaken("idempotent")
        && !is_search(paginate, &draft.params)
    {
        diagnostics.report(
            &verb.attr.name,
            format!("`{}` is not sent for each page without an idempotency key", verb.method),
            format!("write `{}`, or add `idempotent` to `#[{}]`", verb.named("get"), verb.attr.name),
        );
    }
    match paginate.param() {
        Some(PageParam { name, member: None }) => {
            names_a_parameter(paginate.kind(), name, &draft.params, diagnostics);
        }
        Some(PageParam { name, member: Some(member) }) => {
            names_a_body(paginate.kind(), (name, member), &draft.params, diagnostics);
        }
        None => {}
    }
}

/// Whether the JSON body names the page, as that of a search does.
fn is_search(paginate: &Paginate, params: &[ParsedParam<'_>]) -> bool {
    paginate.param().is_some_and(|PageParam { name, member }| {
        let is_body =
            |param: &ParsedParam<'_>| param.ident == name && matches!(param.role, Ok(Role::Json(_)));
        member.is_some() || params.iter().any(is_body)
    })
}

/// `cursor(search = "after")`: the parameter is the JSON body.
fn names_a_body(
    kind: &str,
    (name, member): (&Ident, &LitStr),
    params: &[ParsedParam<'_>],
    diagnostics: &Diagnostics,
) {
    match params.iter().find(|param| param.ident == name) {
        Some(param @ ParsedParam { role: Ok(Role::Json(_)) | Err(_), .. }) => {
            param.must_be_unconditional("what leads to the next page", diagnostics);
        }
        Some(ParsedParam { role: Ok(Role::Query { .. }), .. }) => {
            let message = format!("`{name}` is in the query, and has no member {:?}", member.value());
            diagnostics.report(name, message, format!("write `paginate = {kind}({name})`"));
        }
        Some(param) => {
            let message = format!("`{name}` is no JSON body, which alone has members");
            diagnostics.report(name, message, format!("write `#[json] {name}: {}`", shown(&param.raw.ty)));
        }
        None => {
            let body = params.iter().find(|it| matches!(it.role, Ok(Role::Json(_))));
            let known = params.iter().map(|param| param.name.as_str());
            let near = nearest(&name.to_string(), known).or(body.map(|it| it.name.as_str()));
            let names = "names the JSON body with the member that leads to the next page";
            let help = match near {
                Some(meant) => {
                    format!("write `paginate = {kind}({meant} = {:?})`, which {names}", member.value())
                }
                None => format!("add `#[json] {name}: &serde_json::Value`; `paginate` {names}"),
            };
            diagnostics.report(name, format!("`paginate` names no parameter: `{name}`"), help);
        }
    }
}

/// Returns the name of the parameter in the query.
fn sent<'a>(param: &'a ParsedParam<'_>) -> &'a str {
    match &param.role {
        Ok(Role::Query { name, .. }) => name,
        _ => &param.name,
    }
}

/// The usual names of the parameters, by the kind of pagination.
const USUAL: [(&str, &str); 18] = [
    ("cursor", "cursor"),
    ("cursor", "after"),
    ("cursor", "next"),
    ("cursor", "next_cursor"),
    ("cursor", "page_token"),
    ("cursor", "next_token"),
    ("cursor", "token"),
    ("cursor", "continuation"),
    ("cursor", "marker"),
    ("cursor", "starting_after"),
    ("cursor", "start_after"),
    ("page", "page"),
    ("page", "page_number"),
    ("page", "p"),
    ("offset", "offset"),
    ("offset", "skip"),
    ("offset", "start"),
    ("offset", "from"),
];

fn names_a_parameter(kind: &str, name: &Ident, params: &[ParsedParam<'_>], diagnostics: &Diagnostics) {
    let what = match kind {
        "page" => "number",
        "offset" => "offset",
        _ => "cursor",
    };
    match params.iter().find(|param| param.ident == name) {
        Some(param @ ParsedParam { role: Ok(Role::Query { .. }) | Err(_), .. }) => {
            param.must_be_unconditional("what leads to the next page", diagnostics);
            let style = match &param.role {
                Ok(Role::Query { style, .. }) => *style,
                _ => None,
            };
            if let Some(attr) = param.attr.filter(|_| param.with.is_some() || style.is_some()) {
                diagnostics.report(
                    attr,
                    format!("`{name}` leads to the next page, and is sent as it is"),
                    format!("write `#[query({:?})] {name}: {}`", sent(param), shown(&param.raw.ty)),
                );
            }
        }
        Some(ParsedParam { role: Ok(Role::Json(_)), .. }) => {
            let usual = if kind == "cursor" { "after" } else { kind };
            let message = format!("`{name}` is the whole body: one member of it takes the {what}");
            let help = format!("write `paginate = {kind}({name} = {usual:?})`, with the path of that member");
            diagnostics.report(name, message, help);
        }
        Some(param) => {
            diagnostics.report(
                name,
                format!("`{name}` is not sent in the query, where each page has its own"),
                format!("write `#[query] {name}: {}`", shown(&param.raw.ty)),
            );
        }
        None => {
            let known: Vec<&str> = params.iter().map(|param| param.name.as_str()).collect();
            let mut in_query = params.iter().filter(|it| matches!(it.role, Ok(Role::Query { .. })));
            let only = in_query.next().filter(|_| in_query.next().is_none());
            let near = nearest(&name.to_string(), known.iter().copied());
            let usual = params.iter().find(|it| {
                let word = it.name.to_lowercase();
                matches!(it.role, Ok(Role::Query { .. })) && USUAL.contains(&(kind, word.as_str()))
            });
            let names = format!("names the query parameter that takes the {what} of the next page");
            let help = match near.or(usual.or(only).map(|it| it.name.as_str())) {
                Some(meant) => format!("write `paginate = {kind}({meant})`, which {names}"),
                None if kind != "cursor" => format!("add `#[query] {name}: Option<u32>`; `paginate` {names}"),
                None => format!("add `#[query] {name}: Option<&str>`; `paginate` {names}"),
            };
            diagnostics.report(name, format!("`paginate` names no parameter: `{name}`"), help);
        }
    }
}
