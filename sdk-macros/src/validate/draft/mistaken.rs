//! Parameters with a mistake of their own, and the placeholders that they were meant for. Such a placeholder
//! is not reported as well.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::LitStr;

use super::param::ParsedParams;
use crate::{model::Role, template::Placeholder, validate::attribute::RequestedRole};

/// The words of each parameter with a mistake: of its pattern or name, and of its attribute.
pub(super) struct Mistaken {
    words: Vec<Vec<String>>,
    /// Whether no placeholder may be reported, because a parameter is the whole address.
    is_all: bool,
}

impl Mistaken {
    pub(super) fn new(params: &ParsedParams<'_>) -> Self {
        let mut words: Vec<Vec<String>> =
            params.patterns.iter().map(|param| words(param.pat.to_token_stream())).collect();
        words.extend(params.all.iter().filter_map(|param| {
            let is_unknown = matches!(param.role, RequestedRole::Unknown(_));
            let may_be_path = param.attr.is_none_or(|attr| attr.name == "path");
            let attrs = param.raw.api_attrs.iter();
            (is_unknown && may_be_path).then(|| {
                let mut all = self::words(attrs.map(|attr| &attr.syntax).fold(
                    TokenStream::new(),
                    |mut tokens, attr| {
                        attr.to_tokens(&mut tokens);
                        tokens
                    },
                ));
                all.push(param.name.clone());
                all
            })
        }));
        let is_all = params.all.iter().any(|param| matches!(param.role, RequestedRole::Role(Role::Url)));
        Self { words, is_all }
    }

    /// Adds a parameter that names no placeholder, and may be meant for any.
    pub(super) fn add_any(&mut self) {
        self.words.push(Vec::new());
    }

    /// Leaves the placeholders that no parameter with a mistake was meant for.
    pub(super) fn retain_others(&self, placeholders: &mut Vec<&Placeholder>) {
        if self.is_all {
            placeholders.clear();
        }
        let mut meant_for_any = 0;
        for words in &self.words {
            let before = placeholders.len();
            placeholders.retain(|placeholder| !words.contains(&placeholder.name));
            meant_for_any += usize::from(placeholders.len() == before);
        }
        placeholders.drain(..meant_for_any.min(placeholders.len()));
    }
}

/// Returns the names and the texts in the tokens.
fn words(tokens: TokenStream) -> Vec<String> {
    let mut all = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Ident(name) => all.push(name.to_string().trim_start_matches("r#").to_owned()),
            TokenTree::Literal(_) => {
                let text = syn::parse2::<LitStr>(token.into());
                all.extend(text.map(|text| text.value().trim_matches(['{', '}']).to_owned()));
            }
            TokenTree::Group(group) => all.extend(words(group.stream())),
            TokenTree::Punct(_) => {}
        }
    }
    all
}
