//! The attributes of the derives: their arguments, and those that are misspelt or misplaced.

use proc_macro2::{Ident, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Data, DeriveInput, MacroDelimiter, Meta, MetaList, Variant};

use crate::{
    args::{self, Arg},
    diagnostics::{Diagnostics, Reported},
    did_you_mean::nearest,
};

/// Returns the arguments of an attribute, none for `#[attr]`. Returns `None` for `#[attr = …]` and for other
/// brackets than parentheses.
pub(super) fn args(attr: &Attribute) -> Option<Vec<Arg>> {
    match &attr.meta {
        Meta::Path(_) => Some(Vec::new()),
        Meta::List(MetaList { delimiter: MacroDelimiter::Paren(_), tokens, .. }) => {
            Some(args::split(tokens.clone()))
        }
        Meta::List(_) | Meta::NameValue(_) => None,
    }
}

/// Returns the attribute that is `name` misspelt, with arguments that only `name` has. The compiler reports
/// the unknown attribute, so that a missing one is not reported as well.
pub(super) fn misspelt<'a>(
    attrs: &'a [Attribute],
    name: &str,
    fits: fn(&[Arg]) -> bool,
) -> Option<&'a Ident> {
    attrs.iter().find_map(|attr| {
        let ident = attr.path().get_ident()?;
        let near = ident != name && nearest(&ident.to_string(), [name]).is_some();
        (near && args(attr).is_some_and(|args| fits(&args))).then_some(ident)
    })
}

/// Reports a misspelt attribute that the compiler knows because it belongs to another derive.
pub(super) fn foreign(attr: &Ident, name: &str, diagnostics: &Diagnostics) -> Reported {
    diagnostics.report_unless_the_compiler_does(
        attr.span(),
        format!("`#[{attr}]` is not `#[{name}]`"),
        format!("write `#[{name}]`; if `#[{attr}]` is meant for another derive, write both"),
    )
}

/// Reports each of our attributes at a place where it has no meaning.
pub(super) fn misplaced(
    attrs: &[Attribute],
    names: &[&str],
    message: &str,
    help: &str,
    diagnostics: &Diagnostics,
) {
    for attr in attrs {
        if let Some(name) = names.iter().find(|name| attr.path().is_ident(name)) {
            diagnostics.report(attr, format!("`#[{name}]` {message}"), help);
        }
    }
}

/// Returns whether the first token is a literal that begins with a digit.
pub(super) fn is_number(arg: &Arg) -> bool {
    let first = arg.to_token_stream().into_iter().next();
    let Some(TokenTree::Literal(literal)) = first else { return false };
    literal.to_string().starts_with(|it: char| it.is_ascii_digit())
}

/// Returns whether another derive, such as that of `thiserror`, implements `Display` and `Error`.
pub(super) fn has_error(input: &DeriveInput) -> bool {
    has(&input.attrs, "error") || variants(input).any(|variant| has(&variant.attrs, "error"))
}

/// Returns the variants, none of a type that is no enum.
pub(super) fn variants(input: &DeriveInput) -> impl Iterator<Item = &Variant> {
    let variants = match &input.data {
        Data::Enum(data) => Some(&data.variants),
        Data::Struct(_) | Data::Union(_) => None,
    };
    variants.into_iter().flatten()
}

/// Returns whether there is an attribute of this name.
pub(super) fn has(attrs: &[Attribute], name: &str) -> bool {
    attrs.iter().any(|attr| attr.path().is_ident(name))
}
