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
    model::{Client, GENERATED, Method},
    parse::{Mark, RawMethod, RawTrait},
    sink::{Errors, Reported, Sink},
};

/// The client, or every mistake there is anywhere in the trait.
pub(crate) fn client(raw: &RawTrait) -> Result<Client, Errors> {
    let sink = Sink::default();
    let client = read(raw, &sink);
    sink.settle(client)
}

fn read(raw: &RawTrait, sink: &Sink) -> Result<Client, Reported> {
    trait_itself(&raw.shell, sink);
    for item in &raw.others {
        other_item(item, sink);
    }
    let options = options::of_trait(&raw.options, sink);
    if options.erased {
        erased::shell(&raw.shell, sink);
    }
    if !raw.methods.iter().any(RawMethod::is_endpoint) && raw.others.is_empty() {
        sink.report(
            &raw.shell.ident,
            format!("the trait `{}` has no endpoints", raw.shell.ident),
            "add one: `#[get(\"/users\")] async fn users(&self) -> Result<Vec<User>>;`",
        );
    }
    let methods: Vec<Result<Method, Reported>> =
        raw.methods.iter().map(|method| self::method(method, &raw.shell, &options, sink)).collect();
    names(&raw.methods, sink);
    session::one_refresh(&raw.methods, sink);
    Ok(Client {
        erased: options.erased,
        krate: options.krate.unwrap_or_else(|| parse_quote!(::sdk_runtime)),
        shell: raw.shell.clone(),
        methods: methods.into_iter().collect::<Result<_, _>>()?,
    })
}

fn trait_itself(shell: &ItemTrait, sink: &Sink) {
    if let Some(token) = &shell.unsafety {
        sink.report(token, "`unsafe` is not supported on a client's trait", "write `trait` without `unsafe`");
    }
    for param in &shell.generics.params {
        if let GenericParam::Const(param) = param {
            sink.report(
                param.const_token,
                "const generics are not supported on a client's trait",
                format!("remove it: `trait {}`", shell.ident),
            );
        }
    }
}

fn other_item(item: &TraitItem, sink: &Sink) {
    let (what, name, moved) = match item {
        TraitItem::Type(item) => ("type", &item.ident, format!("type {} = …;", item.ident)),
        TraitItem::Const(item) => {
            ("const", &item.ident, format!("const {}: {} = …;", item.ident, shown(&item.ty)))
        }
        _ => {
            sink.report(
                item,
                "only methods can stand in a client's trait",
                "write the methods out: `#[get(\"/users\")] async fn users(&self) -> Result<Vec<User>>;`",
            );
            return;
        }
    };
    sink.report(
        item,
        format!("the associated {what} `{name}` is not supported"),
        format!("move it out of the trait: `{moved}`"),
    );
}

fn method(
    raw: &RawMethod,
    shell: &ItemTrait,
    options: &options::OfTrait,
    sink: &Sink,
) -> Result<Method, Reported> {
    if options.erased {
        erased::method(raw, &shell.ident, sink);
    }
    if raw.is_endpoint() {
        endpoint::endpoint(raw, shell, options, sink).map(|endpoint| Method::Endpoint(Box::new(endpoint)))
    } else {
        composite::composite(raw, sink).map(|composite| Method::Composite(Box::new(composite)))
    }
}

/// The compiler evaluates a `cfg_attr` after this macro has run, so that what is inside would come too late.
fn conditional(mark: &Mark, sink: &Sink) -> Reported {
    sink.report(
        &mark.attr,
        "`cfg_attr` around an attribute of `#[api_client]` is not supported",
        "put `#[cfg(…)]` on the whole method, and write the method twice",
    )
}

/// Two methods of one name, and methods that the generated client has already.
fn names(methods: &[RawMethod], sink: &Sink) {
    for (index, method) in methods.iter().enumerate() {
        let name = method.sig.ident.unraw().to_string();
        if GENERATED.contains(&name.as_str()) && method.receiver.is_some() && !method.is_refresh() {
            sink.report(
                &method.sig.ident,
                format!("the method `{name}` clashes with a generated one"),
                format!("rename it, for instance `call_{name}`; the path of the request is unaffected"),
            );
        }
        let twin = methods[..index].iter().find(|earlier| earlier.sig.ident.unraw() == name);
        if twin.is_some_and(|twin| !has_cfg(&twin.attrs) || !has_cfg(&method.attrs)) {
            sink.report(
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
