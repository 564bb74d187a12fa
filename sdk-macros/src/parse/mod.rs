//! The raw syntax of a trait, with our attributes separated from all others. The only error is an item that
//! is not a trait.

mod api_attr;

pub(crate) use api_attr::{
    ApiAttr, ApiAttrArgs, OPTIONS, VERBS, is_path_apart, literal, named_session, option_of_the_trait,
    verb_named,
};

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{
    Attribute, Block, FnArg, Generics, Item, ItemTrait, Pat, Receiver, ReceiverKind, ReturnType, Signature,
    Token, TraitItem, TraitItemFn, Type, TypeReference, Visibility,
    parse::{ParseStream, Parser},
    parse_quote,
};

use crate::{
    args::{self, Arg},
    async_trait,
    did_you_mean::nearest,
    returns, source,
    span::strip_groups,
};
use api_attr::{
    ACCEPTED_ON_PARAMETERS, is_verb, looks_like_a_verb, looks_misplaced, names_a_path, simple_name,
    split_attrs, wraps,
};

/// A trait as it is written.
pub(crate) struct RawTrait {
    pub(crate) options: Vec<Arg>,
    /// The trait without its items, and without a second `#[api_client]`.
    pub(crate) trait_head: ItemTrait,
    pub(crate) second_macro: Option<Attribute>,
    /// The attributes of the trait that name an option of the macro.
    pub(crate) misplaced: Vec<Attribute>,
    pub(crate) methods: Vec<RawMethod>,
    /// Associated types and constants, and macro calls.
    pub(crate) others: Vec<TraitItem>,
    pub(crate) broken: Option<Broken>,
    /// The place of `#[async_trait]`, if it has rewritten the methods.
    pub(crate) async_trait: Option<Span>,
    /// The place among the traits of this name in the module, if there are several.
    pub(crate) twin: Option<usize>,
    /// Whether another type in the module has the name of the client.
    pub(crate) is_taken: bool,
}

/// What does not parse in a trait. The compiler reports it before it calls the macro.
pub(crate) struct Broken {
    pub(crate) error: syn::Error,
    /// The names of the methods that were read as far as they go.
    pub(crate) methods: Vec<Ident>,
}

pub(crate) struct RawMethod {
    pub(crate) api_attrs: Vec<ApiAttr>,
    /// The attributes of a method that are none of ours, but name an option, a role or the session.
    pub(crate) misplaced: Vec<ApiAttr>,
    /// The attributes that are not ours.
    pub(crate) attrs: Vec<Attribute>,
    /// `pub` or `default`, which no method of a trait has.
    pub(crate) qualifiers: TokenStream,
    /// The parameters of the trait.
    pub(crate) trait_generics: Generics,
    /// The signature without its arguments.
    pub(crate) sig: Signature,
    pub(crate) receiver: Option<Receiver>,
    pub(crate) params: Vec<RawParam>,
    pub(crate) body: Option<Block>,
    /// The `Result` of the return type, if it is the standard library's and lacks the type of its error.
    pub(crate) plain_result: Option<Ident>,
    /// The name in the return type of a type that has a lifetime, which is not written there.
    pub(crate) hidden_lifetime: Option<Ident>,
}

pub(crate) struct RawParam {
    pub(crate) api_attrs: Vec<ApiAttr>,
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) pat: Pat,
    pub(crate) ty: Type,
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

/// Returns the trait. `is_of_parameters` tells the names of our attributes of parameters.
pub(crate) fn trait_item(
    options: TokenStream,
    item: TokenStream,
    is_of_parameters: fn(&str) -> bool,
) -> syn::Result<RawTrait> {
    match syn::parse2::<Item>(item)? {
        Item::Trait(item) => Ok(of_trait(options, item, is_of_parameters)),
        other => Err(not_a_trait(&other)),
    }
}

/// Returns the raw syntax of a trait.
pub(crate) fn of_trait(
    options: TokenStream,
    mut trait_head: ItemTrait,
    is_of_parameters: fn(&str) -> bool,
) -> RawTrait {
    let is_macro =
        |attr: &Attribute| attr.path().segments.last().is_some_and(|last| last.ident == "api_client");
    let second_macro = trait_head.attrs.iter().find(|attr| is_macro(attr)).cloned();
    let is_option = |attr: &mut Attribute| option_of_the_trait(attr).is_some();
    let misplaced = trait_head.attrs.extract_if(.., is_option).collect();
    trait_head.attrs.retain(|attr| !is_macro(attr));
    let (mut methods, mut others) = (Vec::new(), Vec::new());
    let mut rewritten = None;
    for mut item in std::mem::take(&mut trait_head.items) {
        if let TraitItem::Fn(item) = &mut item {
            rewritten = async_trait::restore(&mut item.sig).or(rewritten);
        }
        match item {
            TraitItem::Fn(item) => {
                methods.push(method(item, TokenStream::new(), &trait_head.generics, is_of_parameters));
            }
            other => match qualified(&other) {
                Some((qualifiers, item)) => {
                    methods.push(method(item, qualifiers, &trait_head.generics, is_of_parameters));
                }
                None => others.push(other),
            },
        }
    }
    for method in methods.iter_mut().filter(|method| method.is_endpoint()) {
        if let ReturnType::Type(_, ty) = &method.sig.output {
            let mut parameters = method.sig.generics.type_params().chain(trait_head.generics.type_params());
            let name = source::hidden_lifetime(&trait_head.ident, ty);
            method.hidden_lifetime = name.filter(|name| !parameters.any(|it| it.ident == *name));
        }
    }
    let lacking: Vec<(&mut RawMethod, Ident)> = methods
        .iter_mut()
        .filter_map(|method| returns::result_without_error(&method.sig.output).map(|name| (method, name)))
        .collect();
    if !lacking.is_empty() && source::has_plain_result(&trait_head.ident) {
        lacking.into_iter().for_each(|(method, name)| method.plain_result = Some(name));
    }
    let twin = source::twin(&trait_head.ident);
    let client = format_ident!("{}Client", trait_head.ident);
    let is_taken = twin.is_none() && source::is_taken(&trait_head.ident, &client);
    RawTrait {
        options: args::split(options),
        trait_head,
        twin,
        is_taken,
        second_macro,
        misplaced,
        methods,
        others,
        broken: None,
        async_trait: rewritten,
    }
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

/// Returns the method in `pub async fn …`, and what stands in front of it. The compiler accepts it here, and
/// reports it only if it is still there behind the macro.
fn qualified(item: &TraitItem) -> Option<(TokenStream, TraitItemFn)> {
    let TraitItem::Verbatim(tokens) = item else { return None };
    let parsed = |input: ParseStream<'_>| {
        let attrs = input.call(Attribute::parse_outer)?;
        let (vis, default): (Visibility, Option<Token![default]>) = (input.parse()?, input.parse()?);
        let item: TraitItemFn = input.parse()?;
        Ok((quote!(#vis #default), TraitItemFn { attrs, ..item }))
    };
    parsed.parse2(tokens.clone()).ok()
}

fn method(
    item: TraitItemFn,
    qualifiers: TokenStream,
    trait_generics: &Generics,
    is_of_parameters: fn(&str) -> bool,
) -> RawMethod {
    let trait_generics = trait_generics.clone();
    let TraitItemFn { attrs, mut sig, default: body, .. } = item;
    let has_verb =
        attrs.iter().any(|attr| simple_name(attr).is_some_and(|name| is_verb(&name)) || wraps(attr, is_verb));
    // `#[GET] #[Path("/users")]` is one verb.
    let is_split = has_verb
        || attrs.iter().any(|attr| {
            simple_name(attr).is_some_and(|name| verb_named(&name).is_some() && !is_path_apart(&name, attr))
        });
    let is_path = |name: &str, attr: &Attribute| is_split && is_path_apart(name, attr);
    let is_ours = |name: &str, attr: &Attribute| {
        is_verb(name)
            || name == "session"
            || wraps(attr, |inner| is_verb(inner) || inner == "session")
            || (!has_verb && body.is_none() && looks_like_a_verb(name, attr) && !is_path(name, attr))
    };
    let is_qualified = |name: &str, attr: &Attribute| {
        name == "session"
            || (!has_verb && body.is_none() && (is_verb(name) || name == "path" && names_a_path(attr)))
    };
    let (api_attrs, attrs) = split_attrs(attrs, is_ours, is_qualified);
    // An attribute of another macro can have such a name on a method with a body.
    let is_misplaced = |name: &str, attr: &Attribute| {
        body.is_none() && (has_verb && looks_misplaced(name, attr, is_of_parameters) || is_path(name, attr))
    };
    let (misplaced, attrs) = split_attrs(attrs, is_misplaced, |_, _| false);
    let mut receiver = None;
    let mut params = Vec::new();
    for input in std::mem::take(&mut sig.inputs) {
        match input {
            FnArg::Receiver(it) => receiver = Some(in_short(it)),
            FnArg::Typed(it) => params.push(param(it, is_of_parameters)),
        }
    }
    let plain_result = None;
    RawMethod {
        api_attrs,
        misplaced,
        attrs,
        qualifiers,
        trait_generics,
        sig,
        receiver,
        params,
        body,
        plain_result,
        hidden_lifetime: None,
    }
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
    let is_ours = |name: &str, attr: &Attribute| {
        !ACCEPTED_ON_PARAMETERS.contains(&name) || wraps(attr, is_of_parameters)
    };
    let (api_attrs, attrs) = split_attrs(input.attrs, is_ours, |name, _| is_of_parameters(name));
    RawParam { api_attrs, attrs, pat: *input.pat, ty: *input.ty }
}
