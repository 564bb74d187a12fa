//! `auth = required`, `optional`, `cookies`, `none` or `scopes("…")`: whether requests are signed; and
//! `required(no_refresh)`.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::LitStr;

use super::{
    key::{Key, value},
    meant::{literals, meant},
};
use crate::{
    args::{self, Arg},
    diagnostics::{Diagnostics, Reported},
    did_you_mean::nearest,
    model::Auth,
    validate::wording::shown,
};

pub(super) const KEY: Key = Key { given_twice, ..Key::new("auth", "auth = none") };

pub(super) type Value = AuthRule;

/// Whether requests are signed, and the scopes that a token must have.
#[derive(Clone)]
pub(crate) struct AuthRule {
    pub(crate) auth: Auth,
    pub(crate) scopes: Vec<LitStr>,
    /// Whether a 401 is the endpoint's own, and refreshes nothing.
    pub(crate) no_refresh: bool,
}

impl AuthRule {
    pub(crate) fn required() -> Self {
        Self::of(Auth::Required)
    }

    pub(crate) fn none() -> Self {
        Self::of(Auth::None)
    }

    fn of(auth: Auth) -> Self {
        Self { auth, scopes: Vec::new(), no_refresh: false }
    }
}

pub(super) fn parse(arg: &Arg, diagnostics: &Diagnostics) -> Result<Value, Reported> {
    let value = value(arg);
    let plain = |auth| Ok(AuthRule::of(auth));
    match (value.to_string().as_str(), args::split(value.clone()).as_slice()) {
        ("required", _) => plain(Auth::Required),
        ("optional", _) => plain(Auth::Optional),
        ("cookies", _) => plain(Auth::Cookies),
        ("none", _) => plain(Auth::None),
        (_, [Arg::List { key, items, .. }]) if key == "scopes" => {
            Ok(AuthRule { scopes: scopes(&value, items, diagnostics)?, ..AuthRule::required() })
        }
        (_, [Arg::List { key, items, .. }]) if key == "required" || key == "optional" => {
            let auth = if key == "required" { Auth::Required } else { Auth::Optional };
            no_refresh(key, items, diagnostics)?;
            Ok(AuthRule { no_refresh: true, ..AuthRule::of(auth) })
        }
        (_, [Arg::List { key, items, .. }])
            if (key == "none" || key == "cookies") && is_no_refresh(items) =>
        {
            let message = format!("`auth = {key}` signs nothing, and refreshes nothing");
            Err(diagnostics.report(value, message, format!("write `auth = {key}`")))
        }
        (word, [Arg::Flag(_)]) if nearest(word, [NO_REFRESH]).is_some() => {
            let message = format!("`{word}` says how a signed request is answered");
            Err(diagnostics.report(value, message, "write `auth = required(no_refresh)`"))
        }
        (other, _) => {
            let word = other.split([' ', '(']).next().unwrap_or(other);
            let help = match meant(KEY.name, value.clone()) {
                Some(meant) => format!("write `{meant}`"),
                None => match nearest(word, ["required", "optional", "cookies", "none", "scopes"]) {
                    Some("scopes") => "did you mean `auth = scopes(\"issues:read\")`?".to_owned(),
                    Some(near) => format!("did you mean `auth = {near}`?"),
                    None => "write `auth = required`, or another of these values".to_owned(),
                },
            };
            let message =
                "`auth` must be `required`, `optional`, `cookies`, `none` or `scopes(\"issues:read\")`";
            Err(diagnostics.report(value, message, help))
        }
    }
}

const NO_REFRESH: &str = "no_refresh";

fn is_no_refresh(items: &[Arg]) -> bool {
    matches!(items, [Arg::Flag(flag)] if flag == NO_REFRESH)
}

/// Checks that the list holds the one word that it can hold.
fn no_refresh(key: &Ident, items: &[Arg], diagnostics: &Diagnostics) -> Result<(), Reported> {
    if is_no_refresh(items) {
        return Ok(());
    }
    let message = format!("`{key}` takes `no_refresh`, for an endpoint whose 401 is its own");
    let at = items.first().map_or_else(|| key.to_token_stream(), ToTokens::to_token_stream);
    let is_meant = items.iter().any(|item| nearest(&shown(item), [NO_REFRESH]).is_some());
    let help = match (is_meant, items) {
        (true, [_]) => "did you mean `no_refresh`?".to_owned(),
        _ => format!("write `auth = {key}` or `auth = {key}(no_refresh)`"),
    };
    Err(diagnostics.report(at, message, help))
}

/// Parses scopes, each of the characters that RFC 6749, section 3.3, allows.
fn scopes(value: &TokenStream, items: &[Arg], diagnostics: &Diagnostics) -> Result<Vec<LitStr>, Reported> {
    let help = || match meant(KEY.name, value.clone()) {
        Some(meant) if has_valid_scopes(value) => format!("write `{meant}`"),
        _ => "write `auth = scopes(\"issues:read\", \"issues:write\")`".to_owned(),
    };
    if items.is_empty() {
        return Err(diagnostics.report(value, "`scopes` needs at least one scope", help()));
    }
    let mut scopes: Vec<LitStr> = Vec::new();
    for item in items {
        let Ok(literal) = syn::parse2::<LitStr>(item.to_token_stream()) else {
            return Err(diagnostics.report(item, "a scope is a string literal", help()));
        };
        let text = literal.value();
        if !is_scope(&text) {
            let message = format!("the scope `{}` is not valid", text.escape_debug());
            return Err(diagnostics.report(&literal, message, help()));
        }
        if scopes.iter().any(|earlier| earlier.value() == text) {
            let message = format!("the scope `{text}` is named twice");
            return Err(diagnostics.report(
                &literal,
                message,
                format!("remove it: `{text:?}` is named already"),
            ));
        }
        scopes.push(literal);
    }
    Ok(scopes)
}

fn is_scope(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic() && c != '"' && c != '\\')
}

/// Returns whether all texts in the value are scopes, or lists of scopes with blanks between them.
fn has_valid_scopes(value: &TokenStream) -> bool {
    literals(value.clone()).iter().flat_map(|text| text.split_whitespace()).all(is_scope)
}

/// Reports a second `auth`. The help merges the scopes of both.
fn given_twice(key: &Key, earlier: &Arg, later: &Arg, diagnostics: &Diagnostics) {
    if contradict(earlier, later) {
        diagnostics.report(
            value(later),
            format!("`{}` contradicts `{}`", shown(later), shown(earlier)),
            match value(later).to_string().starts_with("scopes") {
                true => format!("remove `{}`, or write `{}` alone", shown(later), shown(later)),
                false => format!("remove `{}`: scopes imply `auth = required`", shown(later)),
            },
        );
    } else {
        key.report_twice(later, merged(earlier, later), diagnostics);
    }
}

/// Returns the scopes of both as one option.
fn merged(one: &Arg, two: &Arg) -> Option<String> {
    let scopes = |arg: &Arg| match args::split(value(arg)).as_slice() {
        [Arg::List { items, .. }] => Some(shown(quote!(#(#items),*))),
        _ => None,
    };
    Some(format!("write `auth = scopes({}, {})`", scopes(one)?, scopes(two)?))
}

/// Returns whether one of the two signs nothing, and the other needs scopes of a token.
fn contradict(one: &Arg, two: &Arg) -> bool {
    let unsigned = |arg: &Arg| matches!(value(arg).to_string().as_str(), "none" | "cookies");
    let scopes = |arg: &Arg| value(arg).to_string().starts_with("scopes");
    (unsigned(one) && scopes(two)) || (scopes(one) && unsigned(two))
}
