//! `attempt_timeout = 5s`: the limit of one attempt of a call.

use super::{
    key::{Key, value},
    meant::{both_units, meant},
    timeout::milliseconds,
};
use crate::{
    args::Arg,
    diagnostics::{Diagnostics, Reported},
};

pub(super) const KEY: Key = Key {
    for_all_endpoints: "; for all of a client: `.attempt_timeout(…)` on its builder",
    ..Key::new("attempt_timeout", "attempt_timeout = 5s")
};

/// In milliseconds.
pub(super) type Value = u64;

pub(super) fn parse(arg: &Arg, diagnostics: &Diagnostics) -> Result<Value, Reported> {
    let value = value(arg);
    match milliseconds(value.clone()) {
        Some(milliseconds @ 1..) => Ok(milliseconds),
        _ => {
            let meant = meant("timeout", value.clone()).filter(|meant| meant != "timeout = none");
            let meant = meant.map_or_else(|| KEY.example.to_owned(), |meant| format!("attempt_{meant}"));
            let help = both_units(&value).map(|help| help.replace("`timeout", "`attempt_timeout"));
            let help = help.unwrap_or_else(|| {
                format!("write `{meant}`, with one of the units `ms`, `s`, `m`, `h`; or remove it")
            });
            Err(diagnostics.report(value, "expected a duration such as `5s`", help))
        }
    }
}
