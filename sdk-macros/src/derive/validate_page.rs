//! The validation of a struct that derives `Page`.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{
    Data, DeriveInput, Field, Fields, FieldsNamed, Token, Type,
    ext::IdentExt,
    parse::{ParseStream, Parser},
    punctuated::Punctuated,
};

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
    pub(super) items: Items,
    pub(super) next: Option<Part>,
    pub(super) more: Option<Part>,
}

/// The field that has the items.
pub(super) enum Items {
    Own(Part),
    /// It is a page itself.
    Nested(Part),
}

pub(super) struct Part {
    pub(super) name: Ident,
    pub(super) ty: Type,
    /// The fields from this one to the value, such as `.end_cursor`. Empty if the field is the value.
    pub(super) inside: TokenStream,
}

const ITEMS: &str = "items";
const NEXT: &str = "next";
const MORE: &str = "more";
const NESTED: &str = "nested";

/// Returns the role with this name.
pub(super) fn role(name: &Ident) -> Option<&'static str> {
    [ITEMS, NEXT, MORE, NESTED].into_iter().find(|role| name == role)
}

/// A role that an attribute gives to a field.
struct Given {
    arg: Arg,
    role: &'static str,
    /// The fields inside.
    inside: TokenStream,
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
        // Each value inside a field may have a role.
        let (inside, whole): (Vec<_>, Vec<_>) = roles.into_iter().partition(|it| !it.inside.is_empty());
        if let [Given { role, .. }, Given { arg: second, role: other, .. }, ..] = whole.as_slice() {
            let name = name.unraw();
            let message = format!("two roles on the field `{name}`: `{role}` and `{other}`");
            diagnostics.report(
                second,
                message,
                format!("write `#[page({role})] {name}: {}`, with one role", shown(&field.ty)),
            );
        }
        for Given { arg, role, inside } in whole.into_iter().take(1).chain(inside) {
            let is_same = |earlier: &&str| *earlier == role || [*earlier, role] == [ITEMS, NESTED];
            if let Some((earlier, part)) = parts.iter().find(|(earlier, _)| is_same(earlier)) {
                let message = match *earlier == role {
                    true => format!("a second field with `#[page({role})]`"),
                    false => format!("a field with `#[page({role})]` next to one with `#[page({earlier})]`"),
                };
                let help = format!("remove it: `{}` has this role", part.name.unraw());
                diagnostics.report(arg, message, help);
            } else {
                parts.push((role, Part { name: name.clone(), ty: field.ty.clone(), inside }));
            }
        }
    }
    let mut part = |role: &str| {
        let at = parts.iter().position(|(it, _)| *it == role)?;
        Some(parts.swap_remove(at).1)
    };
    let (items, nested) = (part(ITEMS).map(Items::Own), part(NESTED).map(Items::Nested));
    let (next, more) = (part(NEXT), part(MORE));
    // A mistake in an attribute may be the only one.
    diagnostics.clean_since(start)?;
    let items = items.or(nested).ok_or_else(|| {
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

/// Returns the roles of a field. Reports everything else in the attributes.
fn roles(field: &Field, diagnostics: &Diagnostics) -> Vec<Given> {
    let mut roles = Vec::new();
    for attr in field.attrs.iter().filter(|attr| attr.path().is_ident("page")) {
        let args = args(attr).unwrap_or_default();
        if args.is_empty() {
            diagnostics.report(attr, "`#[page]` names no role", format!("write {}", likely(field)));
        }
        for arg in args {
            let known = match &arg {
                Arg::Flag(name) => role(name).map(|role| (role, TokenStream::new())),
                Arg::Assign { key, value, .. } if key == NEXT || key == MORE => {
                    let Some(inside) = fields_inside(value) else {
                        no_fields(&arg, (key, value), field, diagnostics);
                        continue;
                    };
                    role(key).map(|role| (role, inside))
                }
                _ => None,
            };
            match known {
                Some((role, inside)) => roles.push(Given { arg, role, inside }),
                None => {
                    unknown(&arg, field, diagnostics);
                }
            }
        }
    }
    roles
}

/// Returns `.a.b` of `a.b`.
fn fields_inside(value: &TokenStream) -> Option<TokenStream> {
    let path = Punctuated::<Ident, Token![.]>::parse_separated_nonempty_with;
    let path = Parser::parse2(|input: ParseStream<'_>| path(input, Ident::parse_any), value.clone()).ok()?;
    Some(path.into_iter().map(|name| quote!(.#name)).collect())
}

fn no_fields(
    arg: &Arg,
    (key, value): (&Ident, &TokenStream),
    field: &Field,
    diagnostics: &Diagnostics,
) -> Reported {
    let text = value.to_string().replace([' ', '"'], "");
    let is_path = text.parse().is_ok_and(|tokens: TokenStream| fields_inside(&tokens).is_some());
    let usual = if key == NEXT { "end_cursor" } else { "has_next_page" };
    let path = if is_path { &text } else { usual };
    let name = field.ident.as_ref().map_or_else(String::new, |name| name.unraw().to_string());
    let help = format!("write `#[page({key} = {path})] {name}: {}`", shown(&field.ty));
    diagnostics.report(arg, format!("`{key}` takes the name of a field inside this one"), help)
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
    let near = nearest(word.trim_matches('"'), [ITEMS, NEXT, MORE, NESTED]);
    let name = field.ident.as_ref().map_or_else(String::new, |name| name.unraw().to_string());
    let meant = near.map(|near| format!("`#[page({near})] {name}: {}`", shown(&field.ty)));
    let meant = meant.unwrap_or_else(|| likely(field));
    let help = format!("write {meant}; known: `items`, `next`, `more`, `nested`");
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
