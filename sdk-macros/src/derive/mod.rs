//! `#[derive(ApiError)]` and `#[derive(Page)]`, in the three stages of `#[api_client]` in small: the mistakes are told by
//! `error` and `page`, and `expand` cannot fail. Must not know anything of clients.

mod error;
mod expand;
mod page;

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Attribute, DeriveInput, MacroDelimiter, Meta, MetaList, Path, parse::Parser};

use crate::{
    args::{self, Arg},
    diagnostics::{Diagnostics, Reported},
    did_you_mean::{nearest, suggestion},
};

/// The code of `#[derive(ApiError)]`.
pub(crate) fn api_error(input: TokenStream) -> TokenStream {
    derived(input, "api_error", |_| false, error::of, expand::error, expand::error_stub)
}

/// The code of `#[derive(Page)]`.
pub(crate) fn page(input: TokenStream) -> TokenStream {
    derived(input, "page", |name| page::role(name).is_some(), page::of, expand::page, expand::page_stub)
}

/// What the code is for, and where it finds the runtime.
struct Target<'a> {
    input: &'a DeriveInput,
    private: TokenStream,
}

/// After a mistake there are still the traits, so that their uses are not reported as well.
fn derived<Model>(
    input: TokenStream,
    options: &str,
    is_known: fn(&Ident) -> bool,
    validate: fn(&DeriveInput, &Diagnostics) -> Result<Model, Reported>,
    expand: fn(&Target<'_>, &Model) -> TokenStream,
    stub: fn(&Target<'_>) -> TokenStream,
) -> TokenStream {
    let input: DeriveInput = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let diagnostics = Diagnostics::default();
    let krate = krate(&input, options, is_known, &diagnostics);
    let krate = krate.map_or_else(|| quote!(::sdk_runtime), ToTokens::into_token_stream);
    let model = validate(&input, &diagnostics);
    let target = Target { input: &input, private: quote!(#krate::__private) };
    match diagnostics.finish(model) {
        Ok(model) => expand(&target, &model),
        Err(errors) => {
            let stub = stub(&target);
            quote!(#errors #stub)
        }
    }
}

/// `#[api_error(crate = path)]` on the type itself.
fn krate(
    input: &DeriveInput,
    options: &str,
    is_known: fn(&Ident) -> bool,
    diagnostics: &Diagnostics,
) -> Option<Path> {
    let example = format!("`#[{options}(crate = my_crate::sdk)]`");
    let mut krate = None;
    for attr in input.attrs.iter().filter(|attr| attr.path().is_ident(options)) {
        let args = args(attr).unwrap_or_default();
        if args.is_empty() {
            diagnostics.report(
                attr,
                format!("`#[{options}]` says nothing"),
                format!("write {example}, or remove it"),
            );
        }
        for arg in &args {
            match arg {
                Arg::Assign { key, value, .. } if key == "crate" => {
                    if krate.is_some() {
                        diagnostics.report(
                            key,
                            "option `crate` is given twice",
                            format!("keep one {example}"),
                        );
                    }
                    krate = Path::parse_mod_style.parse2(value.clone()).ok();
                    if krate.is_none() {
                        let at = if value.is_empty() { key.to_token_stream() } else { value.clone() };
                        diagnostics.report(
                            at,
                            "expected the path of a crate or module",
                            format!("write {example}"),
                        );
                    }
                }
                _ if arg.key().is_some_and(|key| key == "crate") => {
                    diagnostics.report(arg, "option `crate` needs a path", format!("write {example}"));
                }
                // Whoever knows that word says where it belongs.
                _ if arg.key().is_some_and(is_known) => {}
                _ => {
                    let name = arg.key().map_or_else(|| arg.to_token_stream(), ToTokens::to_token_stream);
                    let near = suggestion(&name.to_string(), ["crate"]);
                    diagnostics.report(
                        &name,
                        format!("unknown option `{name}`"),
                        format!("{near}known: {example}"),
                    );
                }
            }
        }
    }
    krate
}

/// The parts of an attribute's list, none of `#[attr]`, or `None` of `#[attr = …]` and of a list that is not in parentheses.
fn args(attr: &Attribute) -> Option<Vec<Arg>> {
    match &attr.meta {
        Meta::Path(_) => Some(Vec::new()),
        Meta::List(MetaList { delimiter: MacroDelimiter::Paren(_), tokens, .. }) => {
            Some(args::split(tokens.clone()))
        }
        Meta::List(_) | Meta::NameValue(_) => None,
    }
}

/// The attribute that is `name` misspelt, with arguments that only `name` has. The compiler tells of an attribute that it does
/// not know, and that what it stands on lacks ours would be told as well.
fn misspelt<'a>(attrs: &'a [Attribute], name: &str, fits: fn(&[Arg]) -> bool) -> Option<&'a Ident> {
    attrs.iter().find_map(|attr| {
        let ident = attr.path().get_ident()?;
        let near = ident != name && nearest(&ident.to_string(), [name]).is_some();
        (near && args(attr).is_some_and(|args| fits(&args))).then_some(ident)
    })
}

/// Reports such an attribute, where the compiler knows it: it belongs to another derive.
fn foreign(attr: &Ident, name: &str, diagnostics: &Diagnostics) -> Reported {
    diagnostics.report_unless_the_compiler_does(
        attr.span(),
        format!("`#[{attr}]` is not `#[{name}]`"),
        format!("write `#[{name}]`; if `#[{attr}]` is meant for another derive, write both"),
    )
}

/// Reports each of our attributes where it means nothing.
fn misplaced(attrs: &[Attribute], names: &[&str], message: &str, help: &str, diagnostics: &Diagnostics) {
    for attr in attrs {
        if let Some(name) = names.iter().find(|name| attr.path().is_ident(name)) {
            diagnostics.report(attr, format!("`#[{name}]` {message}"), help);
        }
    }
}

/// Whether the first token is a literal that begins with a digit.
fn is_number(arg: &Arg) -> bool {
    let first = arg.to_token_stream().into_iter().next();
    matches!(first, Some(TokenTree::Literal(literal)) if literal.to_string().starts_with(|it: char| it.is_ascii_digit()))
}

#[cfg(test)]
mod tests;
