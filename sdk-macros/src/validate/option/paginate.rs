//! `paginate = link`, `paginate = cursor(after)`, `paginate = page(page)`: how one page leads to the next.

use proc_macro2::{Ident, TokenStream};

use super::{
    key::{Key, value},
    meant::meant,
};
use crate::{
    args::{self, Arg},
    diagnostics::{Diagnostics, Reported},
    did_you_mean::nearest,
    model::Paginate,
};

pub(super) const KEY: Key = Key::new("paginate", "paginate = link");

pub(super) type Value = Paginate;

const KNOWN: &str = "`paginate = link`, `paginate = cursor(after)` and `paginate = page(page)`";

pub(super) fn parse(arg: &Arg, diagnostics: &Diagnostics) -> Result<Value, Reported> {
    let value = value(arg);
    Err(match args::split(value.clone()).as_slice() {
        [Arg::Flag(name)] if name == "link" => return Ok(Paginate::Link),
        [Arg::List { key, items, .. }] if key == "cursor" || key == "page" => {
            if let [Arg::Flag(parameter)] = items.as_slice() {
                let by = if key == "cursor" { Paginate::Cursor } else { Paginate::Page };
                return Ok(by(parameter.clone()));
            }
            let first = items.first().and_then(Arg::key).map_or(example(key).to_owned(), ToString::to_string);
            let help = format!("write `paginate = {key}({first})`, with the name of the parameter");
            diagnostics.report(value, format!("`{key}` takes the name of one parameter"), help)
        }
        [Arg::Flag(key)] if key == "cursor" || key == "page" => {
            let help = format!("write `paginate = {key}({})`, with the name of the parameter", example(key));
            diagnostics.report(value, format!("`{key}` takes the name of one parameter"), help)
        }
        [Arg::Flag(name) | Arg::List { key: name, .. }] => {
            let help = format!("write `{}`; known are {KNOWN}", meant_pagination(name, &value));
            diagnostics.report(name, format!("unknown pagination `{name}`"), help)
        }
        _ => {
            let meant = meant(KEY.name, value.clone()).unwrap_or_else(|| KEY.example.to_owned());
            let help = format!("write `{meant}`");
            diagnostics.report(value, "`paginate` must be `link`, `cursor(after)` or `page(page)`", help)
        }
    })
}

fn example(key: &Ident) -> &'static str {
    if key == "cursor" { "after" } else { "page" }
}

/// Returns the option with the kind of pagination that is nearest to `name`.
fn meant_pagination(name: &Ident, value: &TokenStream) -> String {
    let text = name.to_string();
    let kind = nearest(&text, ["link", "cursor", "page"]).unwrap_or("link");
    let value = value.to_string().replacen(&text, kind, 1);
    let value = value.parse().unwrap_or_default();
    meant(KEY.name, value).unwrap_or_else(|| KEY.example.to_owned())
}
