//! Arguments that several attributes of a parameter take: a literal, a name, a media type, or none.

use syn::LitStr;

use crate::{
    args::Arg,
    diagnostics::{Diagnostics, Reported},
    parse::{ApiAttr, ApiAttrArgs},
    validate::header,
};

/// Parses the literal in `#[header("name")]`, which is optional.
pub(super) fn literal(
    attr: &ApiAttr,
    example: &str,
    diagnostics: &Diagnostics,
) -> Result<Option<LitStr>, Reported> {
    let help = format!("write `#[{name}]` or `#[{name}({example:?})]`", name = attr.name);
    match (&attr.args, attr.list()) {
        (ApiAttrArgs::None, _) => Ok(None),
        (ApiAttrArgs::List(_), [arg]) => match syn::parse2(quote::quote!(#arg)) {
            Ok(literal) => Ok(Some(literal)),
            Err(_) => {
                Err(diagnostics.report(arg, format!("`#[{}]` takes a string literal", attr.name), help))
            }
        },
        (ApiAttrArgs::List(_), [_, second, ..]) => {
            Err(diagnostics.report(second, format!("`#[{}]` takes one string literal", attr.name), help))
        }
        (ApiAttrArgs::List(_) | ApiAttrArgs::Wrong, _) => {
            let message = format!("`#[{}]` takes a string literal in parentheses", attr.name);
            Err(diagnostics.report(attr, message, help))
        }
    }
}

/// Parses the literal and the options in `#[query("name", style = csv)]`, all of which are optional.
pub(super) fn literal_and_options<'a>(
    attr: &'a ApiAttr,
    example: &str,
    diagnostics: &Diagnostics,
) -> Result<(Option<LitStr>, Vec<&'a Arg>), Reported> {
    let (options, rest): (Vec<&Arg>, Vec<&Arg>) = attr
        .list()
        .iter()
        .partition(|arg| matches!(arg, Arg::Assign { .. } | Arg::List { .. } | Arg::Flag(_)));
    let help = format!("write `#[{name}]` or `#[{name}({example:?})]`", name = attr.name);
    let literal = match (&attr.args, rest.as_slice()) {
        (ApiAttrArgs::None, _) => None,
        (ApiAttrArgs::List(_), []) if !options.is_empty() => None,
        // A name without its quotes.
        (ApiAttrArgs::List(_), [arg]) => match syn::parse2::<LitStr>(quote::quote!(#arg)) {
            Ok(literal) => Some(literal),
            Err(_) => {
                return Err(diagnostics.report(
                    arg,
                    format!("`#[{}]` takes a string literal", attr.name),
                    help,
                ));
            }
        },
        (ApiAttrArgs::List(_), [_, second, ..]) => {
            let message = format!("`#[{}]` takes one string literal", attr.name);
            return Err(diagnostics.report(second, message, help));
        }
        (ApiAttrArgs::List(_) | ApiAttrArgs::Wrong, _) => {
            let message = format!("`#[{}]` takes a string literal in parentheses", attr.name);
            return Err(diagnostics.report(attr, message, help));
        }
    };
    Ok((literal, options))
}

/// Checks that the attribute has no argument.
pub(super) fn no_argument(attr: &ApiAttr, diagnostics: &Diagnostics) -> Result<(), Reported> {
    if matches!(attr.args, ApiAttrArgs::None) {
        return Ok(());
    }
    let message = format!("`#[{}]` takes no argument", attr.name);
    Err(diagnostics.report(attr, message, format!("write `#[{}]`", attr.name)))
}

/// Parses a name that cannot be empty; `default` is the name of a parameter without a literal.
pub(super) fn name_or(
    default: &str,
    literal: Option<&LitStr>,
    what: &str,
    help: &str,
    diagnostics: &Diagnostics,
) -> Result<String, Reported> {
    let Some(literal) = literal else { return Ok(default.to_owned()) };
    let name = literal.value();
    if name.is_empty() {
        return Err(diagnostics.report(literal, format!("the name of a {what} cannot be empty"), help));
    }
    Ok(name)
}

/// Parses an optional media type.
pub(super) fn media_type(
    attr: &ApiAttr,
    example: &str,
    diagnostics: &Diagnostics,
) -> Result<Option<LitStr>, Reported> {
    let Some(literal) = literal(attr, example, diagnostics)? else { return Ok(None) };
    header::media_type(&literal, diagnostics)?;
    Ok(Some(literal))
}
