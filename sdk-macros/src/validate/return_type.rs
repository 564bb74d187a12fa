//! The return type of an endpoint.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{
    Type, parse_quote,
    visit_mut::{self, VisitMut},
};

use super::wording::shown;
use crate::{
    diagnostics::{Diagnostics, Reported},
    parse::{RawMethod, RawTrait},
    returns::{self, Returns, arguments_of},
    signature, source, span,
};

/// Reports that there is no return type.
pub(crate) fn report_missing(raw: &RawMethod, diagnostics: &Diagnostics) -> Reported {
    diagnostics.report_at(
        raw.sig.paren_token.span.close(),
        "an endpoint must return `Result<T>` or `Result<T, E>`",
        "add `-> Result<()>`, or `-> Result<User>` with the type that the answer is decoded into",
    )
}

/// An endpoint returns an owned type that its response can be decoded into.
pub(crate) fn of_endpoint(
    raw: &RawMethod,
    returns: Option<&Returns>,
    method: Option<&str>,
    diagnostics: &Diagnostics,
) {
    let Some(returns) = returns else {
        // A missing verb is the one mistake. The rule of pages reports a return type that `paginate` lacks.
        if raw.verbs().next().is_some() && !raw.is_paginated() {
            report_missing(raw, diagnostics);
        }
        return;
    };
    if let Some(Mistake { at, message, help }) = mistake(raw, returns) {
        diagnostics.report(at, message, help);
        return;
    }
    if returns::is_pages_in_result(&raw.sig.output) {
        diagnostics.report(
            returns.ok.as_ref(),
            "`Pages` is no answer that is waited for, and stands in no `Result`",
            format!(
                "write `fn {}(…) -> {}`",
                raw.sig.ident,
                returns.ok.as_ref().map_or_else(String::new, shown)
            ),
        );
    }
    if method == Some("HEAD") && !raw.is_paginated() && returns.ok.as_ref().is_some_and(decodes_a_body) {
        let ok = returns.ok.as_ref();
        diagnostics.report(
            ok,
            "`HEAD` has no body to decode",
            format!("write `-> {}`, with the head of the answer alone", without_a_body(returns)),
        );
    }
}

/// Reports that `Result` is the standard library's, once for all methods of a trait: one import is missing.
pub(super) fn is_imported(raw: &RawTrait, diagnostics: &Diagnostics) {
    if let Some(name) = raw.methods.iter().find_map(|method| method.plain_result.as_ref()) {
        diagnostics.report(
            name,
            "`Result` is not imported, and that of the standard library needs the type of an error",
            "add `use sdk_runtime::Result;`",
        );
    }
}

/// Returns the type with `()` in the place of a word for nothing, which is no type.
pub(crate) fn with_unit(raw: &RawMethod) -> Option<Type> {
    let returns = Returns::new(&raw.sig.output)?;
    let ok = returns.ok.filter(|ok| is_nothing(ok, raw))?;
    let mut whole = returns.whole;
    WithUnit(ok).visit_type_mut(&mut whole);
    Some(whole)
}

struct WithUnit(Type);

impl VisitMut for WithUnit {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if shown(&*ty) == shown(&self.0) {
            *ty = parse_quote!(());
        }
        visit_mut::visit_type_mut(self, ty);
    }
}

/// A return type that no answer can have.
struct Mistake {
    at: TokenStream,
    message: &'static str,
    help: String,
}

/// Returns whether the return type is one that no answer can have.
pub(crate) fn is_mistaken(raw: &RawMethod) -> bool {
    match Returns::new(&raw.sig.output) {
        Some(returns) => raw.plain_result.is_some() || mistake(raw, &returns).is_some(),
        None => raw.verbs().next().is_some(),
    }
}

fn mistake(raw: &RawMethod, returns: &Returns) -> Option<Mistake> {
    let whole = &returns.whole;
    let name = &raw.sig.ident;
    // The rule of pages reports another type than `Pages`.
    let is_page = returns::is_pages(&raw.sig.output) || !raw.is_paginated();
    if returns::is_pages(&raw.sig.output) && returns.ok.is_none() {
        return None;
    }
    if let Some(output) = is_page.then(|| returns::awaited(whole)).flatten() {
        return Some(Mistake {
            at: whole.to_token_stream(),
            message: "an endpoint is an `async fn`, and returns what the caller gets after `.await`",
            help: format!("write `async fn {name}(…) -> {}`", result_of(&output)),
        });
    }
    if is_page && signature::is_opaque(whole) {
        return Some(Mistake {
            at: whole.to_token_stream(),
            message: "an endpoint cannot return `impl Trait`",
            help: streamed(whole).unwrap_or_else(|| {
                "write the type that the answer is decoded into: `-> Result<User>`".to_owned()
            }),
        });
    }
    if let Some(borrowed) = returns::borrowed(whole) {
        return Some(Mistake {
            at: borrowed,
            message: "an endpoint cannot return what is borrowed",
            help: owning(whole),
        });
    }
    if let Some(name) = &raw.hidden_lifetime {
        return Some(Mistake {
            at: name.to_token_stream(),
            message: "an endpoint cannot return what is borrowed",
            help: match name == "Cow" {
                true => owning(whole),
                false => format!(
                    "let `{name}` own its parts, without a lifetime: `String` instead of `&str`, `Vec<T>` \
                     instead of `&[T]`"
                ),
            },
        });
    }
    if is_page && raw.verbs().next().is_some() && is_plain_and_generic(raw, returns) {
        return Some(Mistake {
            at: whole.to_token_stream(),
            message: "an endpoint must return `Result<T>` or `Result<T, E>`",
            help: format!("write `-> Result<{}>`", shown(whole)),
        });
    }
    let bare = returns.ok.as_ref()?;
    if let Some(value) = next_to_its_head(bare) {
        let error = returns.err.as_ref().map_or_else(String::new, |err| format!(", {}", shown(err)));
        return Some(Mistake {
            at: bare.to_token_stream(),
            message: "the status and the headers of an answer stand in a `Response`",
            help: format!("write `-> Result<sdk_runtime::Response<{}>{error}>`", shown(value)),
        });
    }
    if let Some(lent) = lent_forever(bare) {
        return Some(Mistake {
            at: lent.to_token_stream(),
            message: "an endpoint cannot return what is borrowed",
            help: owning(whole),
        });
    }
    if is_nothing(bare, raw) {
        let error = returns.err.as_ref().map_or_else(String::new, |err| format!(", {}", shown(err)));
        return Some(Mistake {
            at: bare.to_token_stream(),
            message: "an answer without content is `()`",
            help: format!("write `-> Result<(){error}>`"),
        });
    }
    let help = match span::strip_groups(bare) {
        Type::Slice(slice) => format!("write `Vec<{}>`", shown(&slice.elem)),
        Type::TraitObject(_) => "write a type that derives `serde::Deserialize`".to_owned(),
        Type::Path(path) if path.path.is_ident("str") => "write `String`".to_owned(),
        _ => return None,
    };
    Some(Mistake {
        at: bare.to_token_stream(),
        message: "an endpoint cannot return a type whose size is unknown",
        help,
    })
}

/// Returns whether the type is a word of another language for nothing, such as `None`, and no type.
fn is_nothing(ty: &Type, raw: &RawMethod) -> bool {
    const WORDS: [&str; 16] = [
        "None",
        "none",
        "void",
        "Void",
        "null",
        "Null",
        "unit",
        "Unit",
        "nil",
        "Nil",
        "undefined",
        "nothing",
        "Nothing",
        "empty",
        "NoContent",
        "no_content",
    ];
    let Type::Path(path) = span::strip_groups(ty) else { return false };
    let Some(name) = path.path.get_ident().filter(|name| WORDS.iter().any(|word| name == word)) else {
        return false;
    };
    raw.verbs().next().is_some() && !is_a_parameter(ty, raw) && source::is_unknown(name)
}

/// Returns whether the type is certainly no `Result`, and has a type parameter in it. The compiler tells
/// whether another type is one, but cannot be asked once for a type with a parameter.
fn is_plain_and_generic(raw: &RawMethod, returns: &Returns) -> bool {
    const PLAIN: &[&str] =
        &["Vec", "VecDeque", "Option", "Box", "Arc", "HashMap", "BTreeMap", "HashSet", "BTreeSet"];
    let whole = &returns.whole;
    let is_plain = match span::strip_groups(whole) {
        Type::Tuple(_) | Type::Array(_) => true,
        ty => {
            PLAIN.iter().any(|name| arguments_of(ty, name).is_some_and(|arguments| !arguments.is_empty()))
                || is_a_parameter(ty, raw)
        }
    };
    is_plain && signature::depends_on(whole, &[&raw.trait_generics, &raw.sig.generics])
}

/// Returns whether the type is a type parameter of the method or of the trait.
fn is_a_parameter(ty: &Type, raw: &RawMethod) -> bool {
    let Type::Path(path) = ty else { return false };
    let mut params = raw.sig.generics.type_params().chain(raw.trait_generics.type_params());
    params.any(|param| path.path.is_ident(&param.ident))
}

/// Returns the value in a tuple with a status or with headers, as handlers of servers return it.
fn next_to_its_head(ty: &Type) -> Option<&Type> {
    let Type::Tuple(tuple) = span::strip_groups(ty) else { return None };
    let is_head = |ty: &&Type| {
        ["StatusCode", "HeaderMap", "HeaderValue"].iter().any(|name| arguments_of(ty, name).is_some())
    };
    let mut values = tuple.elems.iter().filter(|ty| !is_head(ty));
    let value = values.next()?;
    (values.next().is_none() && tuple.elems.iter().any(|ty| is_head(&ty))).then_some(value)
}

/// Returns the help for an `impl Stream`: a stream of lines, or of bytes.
fn streamed(whole: &Type) -> Option<String> {
    let text = shown(whole);
    let item = text.split("Stream<Item = ").nth(1)?;
    let item = item.strip_prefix("Result<").unwrap_or(item);
    let end = item.find([',', '>']).unwrap_or(item.len());
    Some(match &item[..end] {
        "Bytes" | "Vec<u8" | "bytes::Bytes" => "write `-> Result<sdk_runtime::ByteStream>`".to_owned(),
        item => format!(
            "write `-> Result<sdk_runtime::JsonLines<{item}>>`, or `EventStream` for server-sent events"
        ),
    })
}

/// Returns the help with the type whose parts are owned.
fn owning(whole: &Type) -> String {
    match returns::owned(whole) {
        Some(owned) => format!("write `-> {}`, which owns its parts", shown(&owned)),
        None => {
            "return what owns its parts: `String` instead of `&str`, `Vec<T>` instead of `&[T]`".to_owned()
        }
    }
}

/// Returns the text or the slice with the lifetime `'static` that the answer is, or is a container of. No
/// answer lives as long. A generic type of the user may only mention one.
fn lent_forever(ty: &Type) -> Option<&Type> {
    let ty = span::strip_groups(ty);
    if let Type::Reference(reference) = ty {
        let is_text_or_slice = match span::strip_groups(&reference.elem) {
            Type::Path(path) => path.path.is_ident("str"),
            other => matches!(other, Type::Slice(_)),
        };
        return is_text_or_slice.then_some(ty);
    }
    let inner = ["Option", "Vec", "Box", "Response"].into_iter().find_map(|name| arguments_of(ty, name))?;
    lent_forever(inner.first()?)
}

/// Returns the type as a `Result`.
fn result_of(output: &Type) -> String {
    match arguments_of(output, "Result") {
        Some(_) => shown(output),
        None => format!("Result<{}>", shown(output)),
    }
}

/// Returns the type with `()` in the place of what a body is decoded into.
fn without_a_body(returns: &Returns) -> String {
    let error = returns.err.as_ref().map_or_else(String::new, |err| format!(", {}", shown(err)));
    let ok = returns.ok.as_ref();
    let within = |name: &str| ok.is_some_and(|ok| arguments_of(ok, name).is_some());
    let ok = match (within("Option"), within("Response")) {
        (true, _) => "Option<()>",
        (_, true) => "Response<()>",
        _ => "()",
    };
    format!("Result<{ok}{error}>")
}

fn decodes_a_body(ty: &Type) -> bool {
    if let Type::Tuple(tuple) = span::strip_groups(ty) {
        return !tuple.elems.is_empty();
    }
    let inner = arguments_of(ty, "Option").or_else(|| arguments_of(ty, "Response"));
    inner.is_none_or(|inner| inner.iter().any(|ty| decodes_a_body(ty)))
}
