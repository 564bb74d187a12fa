//! `reconnect = 5`: how often a stream of events connects again without an event in between.

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

pub(super) const KEY: Key = Key::new("reconnect", "reconnect = 5");

pub(super) type Value = Retry;

/// More connections without an event are a loop.
const MOST: u32 = 1000;

pub(super) fn parse(arg: &Arg, diagnostics: &Diagnostics) -> Result<Value, Reported> {
    let value = value(arg);
    let meant = meant(KEY.name, value.clone()).unwrap_or_else(|| KEY.example.to_owned());
    let help = format!("write `{meant}`, a number of connections in a row up to {MOST}, or remove it");
    let span = value.span();
    let times = match syn::parse2::<Lit>(value.clone()) {
        Ok(Lit::Int(literal)) if literal.suffix().is_empty() => literal.base10_parse::<u32>().ok(),
        _ => None,
    };
    Err(match times {
        Some(0) => diagnostics.report(
            value,
            "`reconnect = 0` connects once",
            format!("remove it, or write `{}`", KEY.example),
        ),
        Some(times) if times <= MOST => return Ok(Retry { times, span }),
        Some(_) => diagnostics.report(value, format!("`{}` is too much", shown(arg)), help),
        None => diagnostics.report(value, "expected a number of connections", help),
    })
}
