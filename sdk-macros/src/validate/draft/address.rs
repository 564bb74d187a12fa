//! The target of an endpoint's requests: a path below the client's URL, or an address that is a parameter.

use syn::LitStr;

use super::param::ParsedParams;
use crate::{
    diagnostics::{Diagnostics, Reported},
    model::Role,
    parse::RawMethod,
    template::Template,
    validate::{
        attribute::{
            RequestedRole,
            verb::{PathArg, Verb},
        },
        wording::shown,
    },
};

/// The target of the requests of an endpoint.
pub(crate) enum Address {
    /// A path below the base of the trait.
    Path { literal: LitStr, template: Template },
    /// The whole address is the argument for the parameter of this name.
    Argument(String),
}

impl Address {
    /// Returns the path, without the base of the trait.
    pub(crate) fn template(&self) -> Option<&Template> {
        match self {
            Self::Path { template, .. } => Some(template),
            Self::Argument(_) => None,
        }
    }
}

/// Returns the path of the verb, or the one parameter that is the whole address.
pub(crate) fn of(
    raw: &RawMethod,
    params: &ParsedParams<'_>,
    verb: &Verb<'_>,
    diagnostics: &Diagnostics,
) -> Result<Address, Reported> {
    let mut addresses = params.all.iter().filter_map(|param| match (&param.role, param.attr) {
        (RequestedRole::Role(Role::Url), Some(attr)) => Some((param, attr)),
        _ => None,
    });
    let name = &verb.attr.name;
    let Some((first, attr)) = addresses.next() else {
        return match &verb.path {
            PathArg::Path(literal, template) => {
                Ok(Address::Path { literal: literal.clone(), template: template.clone() })
            }
            PathArg::Mistaken(reported) => Err(*reported),
            PathArg::Missing => Err(misread(params).unwrap_or_else(|| {
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
    first.must_be_unconditional("the address", diagnostics);
    for (second, attr) in addresses {
        diagnostics.report(
            attr,
            format!("two addresses: `{}` and `{}`", first.name, second.name),
            format!("remove it: `{}` is the address already", first.name),
        );
    }
    match &verb.path {
        PathArg::Path(literal, template) => {
            diagnostics.report(
                attr,
                format!("`{}` is the whole address, and there is a path as well", first.name),
                format!("write `#[{name}]`, without the path `{}`", shown(literal)),
            );
            Ok(Address::Path { literal: literal.clone(), template: template.clone() })
        }
        PathArg::Mistaken(reported) => Err(*reported),
        PathArg::Missing => Ok(Address::Argument(first.name.clone())),
    }
}

/// Returns the report of a parameter with a mistake that may have been meant as the address. A misspelt
/// `#[url]` is one mistake, and is reported once.
fn misread(params: &ParsedParams<'_>) -> Option<Reported> {
    params.all.iter().find_map(|param| match (&param.role, param.attr) {
        (RequestedRole::Unknown(reported), None) => Some(*reported),
        (RequestedRole::Unknown(reported), Some(attr)) if attr.name == "url" => Some(*reported),
        _ => None,
    })
}
