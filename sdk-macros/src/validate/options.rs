//! The options of the trait and of an endpoint: which keys there are, and what their values may be. Must not know about
//! paths and parameters.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Lit, LitStr, Path, parse::Parser};

use super::{
    auth::{AuthRule, auth, contradict, together},
    header, paginate, repeat,
};
use crate::{
    args::Arg,
    diagnostics::{Diagnostics, Reported},
    did_you_mean::suggestion,
    model::{Auth, Header, Paginate, Retry, Timeout},
    template,
};

/// An option's name, and how it is written.
type Key = (&'static str, &'static str);

const AUTH: Key = ("auth", "auth = none");
const BASE: Key = ("base", "base = \"/v1\"");
const CRATE: Key = ("crate", "crate = my_crate::sdk");
const DYN: Key = ("dyn", "dyn");
const HEADERS: Key = ("headers", "headers(\"accept\" = \"text/plain\")");
const IDEMPOTENT: Key = ("idempotent", "idempotent");
const PAGINATE: Key = ("paginate", "paginate = link");
const RETRY: Key = ("retry", "retry = 3");
const TIMEOUT: Key = ("timeout", "timeout = 30s");

const OF_TRAIT: [Key; 6] = [BASE, AUTH, TIMEOUT, HEADERS, DYN, CRATE];
const OF_ENDPOINT: [Key; 6] = [AUTH, TIMEOUT, HEADERS, RETRY, IDEMPOTENT, PAGINATE];

/// The options that may stand alone.
const FLAGS: [Key; 2] = [DYN, IDEMPOTENT];

/// The defaults a trait gives to its endpoints.
pub(crate) struct OfTrait {
    /// Without a slash at the end.
    pub(crate) base: String,
    pub(crate) auth: AuthRule,
    pub(crate) timeout: Option<Timeout>,
    pub(crate) headers: Vec<(LitStr, Header)>,
    pub(crate) erased: bool,
    pub(crate) krate: Option<Path>,
}

/// What an endpoint says about itself, beside verb and path.
#[derive(Default)]
pub(crate) struct OfEndpoint<'a> {
    pub(crate) auth: Option<(&'a Arg, AuthRule)>,
    pub(crate) timeout: Option<(&'a Arg, Timeout)>,
    pub(crate) headers: Vec<(LitStr, Header)>,
    pub(crate) retry: Option<(&'a Arg, Retry)>,
    /// The header of the key, in lower case.
    pub(crate) idempotent: Option<(&'a Arg, String)>,
    pub(crate) paginate: Option<(&'a Arg, Paginate)>,
}

pub(crate) fn of_trait(args: &[Arg], diagnostics: &Diagnostics) -> OfTrait {
    let mut options = OfTrait {
        base: String::new(),
        auth: AuthRule { auth: Auth::Required, scopes: Vec::new() },
        timeout: None,
        headers: Vec::new(),
        erased: false,
        krate: None,
    };
    for (key, arg) in known(args, &OF_TRAIT, diagnostics) {
        match key {
            BASE => options.base = base(arg, diagnostics).unwrap_or_default(),
            AUTH => options.auth = auth(arg, diagnostics).unwrap_or(options.auth),
            TIMEOUT => options.timeout = timeout(arg, diagnostics).ok(),
            HEADERS => options.headers = headers(arg, diagnostics),
            DYN => options.erased = erased(arg, diagnostics),
            _ => options.krate = krate(arg, diagnostics).ok(),
        }
    }
    let auth = options.auth.auth;
    options.headers.retain(|(name, header)| header::may_be_set(name, &header.name, auth, diagnostics));
    options
}

pub(crate) fn of_endpoint<'a>(
    args: impl IntoIterator<Item = &'a Arg>,
    diagnostics: &Diagnostics,
) -> OfEndpoint<'a> {
    let mut options = OfEndpoint::default();
    for (key, arg) in known(args, &OF_ENDPOINT, diagnostics) {
        match key {
            AUTH => options.auth = auth(arg, diagnostics).ok().map(|auth| (arg, auth)),
            TIMEOUT => options.timeout = timeout(arg, diagnostics).ok().map(|timeout| (arg, timeout)),
            HEADERS => options.headers = headers(arg, diagnostics),
            RETRY => {
                options.retry = repeat::retry(arg, &value(arg), diagnostics).ok().map(|retry| (arg, retry));
            }
            IDEMPOTENT => {
                options.idempotent = repeat::idempotent(arg, diagnostics).ok().map(|header| (arg, header));
            }
            _ => {
                options.paginate =
                    paginate::of(&value(arg), diagnostics).ok().map(|paginate| (arg, paginate));
            }
        }
    }
    options
}

/// Whether an option of this name stands alone, and so is no misplaced path.
pub(crate) fn is_flag(name: &Ident) -> bool {
    FLAGS.iter().any(|flag| name == flag.0)
}

/// The options with their keys, each at most once; everything else in the list is reported.
pub(crate) fn known<'a>(
    args: impl IntoIterator<Item = &'a Arg>,
    keys: &[Key],
    diagnostics: &Diagnostics,
) -> Vec<(Key, &'a Arg)> {
    let mut found: Vec<(Key, &Arg)> = Vec::new();
    for arg in args {
        if let Arg::List { key: name, .. } = arg
            && name == "scopes"
        {
            let help = format!("write `auth = {}`", super::shown(arg));
            diagnostics.report(name, "`scopes` is a value of `auth`", help);
            continue;
        }
        let Some(name) = arg.key() else {
            diagnostics.report(
                arg,
                format!("unexpected `{}`", super::shown(arg)),
                format!("write an option: {}", examples(keys)),
            );
            continue;
        };
        let Some(key) = keys.iter().copied().find(|key| name == key.0) else {
            unknown(name, keys, diagnostics);
            continue;
        };
        let earlier = found.iter().find(|(earlier, _)| *earlier == key);
        if let Some((AUTH, earlier)) = earlier
            && contradict(earlier, arg)
        {
            diagnostics.report(
                value(arg),
                format!("`{}` contradicts `{}`", super::shown(arg), super::shown(earlier)),
                "keep the one with `scopes`, which implies `auth = required`",
            );
        } else if let Some((_, earlier)) = earlier {
            let help = together(earlier, arg).unwrap_or_else(|| format!("keep one `{}`", key.1));
            diagnostics.report(name, format!("option `{}` is given twice", key.0), help);
        } else if let Arg::List { items, .. } = arg
            && key.1.starts_with(&format!("{name} ="))
            && !items.is_empty()
        {
            let help = format!("write `{name} = {}`", super::shown(quote!(#(#items),*)));
            diagnostics.report(arg, format!("the value of `{name}` stands behind a `=`"), help);
        } else if lacks_value(arg) {
            diagnostics.report(
                name,
                format!("option `{}` needs a value", key.0),
                format!("write `{}`", key.1),
            );
        } else {
            found.push((key, arg));
        }
    }
    found
}

fn unknown(name: &Ident, keys: &[Key], diagnostics: &Diagnostics) {
    let text = name.to_string();
    if let Some((owner, help)) = misplaced(&text, keys) {
        diagnostics.report(name, format!("option `{text}` belongs to {owner}"), help);
        return;
    }
    let near = suggestion(&text, keys.iter().map(|key| key.0));
    diagnostics.report(name, format!("unknown option `{text}`"), format!("{near}known: {}", examples(keys)));
}

/// Whose option it is, where the trait has one of an endpoint or the other way round, and how it is written there.
fn misplaced(name: &str, keys: &[Key]) -> Option<(&'static str, String)> {
    let among = |keys: &[Key]| keys.iter().copied().find(|key| key.0 == name);
    if keys == OF_ENDPOINT {
        return among(&OF_TRAIT).map(|key| ("the trait", format!("write `#[api_client({})]`", key.1)));
    }
    let key = among(&OF_ENDPOINT).filter(|_| keys == OF_TRAIT)?;
    let verb = if key == IDEMPOTENT { "post" } else { "get" };
    let for_all = if key == RETRY { "; for all of a client: `.retry(3)` on its builder" } else { "" };
    Some(("an endpoint", format!("write `#[{verb}(\"/users\", {})]`{for_all}", key.1)))
}

fn examples(keys: &[Key]) -> String {
    let examples: Vec<String> = keys.iter().map(|key| format!("`{}`", key.1)).collect();
    examples.join(", ")
}

fn lacks_value(arg: &Arg) -> bool {
    match arg {
        Arg::Flag(name) => !is_flag(name),
        Arg::Assign { value, .. } => value.is_empty(),
        Arg::List { items, .. } => items.is_empty(),
        Arg::Value(_) => false,
    }
}

/// The tokens behind the `=`; the part inside the parentheses of a list is not a value.
pub(super) fn value(arg: &Arg) -> TokenStream {
    match arg {
        Arg::Assign { value, .. } => value.clone(),
        other => quote!(#other),
    }
}

fn erased(arg: &Arg, diagnostics: &Diagnostics) -> bool {
    let is_flag = matches!(arg, Arg::Flag(_));
    if !is_flag {
        diagnostics.report(arg, "`dyn` takes no value", "write `#[api_client(dyn)]`");
    }
    is_flag
}

fn timeout(arg: &Arg, diagnostics: &Diagnostics) -> Result<Timeout, Reported> {
    let value = value(arg);
    if value.to_string() == "none" {
        return Ok(Timeout::Never);
    }
    match milliseconds(value.clone()) {
        Some(0) => {
            Err(diagnostics.report(value, "a timeout of zero", "write `timeout = none` for no timeout"))
        }
        Some(milliseconds) => Ok(Timeout::After(milliseconds)),
        None => {
            let help =
                "write `timeout = 30s`, with one of the units `ms`, `s`, `m`, `h`; or `timeout = none`";
            Err(diagnostics.report(value, "expected a duration such as `30s`", help))
        }
    }
}

fn milliseconds(value: TokenStream) -> Option<u64> {
    let Ok(Lit::Int(literal)) = syn::parse2::<Lit>(value) else { return None };
    let unit = match literal.suffix() {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    literal.base10_parse::<u64>().ok()?.checked_mul(unit)
}

fn headers(arg: &Arg, diagnostics: &Diagnostics) -> Vec<(LitStr, Header)> {
    let Arg::List { items, .. } = arg else {
        diagnostics.report(arg, "`headers` takes a list", format!("write `{}`", HEADERS.1));
        return Vec::new();
    };
    let mut headers: Vec<(LitStr, Header)> = Vec::new();
    for item in items {
        let Ok((name, header)) = header_pair(item, diagnostics) else { continue };
        if headers.iter().any(|(_, earlier)| earlier.name == header.name) && !header::is_added(&header.name) {
            header::report_twice(&name, &header.name, diagnostics);
        } else {
            headers.push((name, header));
        }
    }
    headers
}

fn header_pair(item: &Arg, diagnostics: &Diagnostics) -> Result<(LitStr, Header), Reported> {
    let tokens: Vec<TokenTree> = item.to_token_stream().into_iter().collect();
    let is_eq = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '=');
    let sides = tokens.iter().position(is_eq).map(|eq| (&tokens[..eq], &tokens[eq + 1..]));
    let Some((name, value)) = sides.filter(|(name, value)| !name.is_empty() && !value.is_empty()) else {
        let help = "write `\"accept\" = \"text/plain\"`";
        return Err(diagnostics.report(item, "expected a header's name and value", help));
    };
    let (name, value) = (literal(name, diagnostics)?, literal(value, diagnostics)?);
    let header = Header { name: header::name(&name, &name.value(), diagnostics)?, value };
    header::value(&header.value, diagnostics)?;
    if header.name == "content-type" {
        header::media_type(&header.value, diagnostics)?;
    }
    Ok((name, header))
}

/// One side of a fixed header.
fn literal(side: &[TokenTree], diagnostics: &Diagnostics) -> Result<LitStr, Reported> {
    let side: TokenStream = side.iter().cloned().collect();
    syn::parse2(side.clone()).map_err(|_| {
        diagnostics.report(
            side,
            "the name and the value of a header are string literals, since they are checked here",
            "take what is known at run time by a parameter `#[header(\"x-name\")] value: &str`, or by \
             `.header(\"x-name\", value)` on the client's builder",
        )
    })
}

fn base(arg: &Arg, diagnostics: &Diagnostics) -> Result<String, Reported> {
    let Ok(literal) = syn::parse2::<LitStr>(value(arg)) else {
        let help = format!("write `{}`", BASE.1);
        return Err(diagnostics.report(value(arg), "the base must be a string literal", help));
    };
    let text = literal.value();
    let template = template::parse(&text).map_err(|mistakes| {
        mistakes.tell(|mistake| {
            let message = mistake.message.replace("relative to the base URL", "a path");
            diagnostics.report(&literal, message.replacen("the path", "the base", 1), mistake.help)
        })
    })?;
    if let Some(placeholder) = template.placeholders().next() {
        let name = &placeholder.name;
        return Err(diagnostics.report(
            &literal,
            format!("the placeholder `{{{name}}}` is not allowed in the base"),
            format!("write it in the path of each endpoint: `#[get(\"/{{{name}}}/…\")]`"),
        ));
    }
    if template.query.is_some() {
        return Err(diagnostics.report(
            &literal,
            "a query part is not allowed in the base",
            format!("write `{:?}`, and the query part in the path of each endpoint", template.path()),
        ));
    }
    Ok(text.trim_end_matches('/').to_owned())
}

fn krate(arg: &Arg, diagnostics: &Diagnostics) -> Result<Path, Reported> {
    Path::parse_mod_style.parse2(value(arg)).map_err(|_| {
        diagnostics.report(
            value(arg),
            "expected the path of a crate or module",
            format!("write `{}`", CRATE.1),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, expected) in [
            ("30s", Some(30_000)),
            ("500ms", Some(500)),
            ("10m", Some(600_000)),
            ("2h", Some(7_200_000)),
            ("1_000ms", Some(1_000)),
            ("0s", Some(0)),
            ("30", None),
            ("\"30s\"", None),
            ("1.5s", None),
            ("30sec", None),
            ("30 s", None),
            ("99999999999999999h", None),
            ("", None),
        ] {
            assert_eq!(milliseconds(text.parse().unwrap()), expected, "{text}");
        }
    }
}
