//! `cfg_attr` around an attribute of `#[api_client]`: always a mistake.

use crate::{
    diagnostics::{Diagnostics, Reported},
    parse::ApiAttr,
};

/// Reports the attribute. The compiler evaluates a `cfg_attr` after this macro has run, which is too late.
pub(crate) fn report(attr: &ApiAttr, diagnostics: &Diagnostics) -> Reported {
    diagnostics.report(
        attr,
        "`cfg_attr` around an attribute of `#[api_client]` is not supported",
        "put `#[cfg(…)]` on the whole method, and write the method twice",
    )
}
