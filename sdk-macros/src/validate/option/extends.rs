//! `extends`: the client also has the endpoints of the supertraits.

use super::key::Key;
use crate::{
    args::Arg,
    diagnostics::{Diagnostics, Reported},
};

pub(super) const KEY: Key = Key { is_flag: true, ..Key::new("extends", "extends") };

pub(super) type Value = ();

pub(super) fn parse(arg: &Arg, diagnostics: &Diagnostics) -> Result<Value, Reported> {
    match arg {
        Arg::Flag(_) => Ok(()),
        _ => Err(diagnostics.report(
            arg,
            "`extends` takes no value",
            "write `#[api_client(extends)]`, and the other trait as a supertrait: `trait Users: Crud<User>`",
        )),
    }
}
