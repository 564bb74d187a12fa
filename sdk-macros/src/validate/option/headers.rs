//! `headers("name" = "value", …)`: headers with a fixed value, several lines of one, or `none`.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::LitStr;

use super::{
    header_list::meant,
    key::{Key, value},
};
use crate::validate::wording::shown;
use crate::{
    args::{self, Arg},
    diagnostics::{Diagnostics, Reported},
    model::Header,
    validate::{header, media_type},
};

pub(super) const KEY: Key = Key::new("headers", "headers(\"accept\" = \"text/plain\")");

pub(super) type Value = Vec<FixedHeader>;

/// A header of the list, and its name as it is written.
pub(crate) struct FixedHeader {
    pub(crate) at: LitStr,
    pub(crate) header: Header,
}

/// Parses the list. A header with a mistake is reported and left out.
pub(super) fn parse(arg: &Arg, diagnostics: &Diagnostics) -> Result<Value, Reported> {
    let Arg::List { items, .. } = arg else {
        let meant = meant(value(arg)).unwrap_or_else(|| KEY.example.to_owned());
        return Err(diagnostics.report(arg, "`headers` takes a list", format!("write `{meant}`")));
    };
    let mut headers: Vec<FixedHeader> = Vec::new();
    for item in items {
        let Ok(FixedHeader { at, header }) = pair(item, diagnostics) else { continue };
        let is_second = headers.iter().any(|earlier| earlier.header.name == header.name);
        if is_second && !header::is_added(&header.name) {
            header::report_twice(&at, &header.name, diagnostics);
        } else {
            headers.push(FixedHeader { at, header });
        }
    }
    Ok(headers)
}

fn pair(item: &Arg, diagnostics: &Diagnostics) -> Result<FixedHeader, Reported> {
    let tokens: Vec<TokenTree> = item.to_token_stream().into_iter().collect();
    let is_eq = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '=');
    let sides = tokens.iter().position(is_eq).map(|eq| (&tokens[..eq], &tokens[eq + 1..]));
    let Some((name, value)) = sides.filter(|(name, value)| !name.is_empty() && !value.is_empty()) else {
        let pair = meant(item.to_token_stream());
        let pair = pair.as_deref().and_then(|list| list.strip_prefix("headers(")?.strip_suffix(')'));
        let help = format!("write `{}`", pair.unwrap_or("\"accept\" = \"text/plain\""));
        return Err(diagnostics.report(item, "expected a header's name and value", help));
    };
    let [name, value] = [name, value].map(|side| side.iter().cloned().collect::<TokenStream>());
    let (Ok(name), Some(values)) = (syn::parse2::<LitStr>(name.clone()), lines(&value)) else {
        return Err(no_literal(item, name, value, diagnostics));
    };
    let header = Header { name: header::name(&name, &name.value(), diagnostics)?, values };
    if header.values.is_empty() && value.to_string() != NONE {
        let help = format!("write `{:?} = none`, which sends no line of it", name.value());
        return Err(diagnostics.report(&value, "the list of lines is empty", help));
    }
    for value in &header.values {
        header::value(value, diagnostics)?;
        match header.name.as_str() {
            "content-type" => media_type::check(value, diagnostics)?,
            "accept" => media_type::check_accept(value, diagnostics)?,
            _ => {}
        }
    }
    Ok(FixedHeader { at: name, header })
}

/// The value of a header that is not sent.
const NONE: &str = "none";

/// Returns the lines of `"text"`, `["one", "two"]` or `none`.
fn lines(value: &TokenStream) -> Option<Vec<LitStr>> {
    let tokens: Vec<TokenTree> = value.clone().into_iter().collect();
    match tokens.as_slice() {
        [TokenTree::Ident(word)] if word == NONE => Some(Vec::new()),
        [TokenTree::Group(list)] if list.delimiter() == Delimiter::Bracket => {
            args::split(list.stream()).iter().map(|it| syn::parse2(it.to_token_stream()).ok()).collect()
        }
        _ => syn::parse2(value.clone()).ok().map(|line| vec![line]),
    }
}

/// Reports a side that is no string literal.
fn no_literal(item: &Arg, name: TokenStream, value: TokenStream, diagnostics: &Diagnostics) -> Reported {
    let written = syn::parse2::<LitStr>(name.clone());
    if let (Ok(name), "None" | "null" | "nil" | "false" | "()") = (&written, value.to_string().as_str()) {
        let help = format!("write `{:?} = none`, which sends no line of it", name.value());
        return diagnostics.report(value, "the value of a header is a text, a list of lines or `none`", help);
    }
    let at = if written.is_ok() { value.clone() } else { name };
    let pair = meant(item.to_token_stream());
    let pair = pair.as_deref().and_then(|list| list.strip_prefix("headers(")?.strip_suffix(')'));
    let help = match (pair, written.map(|name| name.value())) {
        (Some(pair), _) => format!("write `{pair}`"),
        (None, Ok(name)) if name.eq_ignore_ascii_case("authorization") => format!(
            "remove it, and give the token to the builder of the client: `.bearer({})`; or take it by a \
             parameter: `#[header(\"authorization\")] token: &str` with `auth = none`",
            shown(&value)
        ),
        (None, Ok(name)) => format!(
            "remove it, and set the header on the builder of the client: `.header({name:?}, {})`; or take it \
             by a parameter: `#[header({name:?})] value: &str`",
            shown(&value)
        ),
        (None, Err(_)) => "write `\"x-name\" = \"value\"`".to_owned(),
    };
    let message = "the name and the value of a header are string literals, since they are checked here";
    diagnostics.report(at, message, help)
}
