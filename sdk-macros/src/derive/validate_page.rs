//! The validation of a struct that derives `Page`.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Data, DeriveInput, Field, Fields, FieldsNamed, Type, ext::IdentExt};

use super::attribute::{args, foreign, misspelt};
use crate::{
    args::Arg,
    diagnostics::{Diagnostics, Reported},
    did_you_mean::nearest,
    returns::arguments_of,
    validate::shown,
};

/// The fields with a role.
pub(super) struct PageStruct {
    pub(super) items: Part,
    pub(super) next: Option<Part>,
    pub(super) more: Option<Part>,
}

pub(super) struct Part {
    pub(super) name: Ident,
    pub(super) ty: Type,
}

const ITEMS: &str = "items";
const NEXT: &str = "next";
const MORE: &str = "more";

/// Returns the role with this name.
pub(super) fn role(name: &Ident) -> Option<&'static str> {
    [ITEMS, NEXT, MORE].into_iter().find(|role| name == role)
}

pub(super) fn of(input: &DeriveInput, diagnostics: &Diagnostics) -> Result<PageStruct, Reported> {
    let fields = fields(input, diagnostics)?;
    let start = diagnostics.checkpoint();
    for arg in input.attrs.iter().filter(|attr| attr.path().is_ident("page")).flat_map(args).flatten() {
        if let Some(role) = arg.key().and_then(role) {
            let help = format!("write it there: `#[page({role})]`");
            diagnostics.report(&arg, format!("`{role}` belongs on a field"), help);
        }
    }
    let mut parts: Vec<(&str, Part)> = Vec::new();
    for field in &fields.named {
        let Some(name) = &field.ident else { continue };
        let is_role = |args: &[Arg]| args.iter().any(|arg| arg.key().and_then(role).is_some());
        if let Some(attr) = misspelt(&field.attrs, "page", is_role) {
            foreign(attr, "page", diagnostics);
        }
        let roles = roles(field, diagnostics);
        let Some((arg, role)) = roles.first() else { continue };
        if let Some((second, other)) = roles.get(1) {
            let name = name.unraw();
            let message = format!("two roles on the field `{name}`: `{role}` and `{other}`");
            diagnostics.report(
                second,
                message,
                format!("write `#[page({role})] {name}: {}`, with one role", shown(&field.ty)),
            );
        }
        if let Some((_, earlier)) = parts.iter().find(|(earlier, _)| earlier == role) {
            let message = format!("a second field with `#[page({role})]`");
            diagnostics.report(arg, message, format!("remove it: `{}` has this role", earlier.name.unraw()));
        } else {
            parts.push((role, Part { name: name.clone(), ty: field.ty.clone() }));
        }
    }
    let mut part = |role: &str| {
        let at = parts.iter().position(|(it, _)| *it == role)?;
        Some(parts.swap_remove(at).1)
    };
    let (items, next, more) = (part(ITEMS), part(NEXT), part(MORE));
    // A mistake in an attribute may be the only one.
    diagnostics.clean_since(start)?;
    let items = items.ok_or_else(|| {
        let message = format!("`{}` has no field with `#[page(items)]`", input.ident);
        diagnostics.report(&input.ident, message, format!("write {}", likely_items(fields)))
    })?;
    Ok(PageStruct { items, next, more })
}

fn fields<'a>(input: &'a DeriveInput, diagnostics: &Diagnostics) -> Result<&'a FieldsNamed, Reported> {
    let keyword = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => return Ok(fields),
            Fields::Unnamed(fields) => fields.to_token_stream(),
            Fields::Unit => data.struct_token.to_token_stream(),
        },
        Data::Enum(data) => data.enum_token.to_token_stream(),
        Data::Union(data) => data.union_token.to_token_stream(),
    };
    let items = list(input).map_or_else(|| "Vec<String>".to_owned(), shown);
    let help = format!("write `struct {} {{ #[page(items)] items: {items} }}`", input.ident);
    Err(diagnostics.report(keyword, "`Page` can only be derived for a struct whose fields have names", help))
}

/// Returns the first list in the item.
fn list(input: &DeriveInput) -> Option<&Type> {
    let fields: Vec<&Field> = match &input.data {
        Data::Struct(data) => data.fields.iter().collect(),
        Data::Enum(data) => data.variants.iter().flat_map(|variant| &variant.fields).collect(),
        Data::Union(data) => data.fields.named.iter().collect(),
    };
    fields.into_iter().map(|field| &field.ty).find(|ty| arguments_of(ty, "Vec").is_some())
}

/// Returns the field with the role that its type suggests.
fn likely(field: &Field) -> String {
    let is = |name: &str| arguments_of(&field.ty, name).is_some();
    let is_flag = is("bool")
        || arguments_of(&field.ty, "Option")
            .is_some_and(|types| types.iter().any(|ty| arguments_of(ty, "bool").is_some()));
    let role = if is("Vec") {
        ITEMS
    } else if is_flag {
        MORE
    } else {
        NEXT
    };
    let name = field.ident.as_ref().map_or_else(String::new, |name| name.unraw().to_string());
    format!("`#[page({role})] {name}: {}`", shown(&field.ty))
}

/// Returns the roles of a field, each with its token. Reports everything else in the attributes.
fn roles(field: &Field, diagnostics: &Diagnostics) -> Vec<(Arg, &'static str)> {
    let mut roles = Vec::new();
    for attr in field.attrs.iter().filter(|attr| attr.path().is_ident("page")) {
        let args = args(attr).unwrap_or_default();
        if args.is_empty() {
            diagnostics.report(attr, "`#[page]` names no role", format!("write {}", likely(field)));
        }
        for arg in args {
            let known = match &arg {
                Arg::Flag(name) => role(name),
                _ => None,
            };
            match known {
                Some(role) => roles.push((arg, role)),
                None => {
                    unknown(&arg, field, diagnostics);
                }
            }
        }
    }
    roles
}

fn unknown(arg: &Arg, field: &Field, diagnostics: &Diagnostics) -> Reported {
    let text = arg.to_token_stream();
    if arg.key().is_some_and(|key| key == "crate") {
        return diagnostics.report(
            arg,
            "`crate` belongs on the struct",
            format!("write it there: `#[page({text})]`"),
        );
    }
    let word = arg.key().map_or_else(|| text.to_string(), ToString::to_string);
    let near = nearest(word.trim_matches('"'), [ITEMS, NEXT, MORE]);
    let name = field.ident.as_ref().map_or_else(String::new, |name| name.unraw().to_string());
    let meant = near.map(|near| format!("`#[page({near})] {name}: {}`", shown(&field.ty)));
    let meant = meant.unwrap_or_else(|| likely(field));
    let help = format!("write {meant}; known: `items`, `next`, `more`");
    diagnostics.report(arg, format!("unknown role `{text}` of a field"), help)
}

/// Returns help: the attribute on the first field that holds a list, if there is one.
fn likely_items(fields: &FieldsNamed) -> String {
    let list = fields.named.iter().find(|field| arguments_of(&field.ty, "Vec").is_some());
    match list.and_then(|field| field.ident.as_ref()) {
        Some(name) => format!("`#[page(items)] {}`", name.unraw()),
        None => {
            "a field for them: `#[page(items)] items: Vec<String>`, with the type of the items".to_owned()
        }
    }
}
