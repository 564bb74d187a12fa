//! `idle_timeout = 30s`: how long the body of an answer may be silent.

use super::{
    key::{Key, value},
    meant::{both_units, meant},
    timeout::milliseconds,
};
use crate::{
    args::Arg,
    diagnostics::{Diagnostics, Reported},
    model::Timeout,
};

pub(super) const KEY: Key = Key {
    for_all_endpoints: "; for all of a client: `.idle_timeout(…)` on its builder",
    ..Key::new("idle_timeout", "idle_timeout = 30s")
};

pub(super) type Value = Timeout;

pub(super) fn parse(arg: &Arg, diagnostics: &Diagnostics) -> Result<Value, Reported> {
    let value = value(arg);
    if value.to_string() == "none" {
        return Ok(Timeout::Never);
    }
    match milliseconds(value.clone()) {
        Some(milliseconds @ 1..) => Ok(Timeout::After(milliseconds)),
        _ => {
            let meant = meant(KEY.name, value.clone()).unwrap_or_else(|| KEY.example.to_owned());
            let help = both_units(&value).map(|help| help.replace("`timeout", "`idle_timeout"));
            let help = help.unwrap_or_else(|| match meant.as_str() {
                "idle_timeout = none" => "write `idle_timeout = none` for no limit".to_owned(),
                meant => format!(
                    "write `{meant}`, with one of the units `ms`, `s`, `m`, `h`; or `idle_timeout = none`"
                ),
            });
            Err(diagnostics.report(value, "expected a duration such as `30s`", help))
        }
    }
}
