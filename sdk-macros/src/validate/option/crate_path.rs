//! `crate = my_crate::sdk`: the path of the runtime, if it was renamed or re-exported.

use syn::{Path, parse::Parser};

use super::{
    key::{Key, value},
    meant::meant,
};
use crate::{
    args::Arg,
    diagnostics::{Diagnostics, Reported},
};

pub(super) const KEY: Key = Key::new("crate", "crate = my_crate::sdk");

pub(super) type Value = Path;

pub(super) fn parse(arg: &Arg, diagnostics: &Diagnostics) -> Result<Value, Reported> {
    Path::parse_mod_style.parse2(value(arg)).map_err(|_| {
        let meant = meant(KEY.name, value(arg)).unwrap_or_else(|| KEY.example.to_owned());
        let help = format!("write `{meant}`");
        diagnostics.report(value(arg), "expected the path of a crate or module", help)
    })
}
