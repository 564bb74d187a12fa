//! `timeout = 30s`: the limit of a whole call.

use proc_macro2::TokenStream;
use syn::Lit;

use super::{
    key::{Key, value},
    meant::{both_units, meant},
};
use crate::{
    args::Arg,
    diagnostics::{Diagnostics, Reported},
    model::Timeout,
};

pub(super) const KEY: Key = Key::new("timeout", "timeout = 30s");

pub(super) type Value = Timeout;

pub(super) fn parse(arg: &Arg, diagnostics: &Diagnostics) -> Result<Value, Reported> {
    let value = value(arg);
    if value.to_string() == "none" {
        return Ok(Timeout::Never);
    }
    match milliseconds(value.clone()) {
        Some(0) => {
            Err(diagnostics.report(value, "a timeout of zero", "write `timeout = none` for no timeout"))
        }
        Some(milliseconds) => Ok(Timeout::After(milliseconds)),
        None => {
            let meant = || meant(KEY.name, value.clone()).unwrap_or_else(|| KEY.example.to_owned());
            let help = both_units(&value).unwrap_or_else(|| match meant().as_str() {
                "timeout = none" => "write `timeout = none` for no timeout".to_owned(),
                meant => {
                    format!("write `{meant}`, with one of the units `ms`, `s`, `m`, `h`; or `timeout = none`")
                }
            });
            Err(diagnostics.report(value, "expected a duration such as `30s`", help))
        }
    }
}

pub(super) fn milliseconds(value: TokenStream) -> Option<u64> {
    let Ok(Lit::Int(literal)) = syn::parse2::<Lit>(value) else { return None };
    let unit = match literal.suffix() {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    literal.base10_parse::<u64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, expected) in [
            ("30s", Some(30_000)),
            ("500ms", Some(500)),
            ("10m", Some(600_000)),
            ("2h", Some(7_200_000)),
            ("1_000ms", Some(1_000)),
            ("0s", Some(0)),
            ("30", None),
            ("\"30s\"", None),
            ("1.5s", None),
            ("30sec", None),
            ("30 s", None),
            ("99999999999999999h", None),
            ("", None),
        ] {
            assert_eq!(milliseconds(text.parse().unwrap()), expected, "{text}");
        }
    }
}
