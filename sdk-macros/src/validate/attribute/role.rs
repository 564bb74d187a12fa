//! The attribute of a parameter that says where the value goes, and the role that it requests.

use proc_macro2::Ident;
use syn::LitStr;

use crate::{
    diagnostics::{Diagnostics, Reported},
    model::Role,
    parse::{ApiAttr, RawParam},
};

/// An attribute that gives a role to a parameter.
pub(crate) struct RoleAttr {
    pub(crate) name: &'static str,
    pub(crate) parse: fn(&Written<'_>, &Diagnostics) -> Result<RequestedRole, Reported>,
}

/// A parameter and the one attribute on it that gives it a role.
pub(crate) struct Written<'a> {
    pub(crate) attr: &'a ApiAttr,
    pub(crate) param: &'a RawParam,
    pub(crate) ident: &'a Ident,
    /// The name without `r#`.
    pub(crate) name: &'a str,
}

/// What a parameter is to be in the request, before placeholders are bound.
pub(crate) enum RequestedRole {
    /// There is no attribute: a path argument, if a placeholder has its name.
    ByName,
    /// A path argument for the placeholder of this name, or of the parameter's name.
    Path(Option<LitStr>),
    Role(Role),
    /// A mistake that was reported. More cannot be said about the parameter.
    Unknown(Reported),
}
