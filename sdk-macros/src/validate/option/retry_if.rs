//! `retry_if = function`: which failures are retried.

use syn::{LitStr, Path, parse::Parser};

use super::key::{Key, value};
use crate::{
    args::Arg,
    diagnostics::{Diagnostics, Reported},
    validate::wording::shown,
};

pub(super) const KEY: Key = Key {
    for_all_endpoints: "; for all of a client: `.retry_if(…)` on its builder",
    ..Key::new("retry_if", "retry_if = is_retried")
};

pub(super) type Value = Path;

pub(super) fn parse(arg: &Arg, diagnostics: &Diagnostics) -> Result<Value, Reported> {
    let value = value(arg);
    if let (Arg::Assign { .. }, Ok(path)) = (arg, Path::parse_mod_style.parse2(value.clone())) {
        return Ok(path);
    }
    let literal = syn::parse2::<LitStr>(value.clone()).ok();
    let path = literal.and_then(|literal| literal.parse_with(Path::parse_mod_style).ok());
    let help = match path {
        Some(path) => format!("write `retry_if = {}`", shown(path)),
        None => {
            let text = shown(&value);
            let numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|number| number.len() == 3);
            let statuses = numbers.collect::<Vec<_>>().join(" | ");
            let statuses = if statuses.is_empty() { "409".to_owned() } else { statuses };
            format!(
                "write `retry_if = is_retried`, and the function `fn is_retried(failed: \
                 &sdk_runtime::client::FailedAttempt<'_>) -> bool {{ failed.is_transient() || \
                 failed.status().is_some_and(|status| matches!(status.as_u16(), {statuses})) }}`"
            )
        }
    };
    Err(diagnostics.report(value, "`retry_if` takes the path of a function", help))
}
