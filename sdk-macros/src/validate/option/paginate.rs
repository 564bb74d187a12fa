//! `paginate = link`, `paginate = cursor(after)`, `paginate = page(page)` and the like: how one page leads to
//! the next.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::LitStr;

use super::{
    key::{Key, value},
    meant::meant,
};
use crate::{
    args::{self, Arg},
    diagnostics::{Diagnostics, Reported},
    did_you_mean::nearest,
    model::{PageParam, Paginate},
};

pub(super) const KEY: Key = Key::new("paginate", "paginate = link");

pub(super) type Value = Paginate;

const KNOWN: &str = "`link`, `url`, `cursor(after)`, `page(page)` and `offset(offset)`";

pub(super) fn parse(arg: &Arg, diagnostics: &Diagnostics) -> Result<Value, Reported> {
    let value = value(arg);
    Err(match args::split(value.clone()).as_slice() {
        [Arg::Flag(name)] if name == "link" => return Ok(Paginate::Link),
        [Arg::Flag(name)] if name == "url" => return Ok(Paginate::Url),
        [Arg::List { key, items, .. }] if by(key).is_some() => {
            let by = by(key).unwrap_or(Paginate::Cursor);
            match items.as_slice() {
                [Arg::Flag(name)] => return Ok(by(PageParam { name: name.clone(), member: None })),
                [Arg::Assign { key: name, value: member, .. }] => {
                    return member_of(key, name, member, diagnostics)
                        .map(|member| by(PageParam { name: name.clone(), member: Some(member) }));
                }
                _ => {}
            }
            let first = items.first().and_then(Arg::key).map_or(example(key).to_owned(), ToString::to_string);
            let help = format!("write `paginate = {key}({first})`, with the name of the parameter");
            diagnostics.report(value, format!("`{key}` takes the name of one parameter"), help)
        }
        [Arg::Flag(key)] if by(key).is_some() => {
            let help = format!("write `paginate = {key}({})`, with the name of the parameter", example(key));
            diagnostics.report(value, format!("`{key}` takes the name of one parameter"), help)
        }
        [Arg::List { key, .. }] if key == "link" || key == "url" => {
            let help = format!("write `paginate = {key}`; the page itself names the next one");
            diagnostics.report(value, format!("`{key}` takes no parameter"), help)
        }
        [Arg::Flag(name) | Arg::List { key: name, .. }] => {
            let help = format!("write `{}`; known are {KNOWN}", meant_pagination(name, &value));
            diagnostics.report(name, format!("unknown pagination `{name}`"), help)
        }
        _ => {
            let meant = meant(KEY.name, value.clone()).unwrap_or_else(|| KEY.example.to_owned());
            let help = format!("write `{meant}`");
            let message =
                "`paginate` must be `link`, `url`, `cursor(after)`, `page(page)` or `offset(offset)`";
            diagnostics.report(value, message, help)
        }
    })
}

/// Returns the pagination of this name, if it has a parameter.
fn by(key: &Ident) -> Option<fn(PageParam) -> Paginate> {
    match key.to_string().as_str() {
        "cursor" => Some(Paginate::Cursor),
        "page" => Some(Paginate::Page),
        "offset" => Some(Paginate::Offset),
        _ => None,
    }
}

fn example(key: &Ident) -> &'static str {
    match key.to_string().as_str() {
        "cursor" => "after",
        "offset" => "offset",
        _ => "page",
    }
}

/// Parses the path of a member of the JSON body.
fn member_of(
    key: &Ident,
    name: &Ident,
    value: &TokenStream,
    diagnostics: &Diagnostics,
) -> Result<LitStr, Reported> {
    let literal = syn::parse2::<LitStr>(value.clone());
    let is_key = |key: &str| !key.is_empty() && key.trim() == key && !key.contains(['/', '[', ']', '$', '"']);
    if let Ok(path) = &literal
        && path.value().split('.').all(is_key)
    {
        return Ok(path.clone());
    }
    let text = literal.map_or_else(|_| value.to_string().replace(' ', ""), |path| path.value());
    let keys = text.split(['.', '/', '[', ']', '$', '"', ':']).map(str::trim).filter(|key| !key.is_empty());
    // The parameter itself is no key.
    let path = keys.enumerate().filter(|(at, key)| *at > 0 || name != key).map(|(_, key)| key);
    let path = path.collect::<Vec<_>>().join(".");
    let path = if path.is_empty() { example(key).to_owned() } else { path };
    let at = if value.is_empty() { name.to_token_stream() } else { value.clone() };
    let help = format!("write `paginate = {key}({name} = {path:?})`, with dots between the keys");
    Err(diagnostics.report(at, format!("expected the path of a member of `{name}` in JSON, in quotes"), help))
}

/// Returns the option with the kind of pagination that is nearest to `name`.
fn meant_pagination(name: &Ident, value: &TokenStream) -> String {
    let text = name.to_string();
    let kind = nearest(&text, ["link", "url", "cursor", "page", "offset"]).unwrap_or("link");
    let value = value.to_string().replacen(&text, kind, 1);
    let value = value.parse().unwrap_or_default();
    meant(KEY.name, value).unwrap_or_else(|| KEY.example.to_owned())
}
