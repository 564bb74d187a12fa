//! `extendable`: the trait can be a supertrait of one with `extends`.

use super::key::Key;
use crate::{
    args::Arg,
    diagnostics::{Diagnostics, Reported},
};

pub(super) const KEY: Key = Key { is_flag: true, ..Key::new("extendable", "extendable") };

pub(super) type Value = ();

pub(super) fn parse(arg: &Arg, diagnostics: &Diagnostics) -> Result<Value, Reported> {
    match arg {
        Arg::Flag(_) => Ok(()),
        _ => Err(diagnostics.report(arg, "`extendable` takes no value", "write `#[api_client(extendable)]`")),
    }
}
