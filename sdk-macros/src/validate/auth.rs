//! `auth = …`: whether requests are signed, and with which scopes. Must not know whose option it is.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::LitStr;

use super::options::value;
use crate::{
    args::{self, Arg},
    diagnostics::{Diagnostics, Reported},
    did_you_mean::nearest,
    model::Auth,
};

/// What `auth = …` says.
#[derive(Clone)]
pub(crate) struct AuthRule {
    pub(crate) auth: Auth,
    pub(crate) scopes: Vec<LitStr>,
}

pub(super) fn auth(arg: &Arg, diagnostics: &Diagnostics) -> Result<AuthRule, Reported> {
    let value = value(arg);
    let plain = |auth| Ok(AuthRule { auth, scopes: Vec::new() });
    match (value.to_string().as_str(), args::split(value.clone()).as_slice()) {
        ("required", _) => plain(Auth::Required),
        ("optional", _) => plain(Auth::Optional),
        ("cookies", _) => plain(Auth::Cookies),
        ("none", _) => plain(Auth::None),
        (_, [Arg::List { key, items, .. }]) if key == "scopes" => {
            Ok(AuthRule { auth: Auth::Required, scopes: scopes(&value, items, diagnostics)? })
        }
        (other, _) => {
            let word = other.split([' ', '(']).next().unwrap_or(other);
            let near = match nearest(word, ["required", "optional", "cookies", "none", "scopes"]) {
                Some("scopes") => "did you mean `scopes(\"…\")`? ".to_owned(),
                near => near.map_or_else(String::new, |near| format!("did you mean `{near}`? ")),
            };
            let help = format!(
                "{near}write `auth = required`, `auth = optional`, `auth = cookies`, `auth = none` or `auth = scopes(\"issues:read\")`"
            );
            let message = "`auth` must be `required`, `optional`, `cookies`, `none` or `scopes(\"…\")`";
            Err(diagnostics.report(value, message, help))
        }
    }
}

/// The characters a scope may be of are those of RFC 6749, section 3.3.
fn scopes(value: &TokenStream, items: &[Arg], diagnostics: &Diagnostics) -> Result<Vec<LitStr>, Reported> {
    const HELP: &str = "write `auth = scopes(\"issues:read\", \"issues:write\")`";
    if items.is_empty() {
        return Err(diagnostics.report(value, "`scopes` needs at least one scope", HELP));
    }
    let mut scopes: Vec<LitStr> = Vec::new();
    for item in items {
        let Ok(literal) = syn::parse2::<LitStr>(item.to_token_stream()) else {
            return Err(diagnostics.report(item, "a scope is a string literal", HELP));
        };
        let text = literal.value();
        let fits = |c: char| c.is_ascii_graphic() && c != '"' && c != '\\';
        if text.is_empty() || !text.chars().all(fits) {
            let message = format!("the scope `{}` is not valid", text.escape_debug());
            return Err(diagnostics.report(&literal, message, HELP));
        }
        if scopes.iter().any(|earlier| earlier.value() == text) {
            let message = format!("the scope `{text}` is named twice");
            return Err(diagnostics.report(&literal, message, format!("keep one `{text:?}`")));
        }
        scopes.push(literal);
    }
    Ok(scopes)
}

/// The scopes of both in one option.
pub(super) fn together(one: &Arg, two: &Arg) -> Option<String> {
    let scopes = |arg: &Arg| match args::split(value(arg)).as_slice() {
        [Arg::List { items, .. }] => Some(super::shown(quote!(#(#items),*))),
        _ => None,
    };
    Some(format!("write `auth = scopes({}, {})`", scopes(one)?, scopes(two)?))
}

/// Whether one of them signs nothing, and the other asks for scopes of what signs.
pub(super) fn contradict(one: &Arg, two: &Arg) -> bool {
    let unsigned = |arg: &Arg| matches!(value(arg).to_string().as_str(), "none" | "cookies");
    let scopes = |arg: &Arg| value(arg).to_string().starts_with("scopes");
    (unsigned(one) && scopes(two)) || (scopes(one) && unsigned(two))
}
