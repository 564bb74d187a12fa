//! The verdict on generated code: a complete client, or errors. It is found from the declaration alone,
//! without the validation.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Expr, File, ImplItem, ImplItemFn, Item, ItemImpl, LitStr, TraitItem, Type, ext::IdentExt};

use crate::{generate, parse, parse::RawTrait, tests::implement, validate::is_attribute_of_parameters};

#[derive(Debug)]
pub(super) enum Verdict {
    Whole,
    /// The texts of the errors.
    Reported(Vec<String>),
}

/// Returns `Err` for code that is neither, or both.
pub(super) fn of(options: TokenStream, item: TokenStream) -> Result<Verdict, String> {
    let generated = generate(options.clone(), item.clone());
    let text = generated.to_string();
    // The body of a method after a mistake.
    let is_dead = text.contains("__never");
    for never in ["unreachable", "pending ::", "todo ! (\"", "internal error of the macro : it gave up"] {
        if text.contains(never) && !item.to_string().contains(never) {
            return Err(format!("`{never}` is in the code"));
        }
    }
    let reported = errors(&generated);
    let parsed = parse::trait_item(options, item, is_attribute_of_parameters);
    if !reported.is_empty() {
        let helpless = reported.iter().find(|error| !error.contains("\nhelp: "));
        return match helpless {
            Some(error) if parsed.is_ok() => Err(format!("`{error}` offers no help")),
            _ => Ok(Verdict::Reported(reported)),
        };
    }
    // The compiler reports what does not parse, or else a lint does.
    if parsed.is_err() && text.contains("the trait does not parse") {
        return Ok(Verdict::Reported(vec!["the trait does not parse".to_owned()]));
    }
    if is_dead {
        return Err("dead, and no error".to_owned());
    }
    let raw = parsed.map_err(|error| format!("no trait: {error}"))?;
    let file = implement::expanded(generated).map_err(|error| format!("no code: {error}"))?;
    is_whole(&raw, &file).map(|()| Verdict::Whole)
}

/// Returns the texts of all `compile_error!`, at any depth, also next to tokens that do not parse.
pub(in crate::tests) fn errors(generated: &TokenStream) -> Vec<String> {
    let tokens: Vec<_> = generated.clone().into_iter().collect();
    let mut reported = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let proc_macro2::TokenTree::Group(group) = token else { continue };
        let before: Vec<String> = tokens[..index].iter().rev().take(2).map(ToString::to_string).collect();
        match before.as_slice() {
            [mark, name] if mark == "!" && name == "compile_error" => {
                let text = syn::parse2::<LitStr>(group.stream());
                reported.push(text.map_or_else(|it| it.to_string(), |it| it.value()));
            }
            _ => reported.extend(errors(&group.stream())),
        }
    }
    reported
}

fn is_whole(raw: &RawTrait, file: &File) -> Result<(), String> {
    let (declared, of_client, of_trait) = parts(&raw.trait_head.ident.to_string(), file)?;
    let listed = of_client.items.iter().find_map(|item| match item {
        ImplItem::Const(item) if item.ident == "ENDPOINTS" => match &item.expr {
            Expr::Reference(list) => match &*list.expr {
                Expr::Array(list) => Some(list.elems.len()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    });
    let endpoints = raw.methods.iter().filter(|method| method.is_endpoint()).count();
    if listed != Some(endpoints) {
        return Err(format!("{endpoints} endpoints are declared, and {listed:?} are listed"));
    }
    let refreshes = raw.methods.iter().any(|method| method.is_refresh());
    let refresh = file.to_token_stream().to_string().contains("RefreshEndpoint :: new");
    if refresh != refreshes {
        return Err("the refresh is not where it belongs".to_owned());
    }
    for method in &raw.methods {
        let name = method.sig.ident.unraw().to_string();
        let (inherent, implemented) = (function(of_client, &name), function(of_trait, &name));
        let is_declared = declared.iter().any(|item| {
            matches!(item, TraitItem::Fn(item) if item.sig.ident.unraw() == name && item.default.is_some())
        });
        if method.is_refresh() {
            if inherent.is_some() || implemented.is_some() || is_declared {
                return Err(format!("`{name}` can be called"));
            }
            continue;
        }
        if !is_declared {
            return Err(format!("`{name}` is not in the trait, or has no body there"));
        }
        if !method.is_endpoint() {
            continue;
        }
        let body = inherent.map_or_else(String::new, |it| it.block.to_token_stream().to_string());
        let sends = body.contains(&format!("Self :: __{name}"));
        if !sends || ![". finish", ". pages"].iter().any(|end| body.contains(end)) {
            return Err(format!("`{name}` of the client sends nothing: {body}"));
        }
        let forwards = implemented.is_some_and(|it| !it.block.stmts.is_empty());
        if !forwards {
            return Err(format!("`{name}` of the trait does not reach the client's"));
        }
    }
    Ok(())
}

type Parts<'a> = (&'a [TraitItem], &'a ItemImpl, &'a ItemImpl);

fn parts<'a>(name: &str, file: &'a File) -> Result<Parts<'a>, String> {
    let client = format!("{name}Client");
    let is_client = |ty: &Type| {
        let Type::Path(path) = ty else { return false };
        path.path.segments.last().is_some_and(|last| last.ident == client)
    };
    let mut found = (None, None, None);
    for item in &file.items {
        match item {
            Item::Trait(item) if item.ident == name => found.0 = Some(item.items.as_slice()),
            Item::Impl(item) if is_client(&item.self_ty) => match &item.trait_ {
                None => found.1 = Some(item),
                Some((path, ..)) if path.segments.len() == 1 && path.segments[0].ident == name => {
                    found.2 = Some(item);
                }
                Some(_) => {}
            },
            _ => {}
        }
    }
    match found {
        (Some(declared), Some(of_client), Some(of_trait)) => Ok((declared, of_client, of_trait)),
        _ => Err("there is no trait, no client, or no implementation".to_owned()),
    }
}

fn function<'a>(of: &'a ItemImpl, name: &str) -> Option<&'a ImplItemFn> {
    of.items.iter().find_map(|item| match item {
        ImplItem::Fn(item) if item.sig.ident.unraw() == name => Some(item),
        _ => None,
    })
}
