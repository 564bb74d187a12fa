//! Where the requests of an endpoint go: to a path below the client's URL, or to an address that is a parameter. Must not know
//! about placeholders.

use syn::LitStr;

use super::{
    params::{Params, Wanted},
    path::unconditional,
    verb::{Verb, Written},
};
use crate::{
    diagnostics::{Diagnostics, Reported},
    model::Role,
    parse::RawMethod,
    template::Template,
};

/// Where the requests of an endpoint go.
pub(crate) enum Address<'a> {
    /// Below the base of the trait.
    Path(&'a LitStr, &'a Template),
    /// To the whole address that is the parameter of this name.
    Argument(String),
}

impl Address<'_> {
    pub(crate) fn template(&self) -> Option<&Template> {
        match self {
            Self::Path(_, template) => Some(template),
            Self::Argument(_) => None,
        }
    }
}

/// There is a path, or one parameter that is the whole address.
pub(crate) fn of<'a>(
    raw: &RawMethod,
    params: &Params<'_>,
    verb: &'a Verb<'_>,
    diagnostics: &Diagnostics,
) -> Result<Address<'a>, Reported> {
    let mut addresses = params.reads.iter().filter_map(|read| match (&read.role, read.attr) {
        (Wanted::Role(Role::Url), Some(attr)) => Some((read, attr)),
        _ => None,
    });
    let name = &verb.attr.name;
    let Some((first, attr)) = addresses.next() else {
        return match &verb.path {
            Written::Path(literal, template) => Ok(Address::Path(literal, template)),
            Written::Wrong(reported) => Err(*reported),
            Written::Nothing => Err(misread(params).unwrap_or_else(|| {
                diagnostics.report(
                    verb.attr,
                    format!("`#[{name}]` needs a path"),
                    format!(
                        "write `{}`, or take the whole address as an argument: `#[url] next: &Url`",
                        verb.example(raw)
                    ),
                )
            })),
        };
    };
    unconditional(first, "the address", diagnostics);
    for (second, attr) in addresses {
        diagnostics.report(
            attr,
            format!("two addresses: `{}` and `{}`", first.name, second.name),
            format!("keep one: `#[url] {}: {}`", first.name, super::shown(&first.raw.ty)),
        );
    }
    match &verb.path {
        Written::Path(literal, template) => {
            diagnostics.report(
                attr,
                format!("`{}` is the whole address, and there is a path as well", first.name),
                format!("remove the path: `#[{name}]` instead of `#[{name}({})]`", super::shown(literal)),
            );
            Ok(Address::Path(literal, template))
        }
        Written::Wrong(reported) => Err(*reported),
        Written::Nothing => Ok(Address::Argument(first.name.clone())),
    }
}

/// A parameter that was not understood, and may have been meant as the address: a `#[url]` that is not written as it should be
/// is told alone.
fn misread(params: &Params<'_>) -> Option<Reported> {
    params.reads.iter().find_map(|read| match (&read.role, read.attr) {
        (Wanted::Unknown(reported), None) => Some(*reported),
        (Wanted::Unknown(reported), Some(attr)) if attr.name == "url" => Some(*reported),
        _ => None,
    })
}
