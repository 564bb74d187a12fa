//! Signatures and attributes of generated methods.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::{
    Attribute, FnArg, GenericParam, Generics, Lifetime, Meta, Pat, PredicateType, Receiver, Signature, Token,
    Type, TypeParamBound, TypeTraitObject, WherePredicate, parse_quote, parse_quote_spanned,
    punctuated::Punctuated,
    visit_mut::{self, VisitMut},
};

use crate::{args::inside_cfg_attr, span};

/// The attributes that the client's method gets from the trait's.
const SHARED: &[&str] = &["doc", "deprecated", "cfg", "must_use", "allow", "expect"];

/// Returns the signature with a receiver and arguments.
pub(crate) fn with_arguments<'a>(
    sig: &Signature,
    receiver: &Receiver,
    params: impl IntoIterator<Item = (&'a [Attribute], &'a Ident, &'a Type)>,
) -> Signature {
    let mut sig = sig.clone();
    sig.inputs.push(FnArg::Receiver(receiver.clone()));
    sig.inputs
        .extend(params.into_iter().map(|(attrs, name, ty)| -> FnArg { parse_quote!(#(#attrs)* #name: #ty) }));
    sig
}

/// Returns `async fn f() -> R` as the trait declares it. With `async fn` itself no caller could require a
/// `Send` future.
///
/// The first token is generated, because the lints of dead code treat an item as the user's by its first
/// token.
pub(crate) fn returning_future(sig: &Signature, output: &impl ToTokens) -> Signature {
    let mut sig = sig.clone();
    sig.asyncness = None;
    sig.fn_token.span = span::generated_at_name(&sig.ident);
    sig.output = parse_quote_spanned! {span::generated_at_name(&sig.ident)=>
        -> impl ::core::future::Future<Output = #output> + ::core::marker::Send
    };
    sig
}

/// Returns whether a method requires `Self: Sized`.
pub(crate) fn needs_sized(sig: &Signature) -> bool {
    let predicates = sig.generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    predicates.filter_map(bounds_of_self).flatten().any(|bound| {
        matches!(bound, TypeParamBound::Trait(bound)
            if bound.path.segments.last().is_some_and(|last| last.ident == "Sized"))
    })
}

/// Returns the bounds in `Self: …`.
pub(crate) fn bounds_of_self(predicate: &WherePredicate) -> Option<&Punctuated<TypeParamBound, Token![+]>> {
    match predicate {
        WherePredicate::Type(PredicateType { bounded_ty: Type::Path(path), bounds, .. }) => {
            path.path.is_ident("Self").then_some(bounds)
        }
        _ => None,
    }
}

/// Returns whether a type contains parameters or `Self`, and so has no meaning outside of their scope.
pub(crate) fn depends_on(ty: &Type, generics: &[&Generics]) -> bool {
    let names: Vec<String> = generics
        .iter()
        .flat_map(|generics| &generics.params)
        .map(|param| match param {
            GenericParam::Type(param) => param.ident.to_string(),
            GenericParam::Lifetime(param) => param.lifetime.ident.to_string(),
            GenericParam::Const(param) => param.ident.to_string(),
        })
        .collect();
    any_name(ty.to_token_stream(), &|name| name == "Self" || names.iter().any(|own| own == name))
}

/// Returns whether the type contains `name`.
pub(crate) fn mentions(ty: &Type, name: &Ident) -> bool {
    any_name(ty.to_token_stream(), &|other| name == other)
}

/// Returns whether the type contains `impl …`.
pub(crate) fn is_opaque(ty: &Type) -> bool {
    any_name(ty.to_token_stream(), &|name| name == "impl")
}

/// Returns whether the type contains `Self`.
pub(crate) fn mentions_self(ty: &Type) -> bool {
    any_name(ty.to_token_stream(), &|name| name == "Self")
}

/// Returns whether the type contains `dyn Serialize`. That of `erased_serde` is another trait.
pub(crate) fn is_dyn_serialize(ty: &Type) -> bool {
    let mut found = DynSerialize(false);
    found.visit_type_mut(&mut ty.clone());
    found.0
}

struct DynSerialize(bool);

impl VisitMut for DynSerialize {
    fn visit_type_trait_object_mut(&mut self, object: &mut TypeTraitObject) {
        self.0 |= object.bounds.iter().any(|bound| {
            let TypeParamBound::Trait(bound) = bound else { return false };
            let of_serde = bound.path.segments.len() == 1 || bound.path.segments[0].ident == "serde";
            of_serde && bound.path.segments.last().is_some_and(|last| last.ident == "Serialize")
        });
        visit_mut::visit_type_trait_object_mut(self, object);
    }
}

/// Returns the first lifetime in the type that none of the generics declares.
pub(crate) fn undeclared_lifetime(ty: &Type, generics: &[&Generics]) -> Option<Lifetime> {
    let mut known: Vec<Ident> = ["static", "_"].map(|name| Ident::new(name, Span::call_site())).into();
    known.extend(generics.iter().flat_map(|it| it.lifetimes()).map(|param| param.lifetime.ident.clone()));
    let mut undeclared = Undeclared { known, first: None };
    undeclared.visit_type_mut(&mut ty.clone());
    undeclared.first
}

struct Undeclared {
    known: Vec<Ident>,
    first: Option<Lifetime>,
}

impl VisitMut for Undeclared {
    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if !self.known.contains(&lifetime.ident) {
            self.first.get_or_insert_with(|| lifetime.clone());
        }
    }

    // `for<'a>` declares lifetimes of its own.
    fn visit_type_fn_ptr_mut(&mut self, _: &mut syn::TypeFnPtr) {}

    fn visit_type_param_bound_mut(&mut self, _: &mut TypeParamBound) {}
}

fn any_name(tokens: TokenStream, is_one: &dyn Fn(&str) -> bool) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(name) => is_one(&name.to_string()),
        TokenTree::Group(group) => any_name(group.stream(), is_one),
        _ => false,
    })
}

/// Returns the attributes that the client's method gets from the trait's.
pub(crate) fn shared(attrs: &[Attribute]) -> impl Iterator<Item = Attribute> {
    let of_both = attrs.iter().filter(|attr| {
        let is_shared = |name: &str| SHARED.contains(&name);
        match inside_cfg_attr(attr) {
            Some(inside) => inside.iter().all(|name| is_shared(name)),
            None => attr.path().get_ident().is_some_and(|name| is_shared(&name.to_string())),
        }
    });
    of_both.map(permitting)
}

/// Returns the lints that the declaration allows, which the generated code allows as well.
pub(crate) fn permitted(attrs: &[Attribute]) -> impl Iterator<Item = Attribute> {
    attrs
        .iter()
        .filter(|attr| attr.path().is_ident("allow") || attr.path().is_ident("expect"))
        .map(permitting)
}

/// Turns `expect` into `allow`. The declaration meets the expectation; the generated code may or may not
/// meet it.
fn permitting(attr: &Attribute) -> Attribute {
    match &attr.meta {
        Meta::List(list) if list.path.is_ident("expect") => {
            let lints = &list.tokens;
            parse_quote!(#[allow(#lints)])
        }
        _ => attr.clone(),
    }
}

/// Returns whether the method has documentation, conditional or not.
pub(crate) fn is_documented(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attr| {
        attr.path().is_ident("doc")
            || inside_cfg_attr(attr).is_some_and(|inside| inside.iter().any(|name| name == "doc"))
    })
}

/// Returns the `cfg`s that decide whether an item exists.
pub(crate) fn cfgs(attrs: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attrs.iter().filter(|attr| attr.path().is_ident("cfg"))
}

/// Returns the conditions inside the `cfg`s.
pub(crate) fn conditions(attrs: &[Attribute]) -> Vec<TokenStream> {
    let inside = |attr: &Attribute| match &attr.meta {
        Meta::List(list) => Some(list.tokens.clone()),
        Meta::Path(_) | Meta::NameValue(_) => None,
    };
    cfgs(attrs).filter_map(inside).collect()
}

/// Returns whether this is `#[async_trait]`, conditional or not. It changes `async fn`s, of which a generated
/// trait has none.
pub(crate) fn is_async_trait(attr: &Attribute) -> bool {
    let is_called = |name: &str| name == "async_trait";
    attr.path().segments.last().is_some_and(|last| is_called(&last.ident.to_string()))
        || inside_cfg_attr(attr).is_some_and(|inside| inside.iter().any(|name| is_called(name)))
}

pub(crate) fn has(attrs: &[Attribute], name: &str) -> bool {
    attrs.iter().any(|attr| attr.path().is_ident(name))
}

/// An argument of a call.
pub(crate) struct Argument {
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) name: Ident,
}

impl ToTokens for Argument {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { cfgs, name } = self;
        tokens.extend(quote!(#(#cfgs)* #name));
    }
}

/// Allows the use of parameters whose names begin with `_`, if there are any.
pub(crate) fn allow_underscores<'a>(mut names: impl Iterator<Item = &'a Ident>) -> Option<TokenStream> {
    names
        .any(|name| name.to_string().starts_with('_'))
        .then(|| quote!(#[allow(clippy::used_underscore_binding)]))
}

/// Returns whether there is a `ref` in the pattern.
pub(crate) fn borrows(pattern: &Pat) -> bool {
    any_name(pattern.to_token_stream(), &|name| name == "ref")
}

/// Returns the arguments by name, each with its `cfg`s. Replaces patterns by names.
pub(crate) fn name_arguments(sig: &mut Signature) -> Vec<Argument> {
    let mut names = Vec::new();
    for (index, input) in sig.inputs.iter_mut().enumerate() {
        let FnArg::Typed(argument) = input else { continue };
        let name = match &*argument.pat {
            Pat::Ident(pat) => pat.ident.clone(),
            _ => format_ident!("__argument_{index}"),
        };
        *argument.pat = parse_quote!(#name);
        names.push(Argument { cfgs: cfgs(&argument.attrs).cloned().collect(), name });
    }
    names
}

/// Returns the user's own `self`. Tokens that come from a `macro_rules!` could not see a generated one.
pub(crate) fn user_self(sig: &Signature) -> TokenStream {
    match sig.inputs.first() {
        Some(FnArg::Receiver(receiver)) => receiver.self_token.to_token_stream(),
        _ => quote!(self),
    }
}
