//! What `#[token(…)]` says on a struct that derives `TokenResponse`: where the tokens are, and how the server
//! says that it refuses.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{DeriveInput, Lit};

use super::{line::shown, path::path, roles::Role, wire::literal};
use crate::{
    args::Arg,
    derive::attribute::args,
    diagnostics::{Diagnostics, Reported},
    did_you_mean::suggestion,
};

/// A token that is no field of the body.
pub(super) enum Elsewhere {
    Header(String),
    Cookie(String),
}

/// The value that a flag of success has.
pub(super) enum Success {
    True,
    Text(String),
    Number(i64),
    Bool(bool),
}

#[derive(Default)]
pub(super) struct Options {
    /// The path to the struct in the document.
    pub(super) at: Vec<String>,
    /// The flag, by its path in the document.
    pub(super) ok: Option<(Vec<String>, Success)>,
    /// The message of a refusal, by its path in the document.
    pub(super) message: Option<Vec<String>>,
    pub(super) access: Option<Elsewhere>,
    pub(super) refresh: Option<Elsewhere>,
    /// Whether the cookies of the jar are the tokens.
    pub(super) cookies: bool,
}

const KNOWN: [&str; 6] = ["at", "ok", "message", "access", "refresh", "cookies"];
const EXAMPLES: &str = "`#[token(at = \"data.result\")]`, `#[token(ok = \"success\", message = \"error\")]`, \
                        `#[token(access(header = \"x-access-token\"))]`, \
                        `#[token(refresh(cookie = \"refresh_token\"))]` or `#[token(cookies)]`";

/// Parses all of them. Reports each mistake.
pub(super) fn of(input: &DeriveInput, diagnostics: &Diagnostics) -> Options {
    let mut options = Options::default();
    let mut seen: Vec<Ident> = Vec::new();
    for arg in input.attrs.iter().filter(|attr| attr.path().is_ident("token")).filter_map(args).flatten() {
        let Some(key) = arg.key() else { continue };
        if key == "crate" {
            continue;
        }
        if KNOWN.iter().any(|known| key == known) {
            if seen.contains(key) {
                diagnostics.report(
                    key,
                    format!("option `{key}` is given twice"),
                    format!("remove it: `{key}` is given already"),
                );
                continue;
            }
            seen.push(key.clone());
        }
        // Each mistake is reported where it is found.
        let _: Result<(), Reported> = option(&arg, key, &mut options, diagnostics);
    }
    options
}

fn option(arg: &Arg, key: &Ident, options: &mut Options, diagnostics: &Diagnostics) -> Result<(), Reported> {
    match (key.to_string().as_str(), arg) {
        ("at", Arg::Assign { value, .. }) => {
            options.at = path(value, &value_or(value, key), "at = ", diagnostics)?;
        }
        ("at", other) => return path_in_parentheses(other, key, diagnostics),
        ("message", Arg::Assign { value, .. }) => {
            options.message = Some(path(value, &value_or(value, key), "message = ", diagnostics)?);
        }
        ("message", other) => return path_in_parentheses(other, key, diagnostics),
        ("ok", Arg::Assign { value, .. }) => {
            options.ok = Some((path(value, &value_or(value, key), "ok = ", diagnostics)?, Success::True));
        }
        ("ok", Arg::List { items, .. }) => options.ok = Some(compared(arg, items, diagnostics)?),
        ("ok", other) => return path_in_parentheses(other, key, diagnostics),
        ("access", Arg::List { items, .. }) => {
            options.access = Some(elsewhere(arg, key, items, diagnostics)?);
        }
        ("refresh", Arg::List { items, .. }) => {
            options.refresh = Some(elsewhere(arg, key, items, diagnostics)?);
        }
        ("access" | "refresh", Arg::Assign { .. }) => {
            let help = format!(
                "write `#[token({key})]` on the field, or say where else the token is: \
                 `#[token({key}(header = \"x-{key}-token\"))]`"
            );
            return Err(diagnostics.report(arg, format!("`{key}` has no value"), help));
        }
        ("cookies", Arg::Flag(_)) => options.cookies = true,
        ("cookies", _) => {
            return Err(diagnostics.report(arg, "`cookies` has no arguments", "write `#[token(cookies)]`"));
        }
        _ => return Err(unknown(arg, key, diagnostics)),
    }
    Ok(())
}

fn value_or(value: &TokenStream, key: &Ident) -> TokenStream {
    if value.is_empty() { key.to_token_stream() } else { value.clone() }
}

/// Reports `at` and `at("data")`.
fn path_in_parentheses(arg: &Arg, key: &Ident, diagnostics: &Diagnostics) -> Result<(), Reported> {
    let inside = match arg {
        Arg::List { items, .. } => items.first().and_then(literal),
        _ => None,
    };
    let example = match key.to_string().as_str() {
        "at" => "data.result",
        "ok" => "success",
        _ => "error.message",
    };
    let path = inside.as_deref().unwrap_or(example);
    let message = format!("`{key}` needs the path of a value in JSON");
    Err(diagnostics.report(arg, message, format!("write `#[token({key} = \"{path}\")]`")))
}

/// Parses `ok("status" = "success")`.
fn compared(arg: &Arg, items: &[Arg], diagnostics: &Diagnostics) -> Result<(Vec<String>, Success), Reported> {
    let (at, flag, value) = match items {
        [Arg::Value(tokens)] => {
            let mut parts = tokens.clone().into_iter();
            let flag: TokenStream = parts.next().into_iter().collect();
            let is_equal = parts.next().is_some_and(|sign| sign.to_string() == "=");
            let value: TokenStream = parts.collect();
            match (literal(&flag), success(&value)) {
                (Some(_), Some(success)) if is_equal => {
                    return Ok((path(&flag, &flag, "ok = ", diagnostics)?, success));
                }
                (flag, _) => (tokens.clone(), flag, Some(value)),
            }
        }
        [Arg::Assign { key, value, .. }] => {
            (arg.to_token_stream(), Some(key.to_string()), Some(value.clone()))
        }
        [Arg::Value(flag), Arg::Value(value)] => (arg.to_token_stream(), literal(flag), Some(value.clone())),
        _ => (arg.to_token_stream(), None, None),
    };
    let flag = flag.as_deref().unwrap_or("status");
    let value = value.filter(|value| success(value).is_some()).map(|value| shown(&value));
    let help = match value {
        Some(value) => format!("write `#[token(ok(\"{flag}\" = {value}))]`"),
        None => format!(
            "write `#[token(ok(\"{flag}\" = \"success\"))]`, or `#[token(ok = \"{flag}\")]` for a flag \
             that is true"
        ),
    };
    Err(diagnostics.report(at, "`ok(…)` compares one value with a text, an integer, `true` or `false`", help))
}

fn success(value: &TokenStream) -> Option<Success> {
    match syn::parse2::<Lit>(value.clone()) {
        Ok(Lit::Str(text)) => Some(Success::Text(text.value())),
        Ok(Lit::Bool(flag)) => Some(Success::Bool(flag.value)),
        Ok(Lit::Int(number)) => number.base10_parse().ok().map(Success::Number),
        // A negative number is no literal.
        _ => value.to_string().replace(' ', "").parse().ok().map(Success::Number),
    }
}

/// Parses `access(header = "x-access-token")`.
fn elsewhere(
    arg: &Arg,
    key: &Ident,
    items: &[Arg],
    diagnostics: &Diagnostics,
) -> Result<Elsewhere, Reported> {
    let example = format!("`#[token({key}(header = \"x-{key}-token\"))]`");
    let other = format!("`#[token({key}(cookie = \"{key}_token\"))]`");
    let [Arg::Assign { key: place, value, .. }] = items else {
        let message = format!("`{key}(…)` needs one header or one cookie");
        return Err(diagnostics.report(arg, message, format!("write {example} or {other}")));
    };
    let Some(name) = literal(value) else {
        let at = value_or(value, place);
        let name = shown(value).replace(' ', "");
        let help = match name.is_empty() {
            true => format!("write {example}"),
            false => format!("write `#[token({key}({place} = \"{name}\"))]`"),
        };
        return Err(diagnostics.report(at, format!("expected the name of a {place}, in quotes"), help));
    };
    let is_name = |it: char| it.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(it);
    let is_wrong = name.is_empty() || !name.chars().all(is_name);
    match place.to_string().as_str() {
        "header" if name.eq_ignore_ascii_case("set-cookie") => {
            let message = "the header `set-cookie` has many cookies";
            Err(diagnostics.report(value, message, format!("name the cookie: {other}")))
        }
        "header" | "cookie" if is_wrong => {
            let bare = name.trim().trim_end_matches([':', '=']).trim();
            let fits = !bare.is_empty() && bare.chars().all(is_name);
            let help = match fits {
                true => format!("write `#[token({key}({place} = \"{bare}\"))]`"),
                false => format!("write {example} or {other}"),
            };
            Err(diagnostics.report(value, format!("`{name}` is no name of a {place}"), help))
        }
        "header" => Ok(Elsewhere::Header(name)),
        "cookie" => Ok(Elsewhere::Cookie(name)),
        "at" | "json" | "field" | "body" => {
            let message = "a token in the body is a field";
            let help =
                format!("write `#[token({key})]` on it; `#[token(at = \"{name}\")]` enters an envelope");
            Err(diagnostics.report(place, message, help))
        }
        unknown => {
            let near = suggestion(unknown, ["header", "cookie"]);
            let help = format!("{near}write {example} or {other}");
            Err(diagnostics.report(place, format!("`{unknown}` is no place of a token"), help))
        }
    }
}

fn unknown(arg: &Arg, key: &Ident, diagnostics: &Diagnostics) -> Reported {
    if let Some(role) = Role::named(key) {
        let help = format!("write it there: `#[token({})]`", role.name());
        return diagnostics.report(arg, format!("`{key}` belongs on a field"), help);
    }
    if key == "value" || key == "default" {
        let help = "a response is read by serde: write `#[serde(default)]` on the field";
        return diagnostics.report(arg, format!("`{key}` is an option of `TokenRequest`"), help);
    }
    if key == "header" || key == "cookie" {
        let help = format!("say which token it is: `#[token(access({}))]`", shown(arg));
        return diagnostics.report(arg, format!("`{key}` belongs to a token"), help);
    }
    let near = suggestion(&key.to_string(), KNOWN);
    diagnostics.report(key, format!("unknown option `{key}`"), format!("{near}known: {EXAMPLES}"))
}
