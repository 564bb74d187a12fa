//! The validation of a struct that derives `TokenRequest`.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Attribute, Data, DeriveInput, Field, Member, Type};

use super::{
    line,
    request_source::{self, GRANT, Source, is_known, likely, line, of_a_response, of_client},
    roles::{Role, folded},
    types,
    wire::{Direction, Wire},
};
use crate::{
    args::Arg,
    derive::attribute::{args, foreign, misspelt},
    diagnostics::{Diagnostics, Reported},
    did_you_mean::nearest,
    returns::arguments_of,
};

/// A request that the session builds.
pub(crate) struct RequestStruct {
    pub(super) fields: Vec<Argument>,
}

/// A field, and where its value is from.
pub(super) struct Argument {
    pub(super) member: Member,
    pub(super) ty: Type,
    pub(super) source: Source,
}

pub(crate) fn of(input: &DeriveInput, diagnostics: &Diagnostics) -> Result<RequestStruct, Reported> {
    let Data::Struct(data) = &input.data else { return Err(no_struct(input, diagnostics)) };
    let start = diagnostics.checkpoint();
    let has_rest = options(input, diagnostics);
    let count = data.fields.len();
    let mut fields = Vec::new();
    let mut found: Vec<(Role, &Field, usize)> = Vec::new();
    for (index, (field, member)) in data.fields.iter().zip(data.fields.members()).enumerate() {
        let wire = Wire::of(field, &member, &input.attrs, Direction::Serialize);
        let is_source = |args: &[Arg]| args.iter().any(|arg| arg.key().is_some_and(is_known));
        if let Some(attr) = misspelt(&field.attrs, "token", is_source) {
            foreign(attr, "token", diagnostics);
            continue;
        }
        let attrs: Vec<&Attribute> = field.attrs.iter().filter(|it| it.path().is_ident("token")).collect();
        let is_newtype = count == 1 && field.ident.is_none();
        let source = match attrs.is_empty() {
            false => marked(field, index, &attrs, &wire, diagnostics),
            true if is_newtype => newtype(input, field, diagnostics),
            true => unmarked(field, index, &wire, has_rest, &mut found, diagnostics),
        };
        let Ok(source) = source else { continue };
        if let Some(what) = source.text()
            && types::is_reference(&field.ty)
        {
            let name = line::name(field, index);
            let message =
                format!("the {what} in `{name}` cannot be borrowed, because the request outlives it");
            let mut owned = field.clone();
            owned.ty = syn::parse_quote!(String);
            if arguments_of(&field.ty, "Option").is_some() {
                owned.ty = syn::parse_quote!(Option<String>);
            }
            diagnostics.report(&field.ty, message, format!("write `{}`", line::declared(&owned)));
        }
        fields.push(Argument { member, ty: field.ty.clone(), source });
    }
    diagnostics.clean_since(start)?;
    Ok(RequestStruct { fields })
}

fn no_struct(input: &DeriveInput, diagnostics: &Diagnostics) -> Reported {
    let keyword = match &input.data {
        Data::Enum(data) => data.enum_token.to_token_stream(),
        Data::Union(data) => data.union_token.to_token_stream(),
        Data::Struct(data) => data.struct_token.to_token_stream(),
    };
    let help = format!("write `struct {} {{ refresh_token: String }}`", input.ident);
    diagnostics.report(keyword, "`TokenRequest` can only be derived for a struct", help)
}

/// Returns whether the struct has `#[token(default)]`. Reports all other options.
fn options(input: &DeriveInput, diagnostics: &Diagnostics) -> bool {
    let mut has_rest = false;
    for arg in input.attrs.iter().filter(|attr| attr.path().is_ident("token")).filter_map(args).flatten() {
        match (&arg, arg.key()) {
            (_, None) => {}
            (_, Some(key)) if key == "crate" => {}
            (Arg::Flag(_), Some(key)) if key == "default" => has_rest = true,
            (_, Some(key)) if key == "default" => {
                let help = "write `#[token(default)]`, which takes the other fields from `Default`";
                diagnostics.report(&arg, "`default` has no value", help);
            }
            (_, Some(key)) if is_known(key) => {
                let text = line::shown(&arg);
                let help = format!("write it there: `#[token({text})]`");
                diagnostics.report(&arg, format!("`{key}` belongs on a field"), help);
            }
            (_, Some(key)) => {
                of_a_response(&arg, key, diagnostics).unwrap_or_else(|| {
                    let near = nearest(&key.to_string(), ["default"]);
                    let near = near.map_or_else(String::new, |near| format!("did you mean `{near}`? "));
                    let help =
                        format!("{near}known: `#[token(default)]` and `#[token(crate = my_crate::sdk)]`");
                    diagnostics.report(key, format!("unknown option `{key}`"), help)
                });
            }
        }
    }
    has_rest
}

/// Reads the attributes of a field.
fn marked(
    field: &Field,
    index: usize,
    attrs: &[&Attribute],
    wire: &Wire,
    diagnostics: &Diagnostics,
) -> Result<Source, Reported> {
    let mut source: Option<(Ident, Source)> = None;
    let mut result = Ok(());
    for attr in attrs {
        let args = args(attr).unwrap_or_default();
        if args.is_empty() {
            let help = format!("write {}", likely(field, wire));
            result = Err(diagnostics.report(attr, "`#[token]` does not say where the value is from", help));
        }
        for arg in args {
            match (request_source::source(&arg, field, wire, diagnostics), arg.key(), &source) {
                (Err(reported), ..) => result = Err(reported),
                (Ok(_), Some(key), Some((first, _))) => {
                    let name = line::name(field, index);
                    let message = format!("two sources of the field `{name}`: `{first}` and `{key}`");
                    let help = format!("keep one: {}", line(field, &first.to_string(), wire));
                    result = Err(diagnostics.report(&arg, message, help));
                }
                (Ok(given), Some(key), None) => source = Some((key.clone(), given)),
                (Ok(_), None, _) => {}
            }
        }
    }
    result?;
    match source {
        Some((_, source)) => Ok(source),
        None => Ok(Source::Default),
    }
}

/// Returns the source of the only field of a newtype.
fn newtype(input: &DeriveInput, field: &Field, diagnostics: &Diagnostics) -> Result<Source, Reported> {
    if !types::is_text(&field.ty) {
        return Ok(Source::Nested);
    }
    let [refresh, access] = ["refresh", "access"].map(|role| line::newtype(input, role, field));
    let help = format!("write {refresh} or {access}");
    Err(diagnostics.report(&field.ty, "a text alone does not tell which token it is", help))
}

/// Finds the source of a field by its name.
fn unmarked<'a>(
    field: &'a Field,
    index: usize,
    wire: &Wire,
    has_rest: bool,
    found: &mut Vec<(Role, &'a Field, usize)>,
    diagnostics: &Diagnostics,
) -> Result<Source, Reported> {
    let name = line::name(field, index);
    let at = || field.ident.as_ref().map_or_else(|| field.ty.to_token_stream(), ToTokens::to_token_stream);
    let is_phantom = types::is(&field.ty, "PhantomData");
    let role = [&wire.name, &name].into_iter().find_map(|name| Role::guessed(name));
    let of_client = of_client(&[&wire.name, &name]).filter(|_| types::is_text(&field.ty) && !has_rest);
    match role {
        _ if wire.skipped || is_phantom => Ok(if has_rest { Source::Rest } else { Source::Default }),
        _ if wire.flattened && !has_rest => {
            let help = format!(
                "write `{}`, and derive `TokenRequest` for its type",
                line::with("#[token(nested)]", field)
            );
            Err(diagnostics.report(at(), format!("`{name}` does not come from the session"), help))
        }
        Some(Role::Access) if folded(&wire.name) == "token" || folded(&name) == "token" => {
            let message = format!("`{name}` may be the refresh token or the access token");
            let help =
                format!("say which: {} or {}", line(field, "refresh", wire), line(field, "access", wire));
            Err(diagnostics.report(at(), message, help))
        }
        Some(role @ (Role::Access | Role::Refresh)) => {
            if let Some((_, earlier, first)) = found.iter().find(|(it, ..)| *it == role) {
                let first = line::name(earlier, *first);
                let message = format!("two fields may be {}: `{first}` and `{name}`", role.what());
                let help = format!(
                    "remove the one that the server does not read, or mark both: {}",
                    line(field, role.name(), wire)
                );
                return Err(diagnostics.report(at(), message, help));
            }
            found.push((role, field, index));
            Ok(if role == Role::Access { Source::Access } else { Source::Refresh })
        }
        _ if has_rest => Ok(Source::Rest),
        None if of_client.is_some() => Ok(of_client.unwrap_or(Source::ClientId)),
        _ if folded(&wire.name) == "granttype" && types::is_text(&field.ty) => {
            Ok(Source::Text(GRANT.to_owned()))
        }
        _ => {
            let message = format!("`{name}` does not come from the session");
            let fixed = matches!(likely(field, wire), it if it.contains("value"));
            let help = match fixed {
                true => format!(
                    "write {} for a fixed value, {} for one that `.provide(…)` gives to the client, or {}",
                    line(field, "value", wire),
                    line(field, "provided", wire),
                    line(field, "default", wire)
                ),
                false => {
                    format!("write {}, or `#[token(value = …)]` for a constant", line(field, "default", wire))
                }
            };
            Err(diagnostics.report(at(), message, help))
        }
    }
}
