//! The raw syntax of a trait, with our attributes separated from all others. The only error is an item that
//! is not a trait.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::{
    Attribute, Block, FnArg, Item, ItemTrait, LitStr, MacroDelimiter, Meta, MetaList, Pat, Receiver,
    ReceiverKind, Signature, TraitItem, TraitItemFn, Type, TypeReference, ext::IdentExt, parse_quote,
};

use crate::{
    args::{self, Arg},
    did_you_mean::nearest,
    span::strip_groups,
};

/// The attributes that name an HTTP method.
pub(crate) const VERBS: &[&str] = &["get", "post", "put", "patch", "delete", "head", "options"];

/// The attributes that the compiler accepts on a parameter.
const ACCEPTED_ON_PARAMETERS: &[&str] =
    &["allow", "expect", "warn", "deny", "forbid", "cfg", "cfg_attr", "doc"];

/// A trait as it is written.
pub(crate) struct RawTrait {
    pub(crate) options: Vec<Arg>,
    /// The trait without its items.
    pub(crate) trait_head: ItemTrait,
    pub(crate) methods: Vec<RawMethod>,
    /// Associated types and constants, and macro calls.
    pub(crate) others: Vec<TraitItem>,
}

pub(crate) struct RawMethod {
    pub(crate) api_attrs: Vec<ApiAttr>,
    /// The attributes of a method that are none of ours, but name an option, a role or the session.
    pub(crate) misplaced: Vec<ApiAttr>,
    /// The attributes that are not ours.
    pub(crate) attrs: Vec<Attribute>,
    /// The signature without its arguments.
    pub(crate) sig: Signature,
    pub(crate) receiver: Option<Receiver>,
    pub(crate) params: Vec<RawParam>,
    pub(crate) body: Option<Block>,
}

pub(crate) struct RawParam {
    pub(crate) api_attrs: Vec<ApiAttr>,
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) pat: Pat,
    pub(crate) ty: Type,
}

/// An attribute of ours, or one that was probably meant to be.
pub(crate) struct ApiAttr {
    pub(crate) name: Ident,
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

impl RawMethod {
    pub(crate) fn api_attr(&self, name: &str) -> Option<&ApiAttr> {
        self.api_attrs.iter().find(|attr| attr.name == name)
    }

    /// Returns the attributes that name an HTTP method, including unknown ones.
    pub(crate) fn verbs(&self) -> impl Iterator<Item = &ApiAttr> {
        self.api_attrs.iter().filter(|attr| attr.name != "session" && !attr.is_cfg_attr())
    }

    /// Returns whether the method is meant as an endpoint. Every other method is a composite, which keeps
    /// its body.
    pub(crate) fn is_endpoint(&self) -> bool {
        self.body.is_none() || self.verbs().next().is_some()
    }

    /// Returns the signature with its arguments.
    pub(crate) fn whole_signature(&self) -> Signature {
        let mut sig = self.sig.clone();
        sig.inputs.extend(self.receiver.clone().map(FnArg::Receiver));
        sig.inputs.extend(
            self.params
                .iter()
                .map(|RawParam { attrs, pat, ty, .. }| -> FnArg { parse_quote!(#(#attrs)* #pat: #ty) }),
        );
        sig
    }

    /// Returns whether there is an option `paginate`, spelt correctly or nearly so.
    pub(crate) fn is_paginated(&self) -> bool {
        let mut keys = self.verbs().flat_map(ApiAttr::list).filter_map(Arg::key);
        keys.any(|key| nearest(&key.to_string(), ["paginate"]).is_some())
    }

    /// Returns whether only the session sends it, so that no caller has a method for it.
    pub(crate) fn is_refresh(&self) -> bool {
        self.is_endpoint() && self.api_attr("session").is_some_and(|attr| attr.has_flag("refresh"))
    }
}

impl RawParam {
    pub(crate) fn api_attr(&self, name: &str) -> Option<&ApiAttr> {
        self.api_attrs.iter().find(|attr| attr.name == name)
    }

    /// Returns the name of the parameter, unless it is a pattern.
    pub(crate) fn name(&self) -> Option<&Ident> {
        match &self.pat {
            Pat::Ident(pat) if pat.by_ref.is_none() && pat.mutability.is_none() && pat.subpat.is_none() => {
                Some(&pat.ident)
            }
            _ => None,
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
        Self { name, args, syntax: attr }
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

    fn has_flag(&self, name: &str) -> bool {
        self.list().iter().any(|arg| matches!(arg, Arg::Flag(flag) if flag == name))
    }
}

/// Returns the trait. `is_of_parameters` tells the names of our attributes of parameters.
pub(crate) fn trait_item(
    options: TokenStream,
    item: TokenStream,
    is_of_parameters: fn(&str) -> bool,
) -> syn::Result<RawTrait> {
    let mut trait_head = match syn::parse2::<Item>(item)? {
        Item::Trait(trait_head) => trait_head,
        other => return Err(not_a_trait(&other)),
    };
    let (mut methods, mut others) = (Vec::new(), Vec::new());
    for item in std::mem::take(&mut trait_head.items) {
        match item {
            TraitItem::Fn(item) => methods.push(method(item, is_of_parameters)),
            other => others.push(other),
        }
    }
    Ok(RawTrait { options: args::split(options), trait_head, methods, others })
}

fn not_a_trait(item: &Item) -> syn::Error {
    let keyword = match item {
        Item::Struct(item) => item.struct_token.span,
        Item::Enum(item) => item.enum_token.span,
        Item::Union(item) => item.union_token.span,
        Item::Impl(item) => item.impl_token.span,
        Item::Fn(item) => item.sig.fn_token.span,
        Item::Mod(item) => item.mod_token.span,
        Item::Const(item) => item.const_token.span,
        Item::Static(item) => item.static_token.span,
        Item::Type(item) => item.type_token.span,
        other => {
            other.to_token_stream().into_iter().next().map_or_else(Span::call_site, |token| token.span())
        }
    };
    syn::Error::new(
        keyword,
        "`#[api_client]` can only be applied to a trait\nhelp: declare the endpoints in a trait: `pub \
            trait Users { … }`",
    )
}

fn method(item: TraitItemFn, is_of_parameters: fn(&str) -> bool) -> RawMethod {
    let TraitItemFn { attrs, mut sig, default: body, .. } = item;
    let has_verb =
        attrs.iter().any(|attr| simple_name(attr).is_some_and(|name| is_verb(&name)) || wraps(attr, is_verb));
    let (api_attrs, attrs) = split_attrs(attrs, |name, attr| {
        is_verb(name)
            || name == "session"
            || wraps(attr, |inner| is_verb(inner) || inner == "session")
            || (!has_verb && body.is_none() && looks_like_a_verb(name, attr))
    });
    // An attribute of another macro can have such a name on a method with a body.
    let (misplaced, attrs) = split_attrs(attrs, |name, attr| {
        has_verb && body.is_none() && looks_misplaced(name, attr, is_of_parameters)
    });
    let mut receiver = None;
    let mut params = Vec::new();
    for input in std::mem::take(&mut sig.inputs) {
        match input {
            FnArg::Receiver(it) => receiver = Some(in_short(it)),
            FnArg::Typed(it) => params.push(param(it, is_of_parameters)),
        }
    }
    RawMethod { api_attrs, misplaced, attrs, sig, receiver, params, body }
}

/// Returns `self: &Self` as `&self`, which it means.
fn in_short(receiver: Receiver) -> Receiver {
    let ReceiverKind::Typed(_, ty) = &receiver.kind else { return receiver };
    let Type::Reference(TypeReference { and_token, lifetime, mutability: None, elem, .. }) = strip_groups(ty)
    else {
        return receiver;
    };
    match strip_groups(elem) {
        Type::Path(path) if path.qself.is_none() && path.path.is_ident("Self") => {
            let kind = ReceiverKind::Reference(*and_token, lifetime.clone(), None);
            Receiver { kind, ..receiver }
        }
        _ => receiver,
    }
}

fn param(input: syn::PatType, is_of_parameters: fn(&str) -> bool) -> RawParam {
    let (api_attrs, attrs) = split_attrs(input.attrs, |name, attr| {
        !ACCEPTED_ON_PARAMETERS.contains(&name) || wraps(attr, is_of_parameters)
    });
    RawParam { api_attrs, attrs, pat: *input.pat, ty: *input.ty }
}

/// Separates our attributes from all others. An attribute whose name is a path is never ours.
fn split_attrs(
    attrs: Vec<Attribute>,
    is_ours: impl Fn(&str, &Attribute) -> bool,
) -> (Vec<ApiAttr>, Vec<Attribute>) {
    let (mut ours, mut others) = (Vec::new(), Vec::new());
    for attr in attrs {
        let name = attr.path().get_ident().map(IdentExt::unraw);
        match name.filter(|name| is_ours(&name.to_string(), &attr)) {
            Some(name) => ours.push(ApiAttr::new(name, attr)),
            None => others.push(attr),
        }
    }
    (ours, others)
}

fn simple_name(attr: &Attribute) -> Option<String> {
    attr.path().get_ident().map(|name| name.unraw().to_string())
}

fn is_verb(name: &str) -> bool {
    VERBS.contains(&name) || name == "endpoint"
}

/// Returns whether this is a `cfg_attr` around an attribute of ours.
fn wraps(attr: &Attribute, ours: impl Fn(&str) -> bool) -> bool {
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
fn looks_like_a_verb(name: &str, attr: &Attribute) -> bool {
    if ACCEPTED_ON_PARAMETERS.contains(&name) {
        return false;
    }
    let names_a_path = match &attr.meta {
        Meta::List(list) => list.tokens.clone().into_iter().any(|token| token.to_string().starts_with("\"/")),
        Meta::NameValue(pair) => pair.value.to_token_stream().to_string().starts_with("\"/"),
        Meta::Path(_) => false,
    };
    names_a_path || verb_named(name).is_some()
}

/// Returns whether the attribute of a method was meant as an option of its verb, as the role of a parameter,
/// or as `#[session(…)]`.
fn looks_misplaced(name: &str, attr: &Attribute, is_of_parameters: fn(&str) -> bool) -> bool {
    let is_session = || nearest(name, ["session"]).is_some() || named_session(name).is_some();
    !matches!(attr.meta, Meta::Path(_)) && is_of_parameters(name)
        || is_of_parameters(name) && name != "path"
        || OPTIONS.contains(&name)
        || is_session()
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
