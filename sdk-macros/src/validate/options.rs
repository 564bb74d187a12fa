//! The options of the trait and of an endpoint: which keys there are, and what their values may be. Must not know about
//! paths and parameters.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{Lit, LitStr, Path, parse::Parser};

use super::header;
use crate::{
    attr::Arg,
    model::{Auth, Header, Timeout},
    nearest::suggestion,
    sink::Sink,
    template,
};

/// An option's name, and how it is written.
type Key = (&'static str, &'static str);

const AUTH: Key = ("auth", "auth = none");
const BASE: Key = ("base", "base = \"/v1\"");
const CRATE: Key = ("crate", "crate = my_crate::sdk");
const HEADERS: Key = ("headers", "headers(\"accept\" = \"text/plain\")");
const TIMEOUT: Key = ("timeout", "timeout = 30s");

/// The defaults a trait gives to its endpoints.
pub(crate) struct OfTrait {
    /// Without a slash at the end.
    pub(crate) base: String,
    pub(crate) auth: Auth,
    pub(crate) timeout: Option<Timeout>,
    pub(crate) headers: Vec<(LitStr, Header)>,
    pub(crate) krate: Option<Path>,
}

/// What an endpoint says about itself, beside verb and path.
#[derive(Default)]
pub(crate) struct OfEndpoint<'a> {
    pub(crate) auth: Option<(&'a Arg, Auth)>,
    pub(crate) timeout: Option<(&'a Arg, Timeout)>,
    pub(crate) headers: Vec<(LitStr, Header)>,
}

pub(crate) fn of_trait(args: &[Arg], sink: &Sink) -> OfTrait {
    let mut options = OfTrait {
        base: String::new(),
        auth: Auth::Required,
        timeout: None,
        headers: Vec::new(),
        krate: None,
    };
    for (key, arg) in known(args, &[BASE, AUTH, TIMEOUT, HEADERS, CRATE], sink) {
        match key {
            BASE => options.base = base(arg, sink).unwrap_or_default(),
            AUTH => options.auth = auth(arg, sink).unwrap_or(Auth::Required),
            TIMEOUT => options.timeout = timeout(arg, sink),
            HEADERS => options.headers = headers(arg, sink),
            _ => options.krate = krate(arg, sink),
        }
    }
    options.headers.retain(|(name, header)| header::may_be_set(name, &header.name, options.auth, sink));
    options
}

pub(crate) fn of_endpoint<'a>(args: impl IntoIterator<Item = &'a Arg>, sink: &Sink) -> OfEndpoint<'a> {
    let mut options = OfEndpoint::default();
    for (key, arg) in known(args, &[AUTH, TIMEOUT, HEADERS], sink) {
        match key {
            AUTH => options.auth = auth(arg, sink).map(|auth| (arg, auth)),
            TIMEOUT => options.timeout = timeout(arg, sink).map(|timeout| (arg, timeout)),
            _ => options.headers = headers(arg, sink),
        }
    }
    options
}

/// The options with their keys, each at most once; everything else in the list is reported.
pub(crate) fn known<'a>(
    args: impl IntoIterator<Item = &'a Arg>,
    keys: &[Key],
    sink: &Sink,
) -> Vec<(Key, &'a Arg)> {
    let mut found: Vec<(Key, &Arg)> = Vec::new();
    for arg in args {
        let Some(name) = arg.key() else {
            sink.report(
                arg,
                format!("unexpected `{}`", super::shown(arg)),
                format!("write an option: {}", examples(keys)),
            );
            continue;
        };
        let Some(key) = keys.iter().copied().find(|key| name == key.0) else {
            unknown(name, keys, sink);
            continue;
        };
        if found.iter().any(|(earlier, _)| *earlier == key) {
            sink.report(name, format!("option `{}` is given twice", key.0), format!("keep one `{}`", key.1));
        } else if lacks_value(arg) {
            sink.report(name, format!("option `{}` needs a value", key.0), format!("write `{}`", key.1));
        } else {
            found.push((key, arg));
        }
    }
    found
}

fn unknown(name: &Ident, keys: &[Key], sink: &Sink) {
    let text = name.to_string();
    let near = suggestion(&text, keys.iter().map(|key| key.0));
    sink.report(name, format!("unknown option `{text}`"), format!("{near}known: {}", examples(keys)));
}

fn examples(keys: &[Key]) -> String {
    let examples: Vec<String> = keys.iter().map(|key| format!("`{}`", key.1)).collect();
    examples.join(", ")
}

fn lacks_value(arg: &Arg) -> bool {
    match arg {
        Arg::Flag(_) => true,
        Arg::Assign { value, .. } => value.is_empty(),
        Arg::List { items, .. } => items.is_empty(),
        Arg::Value(_) => false,
    }
}

/// The tokens behind the `=`; the part inside the parentheses of a list is not a value.
fn value(arg: &Arg) -> TokenStream {
    match arg {
        Arg::Assign { value, .. } => value.clone(),
        other => quote!(#other),
    }
}

fn auth(arg: &Arg, sink: &Sink) -> Option<Auth> {
    let value = value(arg);
    match value.to_string().as_str() {
        "required" => Some(Auth::Required),
        "optional" => Some(Auth::Optional),
        "none" => Some(Auth::None),
        other => {
            let near = suggestion(other, ["required", "optional", "none"]);
            let help = format!("{near}write `auth = required`, `auth = optional` or `auth = none`");
            sink.report(value, "`auth` must be `required`, `optional` or `none`", help);
            None
        }
    }
}

fn timeout(arg: &Arg, sink: &Sink) -> Option<Timeout> {
    let value = value(arg);
    if value.to_string() == "none" {
        return Some(Timeout::Never);
    }
    match milliseconds(value.clone()) {
        Some(0) => {
            sink.report(value, "a timeout of zero", "write `timeout = none` for no timeout");
            None
        }
        Some(milliseconds) => Some(Timeout::After(milliseconds)),
        None => {
            let help =
                "write `timeout = 30s`, with one of the units `ms`, `s`, `m`, `h`; or `timeout = none`";
            sink.report(value, "expected a duration such as `30s`", help);
            None
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

fn headers(arg: &Arg, sink: &Sink) -> Vec<(LitStr, Header)> {
    let Arg::List { items, .. } = arg else {
        sink.report(arg, "`headers` takes a list", format!("write `{}`", HEADERS.1));
        return Vec::new();
    };
    let mut headers: Vec<(LitStr, Header)> = Vec::new();
    for item in items {
        let Some((name, header)) = header_pair(item, sink) else { continue };
        if headers.iter().any(|(_, earlier)| earlier.name == header.name) {
            header::report_twice(&name, &header.name, sink);
        } else {
            headers.push((name, header));
        }
    }
    headers
}

fn header_pair(item: &Arg, sink: &Sink) -> Option<(LitStr, Header)> {
    let pair = |input: syn::parse::ParseStream<'_>| {
        let name: LitStr = input.parse()?;
        input.parse::<syn::Token![=]>()?;
        Ok((name, input.parse::<LitStr>()?))
    };
    let Ok((name, value)) = pair.parse2(item.to_token_stream()) else {
        sink.report(item, "expected a header's name and value", "write `\"accept\" = \"text/plain\"`");
        return None;
    };
    let header = Header { name: header::name(&name, &name.value(), sink)?, value };
    header::value(&header.value, sink).then_some((name, header))
}

fn base(arg: &Arg, sink: &Sink) -> Option<String> {
    let Ok(literal) = syn::parse2::<LitStr>(value(arg)) else {
        sink.report(value(arg), "the base must be a string literal", format!("write `{}`", BASE.1));
        return None;
    };
    let text = literal.value();
    let template = match template::parse(&text) {
        Ok(template) => template,
        Err(mistakes) => {
            for mistake in mistakes {
                sink.report(
                    &literal,
                    mistake
                        .message
                        .replace("relative to the base URL", "a path")
                        .replacen("the path", "the base", 1),
                    mistake.help,
                );
            }
            return None;
        }
    };
    if let Some(placeholder) = template.placeholders().next() {
        let name = &placeholder.name;
        sink.report(
            &literal,
            format!("the placeholder `{{{name}}}` is not allowed in the base"),
            format!("write it in the path of each endpoint: `#[get(\"/{{{name}}}/…\")]`"),
        );
        return None;
    }
    if template.query.is_some() {
        sink.report(
            &literal,
            "a query part is not allowed in the base",
            format!("write `{:?}`, and the query part in the path of each endpoint", template.path()),
        );
        return None;
    }
    Some(text.trim_end_matches('/').to_owned())
}

fn krate(arg: &Arg, sink: &Sink) -> Option<Path> {
    let path = Path::parse_mod_style.parse2(value(arg)).ok();
    if path.is_none() {
        sink.report(value(arg), "expected the path of a crate or module", format!("write `{}`", CRATE.1));
    }
    path
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
