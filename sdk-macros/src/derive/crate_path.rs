//! `#[api_error(crate = path)]`, `#[page(crate = path)]`: the path of the runtime, if it was renamed or
//! re-exported.

use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::{DeriveInput, Path, ext::IdentExt, parse::Parser, parse_quote};

use super::attribute::args;
use crate::{args::Arg, diagnostics::Diagnostics, did_you_mean::nearest, runtime::Runtime, validate::shown};

/// Returns the path of the runtime, unless another crate re-exports it. Reports all other options of the
/// attribute.
pub(super) fn parse(
    input: &DeriveInput,
    options: &str,
    is_known: fn(&Ident) -> bool,
    diagnostics: &Diagnostics,
) -> Option<Path> {
    let example = format!("`#[{options}(crate = my_crate::sdk)]`");
    let mut krate = None;
    let mut is_given = false;
    for attr in input.attrs.iter().filter(|attr| attr.path().is_ident(options)) {
        let args = args(attr).unwrap_or_default();
        if args.is_empty() {
            diagnostics.report(
                attr,
                format!("`#[{options}]` says nothing"),
                format!("remove it, or write {example}"),
            );
        }
        for arg in &args {
            is_given |= arg.key().is_some_and(|key| key == "crate");
            match arg {
                Arg::Assign { key, value, .. } if key == "crate" => {
                    if krate.is_some() {
                        diagnostics.report(
                            key,
                            "option `crate` is given twice",
                            "remove it: the path is given already",
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
                // Validation reports a role that belongs on a field.
                _ if arg.key().is_some_and(is_known) => {}
                _ => {
                    let name = arg.key().map_or_else(|| arg.to_token_stream(), ToTokens::to_token_stream);
                    let is_near = nearest(&name.to_string(), ["crate"]).is_some();
                    let near = match arg {
                        Arg::Assign { value, .. } if is_near => {
                            format!("did you mean `crate = {}`? ", shown(value))
                        }
                        _ => String::new(),
                    };
                    diagnostics.report(
                        &name,
                        format!("unknown option `{name}`"),
                        format!("{near}known: {example}"),
                    );
                }
            }
        }
    }
    if is_given {
        return Some(krate.unwrap_or_else(|| parse_quote!(::sdk_runtime)));
    }
    let runtime = Runtime::of_this_crate();
    if let Some((message, option)) = runtime.mistake() {
        let help = format!("write `#[{options}({option})]` on `{}`", input.ident.unraw());
        diagnostics.report_at(Span::call_site(), message, help);
    }
    runtime.path()
}
