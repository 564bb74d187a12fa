//! `dyn`: the request for a type-erased `Dyn<Trait>`.

use super::key::Key;
use crate::{
    args::Arg,
    diagnostics::{Diagnostics, Reported},
};

pub(super) const KEY: Key = Key { is_flag: true, ..Key::new("dyn", "dyn") };

pub(super) type Value = ();

pub(super) fn parse(arg: &Arg, diagnostics: &Diagnostics) -> Result<Value, Reported> {
    match arg {
        Arg::Flag(_) => Ok(()),
        _ => Err(diagnostics.report(arg, "`dyn` takes no value", "write `#[api_client(dyn)]`")),
    }
}
