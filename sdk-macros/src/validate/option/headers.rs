//! `headers("name" = "value", …)`: headers with a fixed value.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::LitStr;

use super::{
    header_list::meant,
    key::{Key, value},
};
use crate::{
    args::Arg,
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
    let (name, value) = (literal(name, diagnostics)?, literal(value, diagnostics)?);
    let header = Header { name: header::name(&name, &name.value(), diagnostics)?, value };
    header::value(&header.value, diagnostics)?;
    match header.name.as_str() {
        "content-type" => media_type::check(&header.value, diagnostics)?,
        "accept" => media_type::check_accept(&header.value, diagnostics)?,
        _ => {}
    }
    Ok(FixedHeader { at: name, header })
}

/// Parses one side of a pair.
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
