//! The list of options in an attribute: each key is known and given once, and has a value if it needs one.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::LitStr;

use super::{
    habit::{self, Line},
    key::Key,
    meant::{in_part, meant, named, security, with_unit, without_comma},
};
use crate::{args::Arg, diagnostics::Diagnostics, did_you_mean::nearest, validate::wording::shown};

/// An option that belongs to another place: what is wrong, and the help.
pub(crate) struct Elsewhere {
    pub(crate) message: String,
    pub(crate) help: String,
}

impl Elsewhere {
    /// Returns the report of an option of `owner`. The message is completed with the name of the option.
    pub(crate) fn another(owner: &str, help: String) -> Self {
        Self { message: format!("belongs to {owner}"), help }
    }
}

/// Returns the options with their keys, each key at most once. Reports everything else in the list.
pub(crate) fn known<'a>(
    args: impl IntoIterator<Item = &'a Arg>,
    keys: &'static [Key],
    line: &Line,
    elsewhere: &dyn Fn(&Arg) -> Option<Elsewhere>,
    diagnostics: &Diagnostics,
) -> Vec<(&'static Key, &'a Arg)> {
    let mut found: Vec<(&Key, &Arg)> = Vec::new();
    for arg in args {
        if let Some((name, corrected)) = without_comma(arg) {
            let message = format!("there is no comma in front of `{name}`");
            diagnostics.report(name, message, format!("write `{corrected}`"));
            continue;
        }
        if let Arg::List { key: name, .. } | Arg::Assign { key: name, .. } = arg
            && name == "scopes"
        {
            let meant = meant("auth", arg.to_token_stream());
            let help = format!("write `{}`", meant.unwrap_or_else(|| format!("auth = {}", shown(arg))));
            diagnostics.report(name, "`scopes` is a value of `auth`", help);
            continue;
        }
        let Some(name) = arg.key() else {
            no_option(arg, keys, line, elsewhere, diagnostics);
            continue;
        };
        let Some(key) = keys.iter().find(|key| name == key.name) else {
            unknown(name, arg, keys, line, elsewhere, diagnostics);
            continue;
        };
        if let Some((_, earlier)) = found.iter().find(|(earlier, _)| earlier.name == key.name) {
            (key.given_twice)(key, earlier, arg, diagnostics);
        } else if let Arg::List { items, .. } = arg
            && key.example.starts_with(&format!("{name} ="))
            && !items.is_empty()
        {
            let items = quote!(#(#items),*);
            let option = meant(key.name, items.clone());
            let help = option.unwrap_or_else(|| format!("{name} = {}", shown(items)));
            let help = format!("write `{help}`");
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

/// Reports a part that is no option, such as `timeout: 30s` or an address.
fn no_option(
    arg: &Arg,
    keys: &[Key],
    line: &Line,
    elsewhere: &dyn Fn(&Arg) -> Option<Elsewhere>,
    diagnostics: &Diagnostics,
) {
    if let Some(Elsewhere { message, help }) = elsewhere(arg) {
        diagnostics.report(arg, message, help);
        return;
    }
    let option = in_part(arg).filter(|(key, _)| keys.iter().any(|known| known.name == *key));
    let base = || {
        let literal = syn::parse2::<LitStr>(quote!(#arg)).ok()?;
        let has_base = keys.iter().any(|key| key.name == "base");
        has_base.then(|| meant("base", quote!(#literal)))?
    };
    let help = match option.map(|(_, option)| option).or_else(base) {
        Some(option) => format!("write `{option}`"),
        None => format!("write `{}`, or an option: {}", line.without(arg), examples(keys)),
    };
    diagnostics.report(arg, format!("unexpected `{}`", shown(arg)), help);
}

fn unknown(
    name: &Ident,
    arg: &Arg,
    keys: &[Key],
    line: &Line,
    elsewhere: &dyn Fn(&Arg) -> Option<Elsewhere>,
    diagnostics: &Diagnostics,
) {
    let text = name.to_string();
    if let Some(Elsewhere { message, help }) = elsewhere(arg) {
        let message =
            if message.starts_with("belongs") { format!("option `{text}` {message}") } else { message };
        diagnostics.report(name, message, help);
        return;
    }
    let known = |key: &str| keys.iter().any(|known| known.name == key);
    let synonym = named(&text).filter(|key| known(key));
    if synonym.is_none()
        && let Some(help) = habit::help(arg, line)
    {
        diagnostics.report(name, format!("unknown option `{text}`"), help);
        return;
    }
    let near = synonym.or_else(|| nearest(&text, keys.iter().map(|key| key.name)));
    let value = match arg {
        Arg::Assign { value, .. } => with_unit(&text, value.clone()),
        Arg::List { items, .. } => quote!(#(#items),*),
        _ => TokenStream::new(),
    };
    let option = near.and_then(|near| match arg {
        // A value that is right is kept as it is.
        Arg::Assign { value, .. } if synonym.is_none() => Some(format!("{near} = {}", shown(value))),
        _ if text.starts_with("security") => Some(format!("auth = {}", security(&value))),
        Arg::Flag(_) => keys.iter().find(|key| key.name == near).map(|key| key.example.to_owned()),
        _ => meant(near, value),
    });
    let help = match (option, near) {
        (Some(option), _) => format!("did you mean `{option}`? known: {}", examples(keys)),
        (None, Some(near)) => format!("did you mean `{near}`? known: {}", examples(keys)),
        (None, None) => format!("write `{}`, without it; known: {}", line.without(arg), examples(keys)),
    };
    diagnostics.report(name, format!("unknown option `{text}`"), help);
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
