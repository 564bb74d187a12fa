//! The verb attribute that a mistaken one was meant to be: `#[GET("/users")]`, `#[get = "/users"]`,
//! `#[endpoint("GET /users")]` or `#[route("/users", method = "POST")]`.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{LitByteStr, LitStr, Meta, ext::IdentExt};

use crate::{
    args::{self, Arg},
    meant_path,
    parse::{self, ApiAttr, RawMethod, VERBS, is_path_apart, verb_named},
    validate::{header, wording::shown},
};

/// Methods of other RFCs, which have no attribute of their own.
const OTHERS: &[&str] = &[
    "ACL",
    "BIND",
    "COPY",
    "LINK",
    "LOCK",
    "MKCALENDAR",
    "MKCOL",
    "MOVE",
    "NOTIFY",
    "PROPFIND",
    "PROPPATCH",
    "PURGE",
    "QUERY",
    "REPORT",
    "SEARCH",
    "SUBSCRIBE",
    "TRACE",
    "UNLINK",
    "UNLOCK",
    "UNSUBSCRIBE",
];

/// The words that others write in front of the path, and of the method.
const PATHS: &[&str] = &["path", "url", "uri", "route", "value", "endpoint", "address", "template"];
const METHODS: &[&str] = &["method", "verb", "methods", "http_method"];

#[derive(Default)]
struct Parts {
    /// The first of two strings is the method.
    is_endpoint: bool,
    method: Option<String>,
    path: Option<String>,
    options: Vec<String>,
}

/// Returns whether the attribute names its path or its method, as in `path = "/users"`.
pub(super) fn is_named(arg: &Arg) -> bool {
    matches!(arg, Arg::Assign { key, .. } if [PATHS, METHODS].concat().iter().any(|name| key == name))
}

/// Returns the whole attribute, corrected.
pub(super) fn meant(attr: &ApiAttr, raw: &RawMethod) -> String {
    let parts = read(attr);
    let name = attr.name.to_string();
    let has_body = raw.params.iter().any(|param| {
        ["json", "form", "body", "part", "parts"].iter().any(|role| param.api_attr(role).is_some())
    });
    let method = parts.method.or_else(|| verb_named(&name).map(str::to_ascii_uppercase));
    let method = method.unwrap_or_else(|| if has_body { "POST" } else { "GET" }.to_owned());
    let path = parts.path.or_else(|| literal_of(path_apart(raw)?));
    let path = path.unwrap_or_else(|| format!("/{}", raw.sig.ident.unraw()));
    let path = meant_path::meant(&path, &names(raw));
    let lower = method.to_ascii_lowercase();
    let mut shown = match VERBS.contains(&lower.as_str()) {
        true => format!("#[{lower}({path:?}"),
        false => format!("#[endpoint({method:?}, {path:?}"),
    };
    for option in parts.options {
        shown.push_str(", ");
        shown.push_str(&option);
    }
    shown + ")]"
}

/// Returns the attribute that is the path of the verb, as in `#[get] #[path("/users")]`.
pub(super) fn path_apart(raw: &RawMethod) -> Option<&ApiAttr> {
    raw.misplaced.iter().find(|attr| is_path_apart(&attr.name.to_string(), &attr.syntax))
}

fn literal_of(attr: &ApiAttr) -> Option<String> {
    parse::literal(&attr.syntax).map(|literal| literal.value())
}

/// Returns the names that placeholders may have: those of the parameters without a role, and of `#[path]`.
pub(super) fn names(raw: &RawMethod) -> Vec<String> {
    let names = raw.params.iter().filter_map(|param| {
        let named = match param.api_attrs.as_slice() {
            [] => None,
            [attr] if attr.name == "path" => {
                attr.list().first().and_then(|arg| literal(&arg.to_token_stream()))
            }
            _ => return None,
        };
        named.or_else(|| param.name().map(|name| name.unraw().to_string()))
    });
    names.collect()
}

fn read(attr: &ApiAttr) -> Parts {
    let args = match &attr.syntax.meta {
        Meta::Path(_) => Vec::new(),
        Meta::List(list) => args::split(list.tokens.clone()),
        Meta::NameValue(pair) => args::split(pair.value.to_token_stream()),
    };
    let is_verb = VERBS.iter().any(|verb| attr.name == verb);
    let keeps_options = is_verb || attr.name == "endpoint";
    let mut parts = Parts { is_endpoint: attr.name == "endpoint", ..Parts::default() };
    for arg in &args {
        match arg {
            Arg::Flag(name) if !is_verb && parts.method.is_none() && is_method(&name.to_string()) => {
                parts.method = Some(name.to_string().to_ascii_uppercase());
            }
            Arg::Assign { key, value, .. } if METHODS.iter().any(|name| key == name) => {
                parts.method = parts.method.or_else(|| method_in(value.clone()));
            }
            Arg::Assign { key, value, .. } if PATHS.iter().any(|name| key == name) => {
                parts.path = literal_in(value.clone()).or(parts.path);
            }
            Arg::Assign { key, value, .. } if parts.lacks(key, literal_in(value.clone())) => {
                parts.path = literal_in(value.clone());
            }
            Arg::List { key, items, .. } if parts.lacks(key, first_literal(items)) => {
                parts.path = first_literal(items);
            }
            Arg::Value(tokens) => parts.value(tokens),
            Arg::Flag(name) if parts.path.is_none() && !is_option(&name.to_string()) => {}
            other if keeps_options || option_named(other) => parts.options.push(shown(other)),
            _ => {}
        }
    }
    parts
}

/// Returns whether the part is an option of ours, which the help keeps.
fn option_named(arg: &Arg) -> bool {
    let known = ["auth", "timeout", "headers", "retry", "idempotent", "paginate"];
    arg.key().is_some_and(|key| known.iter().any(|name| key == name))
}

fn first_literal(items: &[Arg]) -> Option<String> {
    items.first().and_then(|item| literal_in(item.to_token_stream()))
}

impl Parts {
    /// Returns whether the value of `key` is the path, such as `"/users"` of `href("/users")`.
    fn lacks(&self, key: &Ident, text: Option<String>) -> bool {
        let is_named = PATHS.iter().any(|name| key == name);
        self.path.is_none() && text.is_some_and(|text| is_named || text.starts_with('/'))
    }

    /// Reads a part that is no option.
    fn value(&mut self, tokens: &TokenStream) {
        let mut rest = tokens.clone().into_iter().peekable();
        while let Some(token) = rest.peek() {
            let text = match literal(&TokenStream::from(token.clone())) {
                Some(text) => text,
                // A method behind its type or in front of its path, without quotes.
                None => match token {
                    TokenTree::Ident(name) if is_method(&name.to_string()) => name.to_string(),
                    _ => break,
                },
            };
            rest.next();
            self.text(&text);
        }
        let rest: TokenStream = rest.collect();
        if rest.is_empty() {
            return;
        }
        let text: String = shown(&rest).chars().filter(|c| !c.is_whitespace()).collect();
        if text.starts_with('/') {
            self.path = self.path.take().or(Some(text));
        } else if let Some(method) = method_in(rest.clone()) {
            self.method = Some(method);
        } else if self.path.is_some() {
            // A comma behind the path was forgotten.
            self.options.push(shown(&rest));
        } else {
            self.path = literal_in(rest);
        }
    }

    fn text(&mut self, text: &str) {
        match text.trim().split_once(' ') {
            Some((method, path)) if is_method(method) || path.trim_start().starts_with('/') => {
                self.method = Some(upper(method));
                self.path = Some(path.trim().to_owned());
            }
            _ if self.method.is_none() && !text.contains('/') && is_method(text) => {
                self.method = Some(upper(text));
            }
            _ if self.is_endpoint && self.method.is_none() && !text.starts_with('/') => {
                self.method = Some(upper(text));
            }
            _ if self.path.is_none() => self.path = Some(text.to_owned()),
            _ => self.method = self.method.take().or_else(|| Some(upper(text))),
        }
    }
}

fn upper(method: &str) -> String {
    let upper: String = method.chars().filter(|c| header::is_token(*c)).collect();
    if upper.is_empty() { "REPORT".to_owned() } else { upper.to_ascii_uppercase() }
}

/// Returns whether the word is a method: one that is known, or one in capitals.
fn is_method(word: &str) -> bool {
    let upper = word.to_ascii_uppercase();
    VERBS.contains(&word.to_ascii_lowercase().as_str())
        || OTHERS.contains(&upper.as_str())
        || (word.len() > 2 && word.chars().all(|c| c.is_ascii_uppercase()))
}

fn is_option(name: &str) -> bool {
    matches!(name, "idempotent")
}

/// Returns the last method in `Method::GET` or `"GET"`.
fn method_in(tokens: TokenStream) -> Option<String> {
    if let Some(text) = literal(&tokens) {
        return Some(upper(&text));
    }
    let words = tokens.into_iter().filter_map(|token| match token {
        TokenTree::Ident(name) => Some(name.to_string()),
        _ => None,
    });
    words.last().filter(|word| is_method(word)).map(|word| upper(&word))
}

fn literal(tokens: &TokenStream) -> Option<String> {
    let text = syn::parse2::<LitStr>(tokens.clone()).ok().map(|literal| literal.value());
    text.or_else(|| String::from_utf8(syn::parse2::<LitByteStr>(tokens.clone()).ok()?.value()).ok())
}

/// Returns the first string literal in an expression such as `format!("/users")`.
fn literal_in(tokens: TokenStream) -> Option<String> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Group(group) => literal_in(group.stream()),
        token => literal(&token.into()),
    })
}
