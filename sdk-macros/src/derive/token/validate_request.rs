//! The validation of a struct that derives `TokenRequest`.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{Attribute, Data, DeriveInput, Expr, Field, Lit, Member, Type};

use super::{
    line,
    roles::{Role, folded},
    types,
    wire::{Direction, Wire, literal},
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

pub(super) enum Source {
    Access,
    Refresh,
    /// A fixed text.
    Text(String),
    /// Another literal.
    Literal(TokenStream),
    /// A constant, or another expression.
    Expression(TokenStream),
    Default,
    /// The field is a request itself.
    Nested,
    /// That of `Default` of the whole struct.
    Rest,
}

const KNOWN: [&str; 5] = ["refresh", "access", "value", "default", "nested"];
/// The grant type of a refresh (RFC 6749, 6).
const GRANT: &str = "refresh_token";

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
        if matches!(source, Source::Access | Source::Refresh) && types::is_reference(&field.ty) {
            let role = if matches!(source, Source::Access) { "access" } else { "refresh" };
            let name = line::name(field, index);
            let message =
                format!("the {role} token in `{name}` cannot be borrowed, because the request outlives it");
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

fn is_known(name: &Ident) -> bool {
    KNOWN.iter().any(|known| name == known)
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

/// Reports an option that only a response has.
fn of_a_response(arg: &Arg, key: &Ident, diagnostics: &Diagnostics) -> Option<Reported> {
    let is_option = key == "at" || key == "cookies" || Role::named(key).is_some();
    is_option.then(|| {
        let help = "a request has `#[token(refresh)]`, `#[token(access)]`, `#[token(value = \"…\")]`, \
                    `#[token(default)]` and `#[token(nested)]`";
        diagnostics.report(arg, format!("`{key}` is an option of `TokenResponse`"), help)
    })
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
            match (self::source(&arg, field, wire, diagnostics), arg.key(), &source) {
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

/// Returns the user's line with a source.
fn line(field: &Field, source: &str, wire: &Wire) -> String {
    let source = match source {
        "value" if folded(&wire.name) == "granttype" => format!("value = \"{GRANT}\""),
        "value" if types::is_number(&field.ty) => "value = 1".to_owned(),
        "value" if types::is(&field.ty, "bool") => "value = true".to_owned(),
        "value" => "value = \"…\"".to_owned(),
        other => other.to_owned(),
    };
    format!("`{}`", line::with(&format!("#[token({source})]"), field))
}

/// Returns the user's line with the source that it most likely has.
fn likely(field: &Field, wire: &Wire) -> String {
    let source = match Role::guessed(&wire.name) {
        Some(Role::Access) if folded(&wire.name) != "token" => "access",
        Some(Role::Access | Role::Refresh) => "refresh",
        _ if types::is_text(&field.ty) || types::is_number(&field.ty) || types::is(&field.ty, "bool") => {
            "value"
        }
        _ => "default",
    };
    line(field, source, wire)
}

/// Parses one argument on a field.
fn source(arg: &Arg, field: &Field, wire: &Wire, diagnostics: &Diagnostics) -> Result<Source, Reported> {
    let Some(key) = arg.key() else {
        let text = line::shown(arg);
        let (message, help) = match literal(arg) {
            Some(word) if KNOWN.contains(&word.as_str()) => {
                (format!("`{word}` is a word without quotes"), format!("write {}", line(field, &word, wire)))
            }
            _ => {
                let line = line::with(&format!("#[token(value = {text})]"), field);
                (format!("`{text}` has no name"), format!("write `{line}`"))
            }
        };
        return Err(diagnostics.report(arg, message, help));
    };
    match (key.to_string().as_str(), arg) {
        ("access", Arg::Flag(_)) => Ok(Source::Access),
        ("refresh", Arg::Flag(_)) => Ok(Source::Refresh),
        ("default", Arg::Flag(_)) => Ok(Source::Default),
        ("nested", Arg::Flag(_)) => Ok(Source::Nested),
        ("value", Arg::Assign { value, .. }) if !value.is_empty() => fixed(value, field, diagnostics),
        ("value", other) => {
            let inside = match other {
                Arg::List { items, .. } => items.first().map(line::shown),
                _ => None,
            };
            let help = match inside {
                Some(inside) => {
                    format!("write `{}`", line::with(&format!("#[token(value = {inside})]"), field))
                }
                None => format!("write {}", line(field, "value", wire)),
            };
            Err(diagnostics.report(other, "`value` stands in front of an equals sign and the value", help))
        }
        ("default", Arg::Assign { value, .. }) if !value.is_empty() => {
            let text = line::shown(value);
            let help = format!("write `{}`", line::with(&format!("#[token(value = {text})]"), field));
            Err(diagnostics.report(arg, "`default` has no value", help))
        }
        (name @ ("access" | "refresh" | "default" | "nested"), _) => {
            let help = format!("write {}", line(field, name, wire));
            Err(diagnostics.report(arg, format!("`{name}` has no value"), help))
        }
        (name, _) => Err(unknown(arg, key, name, field, wire, diagnostics)),
    }
}

fn unknown(
    arg: &Arg,
    key: &Ident,
    name: &str,
    field: &Field,
    wire: &Wire,
    diagnostics: &Diagnostics,
) -> Reported {
    if name == "crate" {
        let help = format!("write it there: `#[token({})]`", line::shown(arg));
        return diagnostics.report(arg, "`crate` belongs on the struct", help);
    }
    let meant = match folded(name).as_str() {
        "refreshtoken" => Some("refresh"),
        "accesstoken" => Some("access"),
        "fixed" | "constant" | "const" | "literal" | "text" => Some("value"),
        "skip" | "ignore" | "none" => Some("default"),
        "flatten" | "inner" => Some("nested"),
        _ => nearest(name, KNOWN),
    };
    if let (Some("value"), Arg::Assign { value, .. }) = (meant, arg) {
        let line = line::with(&format!("#[token(value = {})]", line::shown(value)), field);
        let help = format!("did you mean `value`? write `{line}`");
        return diagnostics.report(key, format!("unknown source `{name}` of a field"), help);
    }
    if let Some(reported) = meant.is_none().then(|| of_a_response(arg, key, diagnostics)).flatten() {
        return reported;
    }
    let help = match meant {
        Some(meant) => format!("did you mean `{meant}`? write {}", line(field, meant, wire)),
        None => "known: `#[token(refresh)]`, `#[token(access)]`, `#[token(value = \"…\")]`, \
                 `#[token(default)]` and `#[token(nested)]`"
            .to_owned(),
    };
    diagnostics.report(key, format!("unknown source `{name}` of a field"), help)
}

/// Parses the value of `value = …`.
fn fixed(value: &TokenStream, field: &Field, diagnostics: &Diagnostics) -> Result<Source, Reported> {
    match syn::parse2::<Lit>(value.clone()) {
        Ok(Lit::Str(text)) => {
            if types::is_number(&field.ty) || types::is(&field.ty, "bool") {
                let bare = text.value();
                let ty = line::shown(&field.ty);
                let help = match syn::parse_str::<Lit>(&bare) {
                    Ok(Lit::Int(_) | Lit::Float(_) | Lit::Bool(_)) => {
                        format!("write `{}`", line::with(&format!("#[token(value = {bare})]"), field))
                    }
                    _ => {
                        let mut text = field.clone();
                        text.ty = syn::parse_quote!(String);
                        format!("write `{}`", line::with(&format!("#[token(value = {value})]"), &text))
                    }
                };
                return Err(diagnostics.report(value, format!("a text is no `{ty}`"), help));
            }
            Ok(Source::Text(text.value()))
        }
        Ok(_) if types::is_text(&field.ty) => {
            let shown = line::shown(value);
            let help = format!("write `{}`", line::with(&format!("#[token(value = \"{shown}\")]"), field));
            Err(diagnostics.report(value, format!("`{shown}` is no text"), help))
        }
        Ok(_) => Ok(Source::Literal(value.clone())),
        Err(_) if syn::parse2::<Expr>(value.clone()).is_ok() => Ok(Source::Expression(value.clone())),
        Err(_) => {
            let help = format!("write `{}`", line::with("#[token(value = \"…\")]", field));
            Err(diagnostics.report(value, "expected a text, a number or a constant", help))
        }
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
        _ if folded(&wire.name) == "granttype" && types::is_text(&field.ty) => {
            Ok(Source::Text(GRANT.to_owned()))
        }
        _ => {
            let message = format!("`{name}` does not come from the session");
            let fixed = matches!(likely(field, wire), it if it.contains("value"));
            let help = match fixed {
                true => format!(
                    "write {} for a fixed value, or {}",
                    line(field, "value", wire),
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
