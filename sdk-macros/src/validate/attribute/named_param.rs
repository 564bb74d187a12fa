//! An option that gives a parameter its role, as other frameworks have it: `data = "<user>"`.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{LitStr, ext::IdentExt};

use crate::{args::Arg, parse::RawMethod, validate::option};

/// Words for the role of a parameter that need not name it.
const ROLES: &[&str] = &["data", "body", "payload", "content", "json", "form", "query", "params"];

/// Returns the names of the parameters that the option was meant for. They have no role, and no placeholder
/// names them.
pub(crate) fn of<'a>(arg: &Arg, raw: &'a RawMethod) -> Vec<&'a Ident> {
    let (Some(key), Some(verb)) = (arg.key(), raw.verbs().next()) else { return Vec::new() };
    let key = key.to_string();
    let is_path = arg.to_token_stream().to_string().contains("\"/");
    if is_path || option::is_near(&key) {
        return Vec::new();
    }
    let text = verb.syntax.to_token_stream().to_string();
    let is_placed = |name: &Ident| {
        let name = name.unraw();
        [format!("{{{name}}}"), format!("{{*{name}}}")].iter().any(|it| text.contains(it))
    };
    let without_role = raw.params.iter().filter(|param| param.api_attrs.is_empty());
    let names: Vec<&Ident> =
        without_role.filter_map(|param| param.name()).filter(|name| !is_placed(name)).collect();
    let named = words(arg.to_token_stream().into_iter().skip(1).collect());
    let meant: Vec<&Ident> =
        names.iter().copied().filter(|name| named.iter().any(|word| *name == word)).collect();
    match meant.is_empty() && ROLES.contains(&key.as_str()) {
        true => names.into_iter().take(1).collect(),
        false => meant,
    }
}

/// Returns the names in the tokens, and those in texts such as `"<user>"`.
fn words(tokens: TokenStream) -> Vec<String> {
    let words = tokens.into_iter().flat_map(|token| match token {
        TokenTree::Group(group) => words(group.stream()),
        TokenTree::Ident(name) => vec![name.unraw().to_string()],
        token => match syn::parse2::<LitStr>(token.into()) {
            Ok(text) => {
                let text = text.value();
                let is_part = |c: char| c.is_alphanumeric() || c == '_';
                text.split(|c| !is_part(c)).map(str::to_owned).collect()
            }
            Err(_) => Vec::new(),
        },
    });
    words.collect()
}
