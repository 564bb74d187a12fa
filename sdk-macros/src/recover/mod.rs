//! The items that are generated next to mistakes: the trait, and a client with the real names and
//! signatures.
//!
//! With them the user sees the mistakes, and no second error for each use of the client. The items take
//! `Errors`, which hold at least one mistake, so this code never runs. A type that is itself a mistake is
//! replaced by one that fits everywhere.

mod foreign;
mod mention;
mod never;
pub(crate) mod twins;

pub(crate) use foreign::{foreign, without_ours};
pub(crate) use never::never;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{
    Attribute, ItemTrait, Pat, Path, Receiver, ReceiverKind, ReturnType, Safety, Signature, TraitItem, Type,
    ext::IdentExt,
    parse::Parser,
    parse_quote,
    visit_mut::{self, VisitMut},
};

use crate::{
    args::Arg,
    diagnostics::Errors,
    expand::{self, Names, client::Parts},
    extended,
    model::{Composite, GENERATED},
    parse::{RawMethod, RawParam, RawTrait, VERBS},
    returns::{self, Returns},
    runtime::Runtime,
    signature, span, validate,
};

pub(crate) fn recover(raw: &RawTrait, errors: &Errors) -> TokenStream {
    let krate = krate(&raw.options);
    let usual = parse_quote!(::sdk_runtime);
    let mut trait_head = raw.trait_head.clone();
    trait_head.unsafety = None;
    trait_head.attrs.retain(|attr| !signature::is_async_trait(attr));
    // A macro may make any method. So the trait and its client are names that fit everywhere, and the trait
    // as it is written has another name.
    let written = trait_head.ident.clone();
    let has_macros = raw.others.iter().any(|item| matches!(item, TraitItem::Macro(_)));
    if has_macros {
        trait_head.ident = format_ident!("__{}Methods", written.unraw());
    }
    let names = Names::new(&trait_head, krate.as_ref().unwrap_or(&usual));
    // Without a path of the runtime, the module of the mistakes stands in for it.
    let module = match &krate {
        Some(_) => format_ident!("__{}Mistakes", written.unraw()),
        None => format_ident!("{}", names.private.to_string()),
    };
    let import = krate.is_some().then(|| names.import());
    let stubs = Stubs {
        raw,
        has_macros,
        private: &names.private,
        unknown: errors.unknown(&module).unwrap_or_else(|| parse_quote!(())),
    };
    let (mut declared, mut inherent) = (Vec::new(), Vec::new());
    let (mut mentioned, mut mistaken) = (Vec::new(), Vec::new());
    for method in first_of_each_name(&raw.methods) {
        let clashes = GENERATED.contains(&method.sig.ident.to_string().as_str());
        let (open, silent) = stubs.mentioned(method);
        mentioned.push(open);
        mistaken.push(silent);
        if validate::is_constructor(method, &written) {
            declared.extend((!clashes).then(|| stubs.constructor(method)));
        } else if !method.is_endpoint() || may_be_anything(method) {
            let composite = stubs.composite(method);
            declared.push(expand::composite::declared(&composite));
            if !clashes {
                inherent.extend(expand::composite::inherent(&composite, &names));
            }
        } else if !method.is_refresh() {
            declared.push(stubs.declared(method));
            if !clashes {
                inherent.push(stubs.inherent(method, &names));
            }
        }
    }
    let (others, implemented) = stubs.others();
    let has = |option: &str| raw.options.iter().filter_map(Arg::key).any(|key| key == option);
    declared.extend(others);
    let declared = expand::trait_with_items(&trait_head, &declared);
    let refresh = expand::refresh::none(&names);
    let parts = Parts {
        needed: TokenStream::new(),
        inherent,
        lent: has("extendable").then(|| implemented.clone()),
        implemented: Some(implemented),
        endpoints: Vec::new(),
        refresh,
        refresh_name: None,
        extended: if has("extends") { extended::clients(&raw.trait_head) } else { Vec::new() },
    };
    let client = expand::client::client(&names, &parts);
    let erased = has("dyn").then(|| stubs.erased(&raw.trait_head));
    let cfgs = signature::cfgs(&trait_head.attrs);
    let macros = stubs.macros(krate.as_ref().unwrap_or(&usual));
    let any = has_macros.then(|| twins::any(&raw.trait_head, &module));
    let errors = errors.module(&module, &quote!(#(#mistaken)* #macros));
    quote!(#(#cfgs)* #errors #any #import #declared #client #erased #(#mentioned)*)
}

/// Returns the path of the runtime, if it is known.
fn krate(options: &[Arg]) -> Option<Path> {
    let given = options.iter().find_map(|option| match option {
        Arg::Assign { key, value, .. } if key == "crate" => Path::parse_mod_style.parse2(value.clone()).ok(),
        _ => None,
    });
    given.or_else(|| Runtime::of_this_crate().path())
}

/// Leaves out a second method of one name, which was reported. Under different `cfg`s it is no mistake.
fn first_of_each_name(methods: &[RawMethod]) -> impl Iterator<Item = &RawMethod> {
    methods.iter().enumerate().filter_map(|(index, method)| {
        let twin = methods[..index].iter().any(|earlier| earlier.sig.ident == method.sig.ident);
        (!twin || signature::has(&method.attrs, "cfg")).then_some(method)
    })
}

/// Returns whether a method without a verb may be meant as a composite, which can return anything.
fn may_be_anything(method: &RawMethod) -> bool {
    method.sig.asyncness.is_none() && method.verbs().next().is_none() && !is_stream(method)
}

/// Returns whether the method returns pages, or was meant to. Pages are a stream, not a future.
fn is_stream(method: &RawMethod) -> bool {
    let meant = method.is_paginated() && method.sig.asyncness.is_none();
    meant || returns::is_pages(&method.sig.output)
}

fn plain(mut sig: Signature) -> Signature {
    sig.constness = None;
    sig.safety = Safety::Default;
    sig.abi = None;
    sig.variadic = None;
    sig
}

/// Replaces each `impl Trait` by a plain type.
struct NotHidden;

impl VisitMut for NotHidden {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        match ty {
            Type::ImplTrait(_) => *ty = parse_quote!(()),
            other => visit_mut::visit_type_mut(self, other),
        }
    }
}

/// The methods that stand in for those of the trait.
struct Stubs<'a> {
    raw: &'a RawTrait,
    has_macros: bool,
    private: &'a TokenStream,
    /// A type that fits everywhere.
    unknown: Type,
}

impl Stubs<'_> {
    /// Returns a method with its own body, unless it returns what is reported.
    fn composite(&self, method: &RawMethod) -> Composite {
        let (unknown, never) = (&self.unknown, never());
        let mut sig = plain(method.whole_signature());
        let mut body = method.body.clone();
        if method.plain_result.is_some() {
            sig.output = parse_quote!(-> #unknown);
        }
        if method.plain_result.is_some() || self.has_macros {
            body = None;
        }
        Composite { attrs: method.attrs.clone(), sig, body: body.unwrap_or_else(|| parse_quote!(#never)) }
    }

    /// Returns the signature that callers see, with its mistakes corrected.
    fn visible(&self, method: &RawMethod, receiver: &Receiver) -> Signature {
        let params: Vec<_> = method
            .params
            .iter()
            .enumerate()
            .filter(|(_, param)| param.api_attr("from_session").is_none())
            .collect();
        let mut names: Vec<Ident> = Vec::new();
        for (index, param) in &params {
            let own = param.name().filter(|name| !names.contains(name));
            names.push(own.cloned().unwrap_or_else(|| format_ident!("__argument_{index}")));
        }
        let types: Vec<&Type> = params.iter().map(|(_, param)| self.argument(method, param)).collect();
        let arguments = params.iter().zip(&names).zip(types);
        let arguments = arguments
            .map(|(((_, param), name), ty)| -> (&[Attribute], &Ident, &Type) { (&param.attrs, name, ty) });
        let mut sig = signature::with_arguments(&plain(method.sig.clone()), receiver, arguments);
        if validate::returns_a_mistake(method) {
            let unknown = &self.unknown;
            sig.asyncness = None;
            sig.output = parse_quote!(-> #unknown);
            return sig;
        }
        if is_stream(method) {
            sig.asyncness = None;
        }
        if let ReturnType::Type(_, ty) = &mut sig.output {
            // The body does not return, so that the compiler could infer neither a hidden type nor the type
            // of a page.
            NotHidden.visit_type_mut(ty);
            if returns::arguments_of(ty, "Pages").is_some_and(|page| page.is_empty()) {
                let unknown = &self.unknown;
                // The user's own name, so that its import is not reported as unused.
                **ty = syn::parse2(quote!(#ty<()>)).unwrap_or_else(|_| unknown.clone());
            }
        }
        sig
    }

    /// Returns the type of an argument, unless a call may pass something else for it.
    fn argument<'a>(&'a self, method: &RawMethod, param: &'a RawParam) -> &'a Type {
        let is_extractor = matches!(param.pat, Pat::TupleStruct(_));
        if is_extractor
            || validate::is_meant_as_an_extractor(method, param)
            || validate::takes_a_mistake(method, param)
        {
            &self.unknown
        } else {
            &param.ty
        }
    }

    fn declared(&self, method: &RawMethod) -> TokenStream {
        let attrs = &method.attrs;
        // An implementation repeats the receiver. Only its `mut` stands in no declaration without a body.
        let own = method.receiver.clone().map(|own| Receiver { attrs: Vec::new(), mutability: None, ..own });
        let by_value = own.as_ref().is_some_and(|own| !matches!(own.kind, ReceiverKind::Reference(..)));
        let mut sig = self.visible(method, &own.unwrap_or_else(|| parse_quote!(&self)));
        if by_value {
            sig.generics.make_where_clause().predicates.push(parse_quote!(Self: ::core::marker::Sized));
        }
        if is_stream(method) || validate::returns_a_mistake(method) {
            let (arguments, never) = (expand::unused(&sig), never());
            return quote!(#(#attrs)* #sig { #arguments #never });
        }
        let output = match &sig.output {
            ReturnType::Default => quote!(()),
            ReturnType::Type(_, ty) => quote!(#ty),
        };
        let sig = signature::returning_future(&sig, &output);
        let (arguments, never) = (expand::unused(&sig), never());
        quote_spanned! {span::generated_at_name(&sig.ident)=>
            #(#attrs)*
            #sig {
                #arguments
                let __never: ::core::future::Pending<#output> = #never;
                __never
            }
        }
    }

    fn inherent(&self, method: &RawMethod, names: &Names<'_>) -> TokenStream {
        let private = self.private;
        let vis = &names.vis;
        let attrs = signature::shared(&method.attrs);
        let receiver = match &method.receiver {
            Some(receiver) => {
                let this = &receiver.self_token;
                parse_quote!(&#this)
            }
            None => parse_quote!(&self),
        };
        let (sig, unknown) = (self.visible(method, &receiver), &self.unknown);
        let sig = match Returns::new(&sig.output) {
            _ if is_stream(method) || validate::returns_a_mistake(method) => sig.clone(),
            Some(mut returns) => {
                if returns.err.as_ref().is_some_and(returns::is_foreign_error) {
                    returns.err = Some(unknown.clone());
                }
                expand::returning_call(&sig, &returns, None, private)
            }
            None => Signature { output: parse_quote!(-> #unknown), asyncness: None, ..sig.clone() },
        };
        let (arguments, never) = (expand::unused(&sig), never());
        quote_spanned! {span::generated_at_name(&sig.ident)=>
            #(#attrs)*
            #[doc = ""]
            #vis #sig {
                #arguments
                #never
            }
        }
    }

    /// Returns a function that makes the client. Only a type with a known size can be made.
    fn constructor(&self, method: &RawMethod) -> TokenStream {
        let attrs = &method.attrs;
        let mut sig = plain(method.whole_signature());
        signature::name_arguments(&mut sig);
        sig.generics.make_where_clause().predicates.push(parse_quote!(Self: ::core::marker::Sized));
        let (arguments, never) = (expand::unused(&sig), never());
        quote!(#(#attrs)* #sig { #arguments #never })
    }

    /// Returns the associated types and constants as the trait declares them, and as the client has them.
    fn others(&self) -> (Vec<TokenStream>, Vec<TokenStream>) {
        let (mut declared, mut implemented) = (Vec::new(), Vec::new());
        let unknown = &self.unknown;
        let others = self.raw.others.iter().filter(|item| !matches!(item, TraitItem::Macro(_)));
        for item in others {
            let mut item = item.clone();
            // A value that never is, so that implementations may leave the constant out as they may leave out
            // methods.
            if let TraitItem::Const(item) = &mut item {
                item.default.get_or_insert_with(|| (parse_quote!(=), parse_quote!(loop {})));
            }
            declared.push(without_ours(item.to_token_stream(), validate::is_attribute_of_ours));
            if let TraitItem::Type(item) = &item {
                let (name, cfgs) = (&item.ident, signature::cfgs(&item.attrs));
                let (parameters, _, bounds) = item.generics.split_for_impl();
                implemented.push(quote!(#(#cfgs)* type #name #parameters = #unknown #bounds;));
            }
        }
        (declared, implemented)
    }

    /// Returns a trait of the macros that are called in the trait, so that none is reported as unused. The
    /// attributes of ours are removed from the methods that they make.
    fn macros(&self, krate: &Path) -> Option<TokenStream> {
        let is_macro = |item: &&TraitItem| matches!(item, TraitItem::Macro(_));
        let macros = self.raw.others.iter().filter(is_macro);
        let ours = VERBS.iter().copied().chain(["endpoint", "session"]).map(|name| format_ident!("{name}"));
        self.has_macros.then(|| {
            quote! {
                #[allow(unused_imports)]
                use #krate::__private::{#(stripped as #ours),*};
                #[allow(async_fn_in_trait)] trait Macros { #(#macros)* }
                #[allow(unused_imports)]
                pub use self::__AnyTrait as Any;
            }
        })
    }

    /// Returns `Dyn<Trait>` as a type that fits everywhere.
    fn erased(&self, trait_head: &ItemTrait) -> TokenStream {
        let ItemTrait { vis, ident, generics, .. } = trait_head;
        let (cfgs, unknown) = (signature::cfgs(&trait_head.attrs), &self.unknown);
        let name = format_ident!("Dyn{ident}");
        let used = expand::client::phantom(generics).map(|of| quote!(, #of));
        let ty = if used.is_some() { quote!((#unknown #used)) } else { quote!(#unknown) };
        quote!(#(#cfgs)* #[doc(hidden)] #[allow(dead_code)] #vis type #name #generics = #ty;)
    }

    /// Mentions the types that no visible signature mentions, so that their imports are not reported as
    /// unused. Returns the mentions of correct types, and of those that are mistakes.
    fn mentioned(&self, method: &RawMethod) -> (TokenStream, TokenStream) {
        let is_mistaken = |param: &&RawParam| std::ptr::eq(self.argument(method, param), &self.unknown);
        let is_hidden = |param: &&RawParam| method.is_refresh() || param.api_attr("from_session").is_some();
        let parts = Returns::new(&method.sig.output).filter(|_| method.plain_result.is_some());
        let with_unit = validate::with_unit(method);
        let output = match (&method.sig.output, &parts) {
            _ if with_unit.is_some() => with_unit.as_ref(),
            (_, Some(returns)) => returns.ok.as_ref(),
            (ReturnType::Type(_, ty), None) => Some(&**ty),
            (ReturnType::Default, None) => None,
        };
        let (mistaken, hidden) = match validate::returns_a_mistake(method) {
            true => (output, None),
            false => (None, output.filter(|_| method.is_refresh())),
        };
        let (wrong, right): (Vec<_>, Vec<_>) = method.params.iter().partition(is_mistaken);
        let hidden = right.into_iter().filter(is_hidden).map(|param| &param.ty).chain(hidden);
        let mistaken = wrong.into_iter().map(|param| &param.ty).chain(mistaken);
        let own = [&self.raw.trait_head.generics, &method.sig.generics];
        let cfgs: Vec<_> = signature::cfgs(&method.attrs).collect();
        (mention::types(&cfgs, hidden, &own), mention::types(&cfgs, mistaken, &own))
    }
}
