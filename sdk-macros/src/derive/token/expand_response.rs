//! The code of `#[derive(TokenResponse)]`, and what stands in for it next to mistakes.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Data, Generics, Ident};

use super::{
    generics::{bounded, readable, sendable},
    marked::Part,
    options::{Elsewhere, Options, Success},
    roles::{Clock, Unit},
    validate_response::{Access, TokenStruct},
};
use crate::{derive::target::Target, recover::never, returns::arguments_of, signature, span};

pub(crate) fn response(target: &Target<'_>, model: &TokenStruct) -> TokenStream {
    let private = &target.private;
    let options = &model.options;
    let flag = model.ok.as_ref().map(|flag| {
        let (flag, message) = (read(target, flag, "flag", &[]), message(target, model));
        quote!(#private::token::succeeded(#flag, #message, __head)?;)
    });
    let access = access(target, model);
    let steps = steps(target, model);
    let body = quote! {
        #flag
        let __tokens = #access;
        #(let __tokens = #steps;)*
        ::core::result::Result::Ok(__tokens)
    };
    let refusal = refusal(target, model);
    let bounds = model.parts().map(|(part, bound)| (&part.ty, bound_of(bound, private)));
    let generics = bounded(target, bounds);
    let decoded = decoded(target, options, model.is_empty, &generics);
    let implemented = implemented(target, sendable(generics), &body, refusal.as_ref());
    let (whole, part) = (of_the_whole(target, options), is_a_part(target, model));
    quote!(#implemented #decoded #whole #part)
}

/// Returns a constant of a struct whose attributes are for the whole document, which is none then that can be
/// nested.
fn of_the_whole(target: &Target<'_>, options: &Options) -> Option<TokenStream> {
    let is_whole = !options.at.is_empty() || options.ok.is_some() || options.message.is_some();
    let (name, (parameters, arguments, bounds)) =
        (&target.input.ident, target.input.generics.split_for_impl());
    is_whole.then(|| {
        quote! {
            impl #parameters #name #arguments #bounds {
                #[doc(hidden)]
                #[allow(dead_code)]
                pub const __OF_THE_WHOLE: ::core::primitive::bool = true;
            }
        }
    })
}

/// Returns a check that the nested type has no attributes that are for the whole document. They would have no
/// effect.
fn is_a_part(target: &Target<'_>, model: &TokenStruct) -> Option<TokenStream> {
    let Access::Nested(part) = &model.access else { return None };
    let ty = ["Option", "Box"].into_iter().fold(&part.ty, |ty, name| {
        arguments_of(ty, name).and_then(|types| types.first().copied()).unwrap_or(ty)
    });
    if signature::depends_on(ty, &[&target.input.generics]) {
        return None;
    }
    let span = span::generated_at_type(ty);
    let private = span::respan(&target.private, span);
    let (inner, outer) = (quote!(#ty).to_string().replace(' ', ""), &target.input.ident);
    let message = format!(
        "`{inner}` is nested here, and `at`, `ok` and `message` on it are for a whole response\nhelp: move \
         them from `{inner}` to `{outer}`, with their paths in the whole response"
    );
    let check = quote_spanned!(span=> ::core::assert!(!<#ty>::__OF_THE_WHOLE, #message));
    Some(quote! {
        const _: () = {
            #[allow(unused_imports)]
            use #private::token::AnyPart as _;
            #check
        };
    })
}

/// Returns the trait with a body that never runs.
pub(crate) fn response_stub(target: &Target<'_>, _: Option<syn::Type>) -> TokenStream {
    let body = never();
    let implemented = implemented(target, sendable(target.input.generics.clone()), &body, None);
    let is_empty = matches!(&target.input.data, Data::Struct(data) if data.fields.is_empty());
    let options = Options::default();
    let decoded = is_empty.then(|| decoded(target, &options, true, &target.input.generics));
    quote!(#implemented #decoded)
}

/// The bound of a type parameter that is the type of a field.
#[derive(Clone, Copy)]
enum Bound {
    Text,
    Shown,
    Tokens,
}

fn bound_of(bound: Bound, private: &TokenStream) -> TokenStream {
    match bound {
        Bound::Text => quote!(::core::convert::AsRef<::core::primitive::str>),
        Bound::Shown => quote!(::core::fmt::Display),
        Bound::Tokens => quote!(#private::token::TokenResponse),
    }
}

impl TokenStruct {
    fn parts(&self) -> impl Iterator<Item = (&Part, Bound)> {
        let access = match &self.access {
            Access::Field(part) => Some((part, Bound::Text)),
            Access::Nested(part) => Some((part, Bound::Tokens)),
            Access::Header | Access::Cookie | Access::Jar => None,
        };
        let texts = [&self.refresh, &self.scope].into_iter().flatten().map(|part| (part, Bound::Text));
        let shown = [&self.subject, &self.api_origin, &self.message]
            .into_iter()
            .flatten()
            .map(|part| (part, Bound::Shown));
        access.into_iter().chain(texts).chain(shown)
    }
}

fn implemented(
    target: &Target<'_>,
    generics: Generics,
    body: &TokenStream,
    refusal: Option<&TokenStream>,
) -> TokenStream {
    let private = &target.private;
    let head = target.head_of(&quote!(#private::token::TokenResponse), &generics);
    let head = quote!(#[allow(unused_qualifications)] #head);
    quote! {
        #head {
            fn tokens(
                &self,
                __head: &#private::token::Head,
            ) -> ::core::result::Result<#private::token::Tokens, #private::token::Refusal> {
                #body
            }
            #refusal
        }
    }
}

/// Returns the place of a field in the response, for an error.
fn place(options: &Options, part: &Part) -> String {
    let path = options.at.iter().map(String::as_str).chain([part.wire.as_str()]);
    format!("`{}`", path.collect::<Vec<_>>().join("."))
}

/// Returns the call that reads a field, all of it at the type of the field, which may be wrong.
fn read(target: &Target<'_>, part: &Part, method: &str, arguments: &[TokenStream]) -> TokenStream {
    let span = span::generated_at_type(&part.ty);
    let private = span::respan(&target.private, span);
    let method = Ident::new(method, span);
    let member = &part.member;
    quote_spanned!(span=> #private::arg(&self.#member).#method(#(#arguments),*))
}

fn message(target: &Target<'_>, model: &TokenStruct) -> TokenStream {
    let message = model.message.as_ref().map(|part| read(target, part, "text", &[]));
    message.unwrap_or_else(|| quote!(::core::option::Option::None))
}

fn access(target: &Target<'_>, model: &TokenStruct) -> TokenStream {
    let private = &target.private;
    match (&model.access, &model.options.access) {
        (Access::Jar, _) => quote!(#private::token::cookies()),
        (Access::Field(part), _) => {
            let (place, token) = (place(&model.options, part), read(target, part, "token", &[]));
            quote!(#private::token::access(#place, #token)?)
        }
        (Access::Nested(part), _) => {
            let (place, inner) =
                (place(&model.options, part), read(target, part, "nested", &[quote!(__head)]));
            quote!(#private::token::nested(#place, #inner)?)
        }
        (Access::Header | Access::Cookie, Some(place)) => {
            let (told, token) = elsewhere(target, place);
            quote!(#private::token::access(#told, #token)?)
        }
        // Validation has made one of the others.
        (Access::Header | Access::Cookie, None) => quote!(#private::token::access("the head", None)?),
    }
}

fn elsewhere(target: &Target<'_>, place: &Elsewhere) -> (String, TokenStream) {
    let private = &target.private;
    match place {
        Elsewhere::Header(name) => {
            (format!("the header `{name}`"), quote!(#private::token::in_header(__head, #name)))
        }
        Elsewhere::Cookie(name) => {
            (format!("the cookie `{name}`"), quote!(#private::token::in_cookie(__head, #name)))
        }
    }
}

/// Returns the expressions that add to the tokens, in their order.
fn steps(target: &Target<'_>, model: &TokenStruct) -> Vec<TokenStream> {
    let private = &target.private;
    let mut steps = Vec::new();
    if let Some(part) = &model.refresh {
        let token = read(target, part, "token", &[]);
        steps.push(quote!(#private::token::refresh(__tokens, #token)));
    }
    if let Some(place) = &model.options.refresh {
        let (_, token) = elsewhere(target, place);
        steps.push(quote!(#private::token::refresh(__tokens, #token)));
    }
    // A lifetime needs no clock, so it comes last and wins.
    if let Some((part, clock)) = &model.expires_at {
        let clock = match clock {
            Clock::ByType => quote!(ByType),
            Clock::Rfc3339 => quote!(Rfc3339),
            Clock::Unix => quote!(Unix),
            Clock::UnixMilliseconds => quote!(UnixMilliseconds),
        };
        let clock = quote!(#private::token::Clock::#clock);
        let (place, end) = (place(&model.options, part), read(target, part, "time", &[clock]));
        steps.push(quote!(#private::token::expires_at(__tokens, #place, #end)?));
    }
    if let Some((part, unit)) = &model.expires_in {
        let unit = match unit {
            Unit::Seconds => quote!(Seconds),
            Unit::Milliseconds => quote!(Milliseconds),
        };
        let unit = quote!(#private::token::Unit::#unit);
        let (place, lifetime) = (place(&model.options, part), read(target, part, "lifetime", &[unit]));
        steps.push(quote!(#private::token::expires_in(__tokens, #place, #lifetime)?));
    }
    if let Some(part) = &model.scope {
        let scopes = read(target, part, "scopes", &[]);
        steps.push(quote!(#private::token::scopes(__tokens, #scopes)));
    }
    if let Some(part) = &model.subject {
        let subject = read(target, part, "text", &[]);
        steps.push(quote!(#private::token::subject(__tokens, #subject)));
    }
    if let Some(part) = &model.api_origin {
        let origin = read(target, part, "text", &[]);
        steps.push(quote!(#private::token::api_origin(__tokens, #origin)));
    }
    steps
}

/// Returns the method that finds a refusal in the document, before a value is read from it.
fn refusal(target: &Target<'_>, model: &TokenStruct) -> Option<TokenStream> {
    let private = &target.private;
    let options = &model.options;
    let inside = |part: &Part| options.at.iter().cloned().chain([part.wire.clone()]).collect::<Vec<_>>();
    let (flag, success) = match (&options.ok, &model.ok) {
        (Some((path, success)), _) => (path.clone(), success),
        (None, Some(part)) => (inside(part), &Success::True),
        (None, None) => return None,
    };
    let success = match success {
        Success::True => quote!(True),
        Success::Text(text) => quote!(Text(#text)),
        Success::Number(number) => quote!(Number(#number)),
        Success::Bool(flag) => quote!(Bool(#flag)),
    };
    let message = match options.message.clone().or_else(|| model.message.as_ref().map(inside)) {
        Some(path) => quote!(::core::option::Option::Some(&[#(#path),*])),
        None => quote!(::core::option::Option::None),
    };
    Some(quote! {
        fn refusal(
            __answer: &#private::token::BufferedResponse,
        ) -> ::core::option::Option<#private::token::Refusal> {
            #private::token::refusal(__answer, (&[#(#flag),*], #private::token::Success::#success), #message)
        }
    })
}

/// Returns how the response is decoded, if not as a whole JSON document.
fn decoded(
    target: &Target<'_>,
    options: &Options,
    is_empty: bool,
    generics: &Generics,
) -> Option<TokenStream> {
    let private = &target.private;
    let path = &options.at;
    let value = match is_empty {
        true => quote!(::core::result::Result::Ok(Self {})),
        false if path.is_empty() => return None,
        false => {
            let span = span::generated_at_name(&target.input.ident);
            let private = span::respan(private, span);
            let answer = Ident::new("__answer", Span::call_site());
            quote_spanned!(span=> #private::token::decode_at::<Self>(&#answer, &[#(#path),*]))
        }
    };
    let generics = if is_empty { generics.clone() } else { readable(generics.clone(), private) };
    let head = target.head_of(&quote!(#private::token::FromResponse), &generics);
    let head = quote!(#[allow(unused_qualifications)] #head);
    Some(quote! {
        #head {
            const ACCEPT: ::core::option::Option<&'static ::core::primitive::str> =
                ::core::option::Option::Some("application/json");
            fn from_response(
                __answer: #private::token::BufferedResponse,
            ) -> ::core::result::Result<Self, #private::token::Error> {
                #value
            }
        }
    })
}
