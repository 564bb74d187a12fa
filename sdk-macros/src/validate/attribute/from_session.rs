//! `#[from_session]`: a value that the session supplies. It stands next to an attribute that gives a role.

use super::argument::no_argument;
use crate::{
    diagnostics::{Diagnostics, Reported},
    parse::{ApiAttr, RawParam},
};

pub(super) const NAME: &str = "from_session";

/// Returns the attribute, and the report of a mistake in it.
pub(crate) fn of<'a>(
    param: &'a RawParam,
    diagnostics: &Diagnostics,
) -> (Option<&'a ApiAttr>, Option<Reported>) {
    let attr = param.api_attr(NAME);
    (attr, attr.and_then(|attr| no_argument(attr, &param.ty, diagnostics).err()))
}
