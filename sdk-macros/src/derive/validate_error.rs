//! The validation of an enum that derives `ApiError`.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{Attribute, Data, DeriveInput, Fields, Type, Variant, ext::IdentExt};

use super::{
    attribute::{args, foreign, has_error, is_number, misplaced, misspelt},
    foreign_status,
    status::{self, Status, status},
};
use crate::{
    args::Arg,
    diagnostics::{Diagnostics, Reported},
    span,
};

/// An enum that can hold any failure, with variants for some statuses.
pub(super) struct ErrorEnum {
    pub(super) declared: Vec<Declared>,
    pub(super) other: Other,
}

/// A variant with `#[status(…)]`.
pub(super) struct Declared {
    pub(super) name: Ident,
    pub(super) statuses: Vec<Status>,
    /// The type that the body is decoded into.
    pub(super) body: Option<Type>,
}

/// The variant with `#[other]`.
pub(super) struct Other {
    pub(super) name: Ident,
    pub(super) ty: Type,
}

const OTHER: &str = "`#[other] Other(sdk_runtime::Error)`";
const ROLES: [&str; 2] = ["status", "other"];

pub(super) fn of(input: &DeriveInput, diagnostics: &Diagnostics) -> Result<ErrorEnum, Reported> {
    let name = &input.ident;
    let variants = match &input.data {
        Data::Enum(data) => &data.variants,
        Data::Struct(data) => return Err(no_enum(data.struct_token, name, diagnostics)),
        Data::Union(data) => return Err(no_enum(data.union_token, name, diagnostics)),
    };
    let on_a_variant = "write it there: `#[status(409)] Duplicate(ExistingIssue)`";
    misplaced(&input.attrs, &ROLES, "belongs on a variant", on_a_variant, diagnostics);
    let other_of = |it: &&Variant| roles(it).any(is_other) || misspelt_other(it).is_some();
    let named = variants.iter().find(other_of).map(|variant| &variant.ident);
    let means_other = |it: &Variant| roles(it).any(|attr| foreign_status::default(attr).is_some());
    let has_other = named.is_some() || variants.iter().any(means_other);
    let has_thiserror = has_error(input);
    let (mut others, mut declared) = (Vec::new(), Vec::new());
    let (mut undeclared, mut lacks_other) = (Ok(()), !has_other);
    let mut seen = Vec::new();
    for variant in variants {
        let on_the_enum = format!("write it there: `#[api_error(crate = my_crate::sdk)] enum {name}`");
        misplaced(&variant.attrs, &["api_error"], "belongs on the enum", &on_the_enum, diagnostics);
        for field in &variant.fields {
            misplaced(
                &field.attrs,
                &ROLES,
                "belongs on the variant, not on its field",
                on_a_variant,
                diagnostics,
            );
        }
        match roles(variant).next() {
            Some(first) => {
                if let Some(reported) = two_roles(variant, first, diagnostics) {
                    undeclared = Err(reported);
                }
                if is_other(first) {
                    others.push(variant);
                } else if let Some(at) = foreign_status::default(first) {
                    undeclared = Err(foreign_status::report_default(variant, &at, named, diagnostics));
                } else {
                    foreign_status::next_to_a_status(variant, diagnostics);
                    if !has_thiserror {
                        foreign_status::from_of_thiserror(variant, diagnostics);
                    }
                    declared.push(self::declared(variant, &mut seen, diagnostics));
                }
            }
            None => undeclared = Err(no_role(variant, has_other, &mut lacks_other, diagnostics)),
        }
    }
    let no_other = || {
        let help = format!("add a variant for every other failure: {OTHER}");
        diagnostics.report(name, format!("`{name}` has no variant with `#[other]`"), help)
    };
    let lack = if lacks_other { Err(no_other()) } else { undeclared };
    let other = match others.split_first() {
        Some((first, more)) => other(first, more, diagnostics)?,
        None => return Err(lack.err().unwrap_or_else(no_other)),
    };
    lack?;
    Ok(ErrorEnum { declared: declared.into_iter().collect::<Result<_, _>>()?, other })
}

fn no_enum(keyword: impl ToTokens, name: &Ident, diagnostics: &Diagnostics) -> Reported {
    let help = format!("declare one: `enum {name} {{ #[other] Other(sdk_runtime::Error) }}`");
    diagnostics.report(keyword, "`ApiError` can only be derived for an enum", help)
}

/// Returns the attributes `#[status]` and `#[other]` of a variant.
fn roles(variant: &Variant) -> impl Iterator<Item = &Attribute> {
    variant.attrs.iter().filter(|attr| ROLES.iter().any(|role| attr.path().is_ident(role)))
}

fn is_other(attr: &Attribute) -> bool {
    attr.path().is_ident("other")
}

fn misspelt_other(variant: &Variant) -> Option<&Ident> {
    misspelt(&variant.attrs, "other", <[Arg]>::is_empty)
}

fn two_roles(variant: &Variant, first: &Attribute, diagnostics: &Diagnostics) -> Option<Reported> {
    let second = roles(variant).find(|attr| is_other(attr) != is_other(first))?;
    let message = format!("two roles on the variant `{}`: `#[status]` and `#[other]`", variant.ident.unraw());
    let help = format!("keep one; every other failure has a variant of its own: {OTHER}");
    Some(diagnostics.report(second, message, help))
}

/// Reports a variant without a role. Clears `lacks_other` if this report says that `#[other]` is missing.
fn no_role(
    variant: &Variant,
    has_other: bool,
    lacks_other: &mut bool,
    diagnostics: &Diagnostics,
) -> Reported {
    if let Some(attr) = misspelt_other(variant) {
        return foreign(attr, "other", diagnostics);
    }
    if let Some(attr) = misspelt(&variant.attrs, "status", |args| args.iter().any(is_number)) {
        return foreign(attr, "status", diagnostics);
    }
    if let Some(reported) = foreign_status::report(variant, diagnostics) {
        return reported;
    }
    let name = variant.ident.unraw();
    if !has_other && (name == "Other" || variant.fields.iter().any(|field| is_called_error(&field.ty))) {
        let help = format!("write `{}`", foreign_status::as_other(variant));
        *lacks_other = false;
        return diagnostics.report(&variant.ident, format!("the variant `{name}` has no `#[other]`"), help);
    }
    let meant = status::meant(&name.to_string()).unwrap_or_else(|| "409".to_owned());
    let help = format!("write `#[status({meant})] {name}`");
    diagnostics.report(&variant.ident, format!("the variant `{name}` has no status"), help)
}

fn is_called_error(ty: &Type) -> bool {
    let Type::Path(path) = span::strip_groups(ty) else { return false };
    path.path.segments.last().is_some_and(|last| last.ident == "Error")
}

fn other(first: &Variant, more: &[&Variant], diagnostics: &Diagnostics) -> Result<Other, Reported> {
    let name = first.ident.unraw();
    let all = [first].into_iter().chain(more.iter().copied());
    for attr in all.flat_map(|variant| roles(variant).filter(|attr| is_other(attr))) {
        if args(attr).is_none_or(|args| !args.is_empty()) {
            diagnostics.report(attr, "`#[other]` has no arguments", format!("write {OTHER}"));
        }
    }
    let again = roles(first).filter(|attr| is_other(attr)).skip(1);
    for attr in again.chain(more.iter().flat_map(|variant| roles(variant).filter(|attr| is_other(attr)))) {
        let help =
            format!("keep one, for every failure without a variant: `#[other] {name}(sdk_runtime::Error)`");
        diagnostics.report(attr, "a second `#[other]`", help);
    }
    match only_field(first, diagnostics, &format!("write `#[other] {name}(sdk_runtime::Error)`"))? {
        Some(ty) => Ok(Other { name: first.ident.clone(), ty }),
        None => {
            let message = format!("the variant `{name}` has no room for an error");
            let help = format!("write `#[other] {name}(sdk_runtime::Error)`");
            Err(diagnostics.report(&first.ident, message, help))
        }
    }
}

/// Returns the type in `Name(Type)`, or `None` for `Name`.
fn only_field(variant: &Variant, diagnostics: &Diagnostics, help: &str) -> Result<Option<Type>, Reported> {
    let name = variant.ident.unraw();
    let at: TokenStream = match &variant.fields {
        Fields::Unit => return Ok(None),
        Fields::Unnamed(fields) => match (fields.unnamed.first(), fields.unnamed.get(1)) {
            (Some(field), None) => return Ok(Some(field.ty.clone())),
            (_, Some(second)) => second.to_token_stream(),
            (None, None) => fields.to_token_stream(),
        },
        Fields::Named(fields) => fields.to_token_stream(),
    };
    Err(diagnostics.report(at, format!("the variant `{name}` must have one field without a name"), help))
}

fn declared(
    variant: &Variant,
    seen: &mut Vec<(Status, Ident)>,
    diagnostics: &Diagnostics,
) -> Result<Declared, Reported> {
    let name = variant.ident.unraw();
    let mut statuses = Vec::new();
    for attr in roles(variant).filter(|attr| !is_other(attr)) {
        let args = args(attr).unwrap_or_default();
        if args.is_empty() {
            diagnostics.report(attr, "`#[status]` names no status", format!("write `#[status(409)] {name}`"));
        }
        for arg in &args {
            let Ok(status) = status(arg, diagnostics) else { continue };
            let shown = arg.to_token_stream();
            match seen.iter().find(|(earlier, _)| *earlier == status) {
                Some((_, earlier)) => {
                    let help = match args.len() {
                        1 => format!("write another status: {shown} means `{earlier}` already"),
                        _ => format!("remove it: {shown} means `{earlier}` already"),
                    };
                    diagnostics.report(arg, format!("the status {shown} is declared twice"), help);
                }
                None => seen.push((status, name.clone())),
            }
            statuses.push(status);
        }
    }
    let help = format!(
        "put the parts into a struct that derives `serde::Deserialize`: `{name}({name}Body)`; or write \
            `{name}` alone"
    );
    let body = only_field(variant, diagnostics, &help)?;
    Ok(Declared { name: variant.ident.clone(), statuses, body })
}
