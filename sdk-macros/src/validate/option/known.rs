//! The list of options in an attribute: each key is known and given once, and has a value if it needs one.

use proc_macro2::Ident;
use quote::quote;

use super::key::Key;
use crate::{args::Arg, diagnostics::Diagnostics, did_you_mean::suggestion, validate::wording::shown};

/// An option that belongs to another place: the name of that place, and the help.
pub(crate) type Elsewhere = fn(&str) -> Option<(&'static str, String)>;

/// Returns the options with their keys, each key at most once. Reports everything else in the list.
pub(crate) fn known<'a>(
    args: impl IntoIterator<Item = &'a Arg>,
    keys: &'static [Key],
    elsewhere: Elsewhere,
    diagnostics: &Diagnostics,
) -> Vec<(&'static Key, &'a Arg)> {
    let mut found: Vec<(&Key, &Arg)> = Vec::new();
    for arg in args {
        if let Arg::List { key: name, .. } = arg
            && name == "scopes"
        {
            let help = format!("write `auth = {}`", shown(arg));
            diagnostics.report(name, "`scopes` is a value of `auth`", help);
            continue;
        }
        let Some(name) = arg.key() else {
            let help = format!("write an option: {}", examples(keys));
            diagnostics.report(arg, format!("unexpected `{}`", shown(arg)), help);
            continue;
        };
        let Some(key) = keys.iter().find(|key| name == key.name) else {
            unknown(name, keys, elsewhere, diagnostics);
            continue;
        };
        if let Some((_, earlier)) = found.iter().find(|(earlier, _)| earlier.name == key.name) {
            (key.given_twice)(key, earlier, arg, diagnostics);
        } else if let Arg::List { items, .. } = arg
            && key.example.starts_with(&format!("{name} ="))
            && !items.is_empty()
        {
            let help = format!("write `{name} = {}`", shown(quote!(#(#items),*)));
            diagnostics.report(arg, format!("the value of `{name}` stands behind a `=`"), help);
        } else if lacks_value(arg, key) {
            let help = format!("write `{}`", key.example);
            diagnostics.report(name, format!("option `{}` needs a value", key.name), help);
        } else {
            found.push((key, arg));
        }
    }
    found
}

fn unknown(name: &Ident, keys: &[Key], elsewhere: Elsewhere, diagnostics: &Diagnostics) {
    let text = name.to_string();
    if let Some((owner, help)) = elsewhere(&text) {
        diagnostics.report(name, format!("option `{text}` belongs to {owner}"), help);
        return;
    }
    let near = suggestion(&text, keys.iter().map(|key| key.name));
    diagnostics.report(name, format!("unknown option `{text}`"), format!("{near}known: {}", examples(keys)));
}

fn examples(keys: &[Key]) -> String {
    let examples: Vec<String> = keys.iter().map(|key| format!("`{}`", key.example)).collect();
    examples.join(", ")
}

fn lacks_value(arg: &Arg, key: &Key) -> bool {
    match arg {
        Arg::Flag(_) => !key.is_flag,
        Arg::Assign { value, .. } => value.is_empty(),
        Arg::List { items, .. } => items.is_empty(),
        Arg::Value(_) => false,
    }
}
