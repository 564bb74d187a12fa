//! `retry = 3`: the number of retries after a transient failure.

use syn::{Lit, spanned::Spanned};

use super::{
    key::{Key, value},
    meant::meant,
};
use crate::{
    args::Arg,
    diagnostics::{Diagnostics, Reported},
    model::Retry,
    validate::wording::shown,
};

pub(super) const KEY: Key = Key {
    for_all_endpoints: "; for all of a client: `.retry(3)` on its builder",
    ..Key::new("retry", "retry = 3")
};

pub(super) type Value = Retry;

/// More retries than this are a loop.
const MOST: u32 = 100;

pub(super) fn parse(arg: &Arg, diagnostics: &Diagnostics) -> Result<Value, Reported> {
    let value = value(arg);
    let meant = meant(KEY.name, value.clone()).unwrap_or_else(|| KEY.example.to_owned());
    let help = format!("write `{meant}`, a number of retries up to {MOST}, or `retry = never`");
    let span = value.span();
    if value.to_string() == "never" {
        return Ok(Retry { times: 0, span });
    }
    let times = match syn::parse2::<Lit>(value.clone()) {
        Ok(Lit::Int(literal)) if literal.suffix().is_empty() => literal.base10_parse::<u32>().ok(),
        _ => None,
    };
    Err(match times {
        Some(0) => diagnostics.report(value, "`retry = 0` retries nothing", "write `retry = never`"),
        Some(times) if times <= MOST => return Ok(Retry { times, span }),
        Some(_) => diagnostics.report(value, format!("`{}` is too much", shown(arg)), help),
        None => diagnostics.report(value, "expected a number of retries", help),
    })
}
