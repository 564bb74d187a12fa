//! The attributes of ours on methods and parameters, separated from all others.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{Attribute, LitStr, MacroDelimiter, Meta, MetaList, ext::IdentExt};

use crate::{
    args::{self, Arg},
    did_you_mean::nearest,
};

/// The attributes that name an HTTP method.
pub(crate) const VERBS: &[&str] = &["get", "post", "put", "patch", "delete", "head", "options"];

/// The attributes that the compiler accepts on a parameter.
pub(super) const ACCEPTED_ON_PARAMETERS: &[&str] =
    &["allow", "expect", "warn", "deny", "forbid", "cfg", "cfg_attr", "doc"];

/// An attribute of ours, or one that was probably meant to be.
pub(crate) struct ApiAttr {
    pub(crate) name: Ident,
    /// Whether it is written with a path, as `#[sdk_runtime::get(…)]`: a mistake.
    pub(crate) is_qualified: bool,
    pub(crate) args: ApiAttrArgs,
    pub(crate) syntax: Attribute,
}

pub(crate) enum ApiAttrArgs {
    /// `#[path]`
    None,
    /// `#[path("id")]`
    List(Vec<Arg>),
    /// `#[path = "id"]` or `#[path["id"]]`: a mistake.
    Wrong,
}

impl ApiAttrArgs {
    /// Returns whether the only argument is a string literal.
    pub(crate) fn is_literal(&self) -> bool {
        match self {
            Self::List(args) => {
                matches!(args.as_slice(), [arg] if syn::parse2::<LitStr>(arg.to_token_stream()).is_ok())
            }
            Self::None | Self::Wrong => false,
        }
    }
}

impl ToTokens for ApiAttr {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.syntax.to_tokens(tokens);
    }
}

impl ApiAttr {
    fn new(name: Ident, attr: Attribute) -> Self {
        let args = match &attr.meta {
            Meta::Path(_) => ApiAttrArgs::None,
            Meta::List(MetaList { delimiter: MacroDelimiter::Paren(_), tokens, .. }) => {
                ApiAttrArgs::List(args::split(tokens.clone()))
            }
            Meta::List(_) | Meta::NameValue(_) => ApiAttrArgs::Wrong,
        };
        let is_qualified = attr.path().segments.len() > 1;
        Self { name, is_qualified, args, syntax: attr }
    }

    /// Returns whether this is a `cfg_attr` around an attribute of ours.
    pub(crate) fn is_cfg_attr(&self) -> bool {
        self.name == "cfg_attr"
    }

    pub(crate) fn list(&self) -> &[Arg] {
        match &self.args {
            ApiAttrArgs::List(args) => args,
            ApiAttrArgs::None | ApiAttrArgs::Wrong => &[],
        }
    }

    pub(super) fn has_flag(&self, name: &str) -> bool {
        self.list().iter().any(|arg| matches!(arg, Arg::Flag(flag) if flag == name))
    }
}

/// Separates our attributes from all others. An attribute with a path, such as `#[sdk_runtime::get]`, was
/// meant to be ours if `is_qualified` is true of its last name.
pub(super) fn split_attrs(
    attrs: Vec<Attribute>,
    is_ours: impl Fn(&str, &Attribute) -> bool,
    is_qualified: impl Fn(&str, &Attribute) -> bool,
) -> (Vec<ApiAttr>, Vec<Attribute>) {
    let (mut ours, mut others) = (Vec::new(), Vec::new());
    for attr in attrs {
        let last = attr.path().segments.last().map(|last| last.ident.unraw());
        let name = last.filter(|last| match attr.path().get_ident() {
            Some(_) => is_ours(&last.to_string(), &attr),
            None => is_qualified(&last.to_string(), &attr),
        });
        match name {
            Some(name) => ours.push(ApiAttr::new(name, attr)),
            None => others.push(attr),
        }
    }
    (ours, others)
}

pub(super) fn simple_name(attr: &Attribute) -> Option<String> {
    attr.path().get_ident().map(|name| name.unraw().to_string())
}

pub(super) fn is_verb(name: &str) -> bool {
    VERBS.contains(&name) || name == "endpoint"
}

/// Returns whether this is a `cfg_attr` around an attribute of ours.
pub(super) fn wraps(attr: &Attribute, ours: impl Fn(&str) -> bool) -> bool {
    args::inside_cfg_attr(attr).is_some_and(|inner| inner.iter().any(|name| ours(name)))
}

/// Returns the verb that a name of another spelling means: `GET`, `HttpGet`, `GetMapping`, `create`.
pub(crate) fn verb_named(name: &str) -> Option<&'static str> {
    let lower = name.to_lowercase().replace('_', "");
    let plain = ["mapping", "request", "route", "endpoint"]
        .iter()
        .fold(lower.as_str(), |name, end| name.strip_suffix(end).unwrap_or(name));
    let plain = plain.strip_prefix("http").unwrap_or(plain);
    let synonym = match plain {
        "del" | "remove" | "destroy" => "delete",
        "create" | "add" | "insert" | "submit" | "upload" => "post",
        "update" | "replace" | "upsert" => "put",
        "list" | "read" | "fetch" | "find" => "get",
        other => other,
    };
    let exact = VERBS.iter().copied().find(|verb| *verb == synonym);
    exact.or_else(|| nearest(name, VERBS.iter().copied()))
}

/// Returns whether the attribute is a misspelt verb, such as `#[gett(…)]`, or an unknown one, such as
/// `#[fetch("/x")]` or `#[route(GET, "/x")]`. The compiler would report it in addition to the missing verb:
/// two errors for one mistake.
pub(super) fn looks_like_a_verb(name: &str, attr: &Attribute) -> bool {
    if ACCEPTED_ON_PARAMETERS.contains(&name) {
        return false;
    }
    names_a_path(attr) || HANDLERS.contains(&name) || verb_named(name).is_some()
}

/// The words of other frameworks for a method that answers a request.
const HANDLERS: &[&str] =
    &["handler", "api", "oai", "operation", "action", "rpc", "http", "call", "debug_handler"];

/// Returns whether a string of the attribute begins with a slash.
pub(super) fn names_a_path(attr: &Attribute) -> bool {
    match &attr.meta {
        Meta::List(list) => list.tokens.clone().into_iter().any(|token| token.to_string().starts_with("\"/")),
        Meta::NameValue(pair) => pair.value.to_token_stream().to_string().starts_with("\"/"),
        Meta::Path(_) => false,
    }
}

/// Returns whether the attribute of a method was meant as an option of its verb, as the role of a parameter,
/// or as `#[session(…)]`.
pub(super) fn looks_misplaced(name: &str, attr: &Attribute, is_of_parameters: fn(&str) -> bool) -> bool {
    if is_path_apart(name, attr) {
        return true;
    }
    let is_session = || nearest(name, ["session"]).is_some() || named_session(name).is_some();
    !matches!(attr.meta, Meta::Path(_)) && is_of_parameters(name)
        || is_of_parameters(name) && name != "path"
        || OPTIONS.contains(&name)
        || is_session()
}

/// The words for a path in an attribute of its own, without their underscores.
const PATHS: &[&str] = &["path", "url", "uri", "route", "mapping", "requestmapping", "subpath"];

/// Returns whether the attribute is the path of a verb, as in `#[GET] #[Path("/users")]`.
pub(crate) fn is_path_apart(name: &str, attr: &Attribute) -> bool {
    let is_path = |literal: LitStr| literal.value().contains(['/', '{']);
    PATHS.contains(&&*plain(name)) && literal(attr).is_some_and(is_path)
}

/// The words for the base of all endpoints in an attribute of the trait, without their underscores.
const BASES: &[&str] = &["base", "basepath", "baseurl", "prefix", "root", "controller", "restcontroller"];

/// Returns the option of `#[api_client]` that an attribute of the trait means, as in `#[path("/orders")]`.
pub(crate) fn option_of_the_trait(attr: &Attribute) -> Option<&'static str> {
    let name = plain(&simple_name(attr)?);
    match name.as_str() {
        _ if matches!(attr.meta, Meta::Path(_)) => None,
        "timeout" => Some("timeout"),
        "auth" => Some("auth"),
        "header" | "headers" => Some("headers"),
        name => ([PATHS, BASES].concat().contains(&name) && literal(attr).is_some()).then_some("base"),
    }
}

/// Returns the first string in the arguments of an attribute.
pub(crate) fn literal(attr: &Attribute) -> Option<LitStr> {
    let tokens = match &attr.meta {
        Meta::List(list) => list.tokens.clone(),
        Meta::NameValue(pair) => pair.value.to_token_stream(),
        Meta::Path(_) => return None,
    };
    tokens.into_iter().find_map(|token| syn::parse2(token.into()).ok())
}

fn plain(name: &str) -> String {
    name.to_lowercase().replace('_', "")
}

/// The words that users write as attributes of a method, and that are options of its verb.
pub(crate) const OPTIONS: &[&str] = &[
    "timeout",
    "retry",
    "retries",
    "auth",
    "authenticated",
    "no_auth",
    "noauth",
    "public",
    "anonymous",
    "scopes",
    "scope",
    "header",
    "headers",
    "idempotent",
    "idempotency",
    "paginate",
    "pagination",
    "reconnect",
    "http_code",
    "status_code",
    "use_guards",
    "produces",
    "consumes",
    "content_type",
    "operation_id",
    "responses",
    "api_response",
    "tags",
];

/// Returns the session's role that an attribute such as `#[login]` means.
pub(crate) fn named_session(name: &str) -> Option<&'static str> {
    match name {
        "start" | "login" | "sign_in" | "signin" | "session_start" | "start_session" => Some("start"),
        "refresh" | "session_refresh" | "refresh_session" | "refresh_token" => Some("refresh"),
        "end" | "logout" | "sign_out" | "signout" | "session_end" | "end_session" => Some("end"),
        _ => None,
    }
}
