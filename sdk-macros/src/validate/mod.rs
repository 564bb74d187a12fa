//! From raw syntax to a model that is valid by construction. The only stage that reports mistakes. Must not know what
//! the generated code looks like.

mod address;
mod auth;
mod composite;
mod endpoint;
mod erased;
mod header;
mod options;
mod paginate;
mod params;
mod part;
mod path;
mod query;
mod repeat;
mod role;
mod session;
mod signature;
mod verb;

use quote::ToTokens;
use syn::{Attribute, GenericParam, ItemTrait, TraitItem, ext::IdentExt, parse_quote};

use crate::{
    diagnostics::{Diagnostics, Errors, Reported},
    model::{Client, GENERATED, Method},
    parse::{ApiAttr, RawMethod, RawTrait},
};

/// The client, or every mistake there is anywhere in the trait.
pub(crate) fn client(raw: &RawTrait) -> Result<Client, Errors> {
    let diagnostics = Diagnostics::default();
    let client = read(raw, &diagnostics);
    diagnostics.finish(client)
}

fn read(raw: &RawTrait, diagnostics: &Diagnostics) -> Result<Client, Reported> {
    trait_itself(&raw.trait_head, diagnostics);
    for item in &raw.others {
        other_item(item, diagnostics);
    }
    let options = options::of_trait(&raw.options, diagnostics);
    if options.erased {
        erased::trait_head(&raw.trait_head, diagnostics);
    }
    if !raw.methods.iter().any(RawMethod::is_endpoint) && raw.others.is_empty() {
        diagnostics.report(
            &raw.trait_head.ident,
            format!("the trait `{}` has no endpoints", raw.trait_head.ident),
            "add one: `#[get(\"/users\")] async fn users(&self) -> Result<Vec<User>>;`",
        );
    }
    let methods: Vec<Result<Method, Reported>> = raw
        .methods
        .iter()
        .map(|method| self::method(method, &raw.trait_head, &options, diagnostics))
        .collect();
    names(&raw.methods, diagnostics);
    session::one_refresh(&raw.methods, diagnostics);
    Ok(Client {
        erased: options.erased,
        krate: options.krate.unwrap_or_else(|| parse_quote!(::sdk_runtime)),
        trait_head: raw.trait_head.clone(),
        methods: methods.into_iter().collect::<Result<_, _>>()?,
    })
}

fn trait_itself(trait_head: &ItemTrait, diagnostics: &Diagnostics) {
    if let Some(token) = &trait_head.unsafety {
        diagnostics.report(
            token,
            "`unsafe` is not supported on a client's trait",
            "write `trait` without `unsafe`",
        );
    }
    for param in &trait_head.generics.params {
        if let GenericParam::Const(param) = param {
            diagnostics.report(
                param.const_token,
                "const generics are not supported on a client's trait",
                format!("remove it: `trait {}`", trait_head.ident),
            );
        }
    }
}

fn other_item(item: &TraitItem, diagnostics: &Diagnostics) {
    let (what, name, moved) = match item {
        TraitItem::Type(item) => ("type", &item.ident, format!("type {} = …;", item.ident)),
        TraitItem::Const(item) => {
            ("const", &item.ident, format!("const {}: {} = …;", item.ident, shown(&item.ty)))
        }
        _ => {
            diagnostics.report(
                item,
                "only methods can stand in a client's trait",
                "write the methods out: `#[get(\"/users\")] async fn users(&self) -> Result<Vec<User>>;`",
            );
            return;
        }
    };
    diagnostics.report(
        item,
        format!("the associated {what} `{name}` is not supported"),
        format!("move it out of the trait: `{moved}`"),
    );
}

fn method(
    raw: &RawMethod,
    trait_head: &ItemTrait,
    options: &options::OfTrait,
    diagnostics: &Diagnostics,
) -> Result<Method, Reported> {
    if options.erased {
        erased::method(raw, &trait_head.ident, diagnostics);
    }
    if raw.is_endpoint() {
        endpoint::endpoint(raw, trait_head, options, diagnostics)
            .map(|endpoint| Method::Endpoint(Box::new(endpoint)))
    } else {
        composite::composite(raw, diagnostics).map(|composite| Method::Composite(Box::new(composite)))
    }
}

/// The compiler evaluates a `cfg_attr` after this macro has run, so that what is inside would come too late.
fn conditional(attr: &ApiAttr, diagnostics: &Diagnostics) -> Reported {
    diagnostics.report(
        attr,
        "`cfg_attr` around an attribute of `#[api_client]` is not supported",
        "put `#[cfg(…)]` on the whole method, and write the method twice",
    )
}

/// Two methods of one name, and methods that the generated client has already.
fn names(methods: &[RawMethod], diagnostics: &Diagnostics) {
    for (index, method) in methods.iter().enumerate() {
        let name = method.sig.ident.unraw().to_string();
        if GENERATED.contains(&name.as_str()) && method.receiver.is_some() && !method.is_refresh() {
            diagnostics.report(
                &method.sig.ident,
                format!("the method `{name}` clashes with a generated one"),
                format!("rename it, for instance `call_{name}`; the path of the request is unaffected"),
            );
        }
        let twin = methods[..index].iter().find(|earlier| earlier.sig.ident.unraw() == name);
        if twin.is_some_and(|twin| !has_cfg(&twin.attrs) || !has_cfg(&method.attrs)) {
            diagnostics.report(
                &method.sig.ident,
                format!("the method `{name}` is declared twice"),
                format!("rename one of them, for instance `{name}_2`"),
            );
        }
    }
}

fn has_cfg(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attr| attr.path().is_ident("cfg"))
}

/// Tokens as the user wrote them, for the text of a message.
fn shown(tokens: impl ToTokens) -> String {
    let text = tokens.to_token_stream().to_string();
    ["< ", " <", " >", "& ", " ,", " :: "]
        .iter()
        .fold(text, |text, pattern| text.replace(pattern, pattern.trim()))
}
