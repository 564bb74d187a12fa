//! `paginate = link`, `paginate = cursor(after)`, `paginate = page(page)`: how one page leads to the next.

use proc_macro2::Ident;

use super::key::{Key, value};
use crate::{
    args::{self, Arg},
    diagnostics::{Diagnostics, Reported},
    did_you_mean::suggestion,
    model::Paginate,
};

pub(super) const KEY: Key = Key::new("paginate", "paginate = link");

pub(super) type Value = Paginate;

const HELP: &str = "write `paginate = link`, `paginate = cursor(after)` or `paginate = page(page)`";

pub(super) fn parse(arg: &Arg, diagnostics: &Diagnostics) -> Result<Value, Reported> {
    let value = value(arg);
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
