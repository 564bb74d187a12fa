//! The code of `#[derive(TokenRequest)]`, and what stands in for it next to mistakes.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};

use super::{
    generics::{bounded, defaulted},
    request_source::Source,
    validate_request::{Argument, RequestStruct},
};
use crate::{derive::target::Target, recover::never, span};

pub(crate) fn request(target: &Target<'_>, model: &RequestStruct) -> TokenStream {
    let fields = model.fields.iter().filter(|field| !matches!(field.source, Source::Rest));
    let fields = fields.map(|field| argument(target, field));
    let rest = has_rest(model).then(|| quote!(..<Self as ::core::default::Default>::default()));
    let body = quote!(::core::option::Option::Some(Self { #(#fields,)* #rest }));
    implemented(target, Some(model), &body, needs(target, model).as_ref())
}

/// Whether a field is taken from the `Default` of the struct.
fn has_rest(model: &RequestStruct) -> bool {
    model.fields.iter().any(|field| matches!(field.source, Source::Rest))
}

/// Returns the trait with a body that never runs.
pub(crate) fn request_stub(target: &Target<'_>, _: Option<syn::Type>) -> TokenStream {
    implemented(target, None, &never(), None)
}

fn implemented(
    target: &Target<'_>,
    model: Option<&RequestStruct>,
    body: &TokenStream,
    needs: Option<&TokenStream>,
) -> TokenStream {
    let private = &target.private;
    let bounds = model.into_iter().flat_map(|model| &model.fields).filter_map(|field| {
        let bound = match field.source {
            Source::Access | Source::Refresh | Source::ClientId | Source::ClientSecret => {
                quote!(::core::convert::From<#private::String>)
            }
            Source::Provided => quote! {
                ::core::clone::Clone + ::core::marker::Send + ::core::marker::Sync + 'static
            },
            Source::Text(_) => quote!(::core::convert::From<&'static ::core::primitive::str>),
            Source::Nested => quote!(#private::token::TokenRequest),
            Source::Default => quote!(::core::default::Default),
            Source::Literal(_) | Source::Expression(_) | Source::Rest => return None,
        };
        Some((&field.ty, bound))
    });
    let generics = bounded(target, bounds);
    let generics = if model.is_some_and(has_rest) { defaulted(generics) } else { generics };
    let head = target.head_of(&quote!(#private::token::TokenRequest), &generics);
    let head = quote!(#[allow(unused_qualifications)] #head);
    quote! {
        #head {
            fn from_grant(__grant: &#private::token::Grant) -> ::core::option::Option<Self> { #body }
            #needs
        }
    }
}

/// Returns the method that names what the client must have been given. An `Option` is `None` without it.
fn needs(target: &Target<'_>, model: &RequestStruct) -> Option<TokenStream> {
    let needs: Vec<TokenStream> = model.fields.iter().filter_map(|field| need(target, field)).collect();
    let private = &target.private;
    (!needs.is_empty()).then(|| {
        quote! {
            fn needs(__needs: &mut #private::token::Needs<'_>) {
                #[allow(unused_imports)]
                use #private::NeedsUnknown as _;
                #(#needs)*
            }
        }
    })
}

fn need(target: &Target<'_>, Argument { ty, source, .. }: &Argument) -> Option<TokenStream> {
    let span = span::generated_at_type(ty);
    let private = span::respan(&target.private, span);
    let of_client = |name: &str| {
        let name = proc_macro2::Ident::new(name, span);
        quote_spanned! {span=>
            if #private::Given::<#ty>::NEW.is_required() { #private::token::#name(__needs); }
        }
    };
    match source {
        Source::ClientId => Some(of_client("needs_client_id")),
        Source::ClientSecret => Some(of_client("needs_client_secret")),
        Source::Provided => Some(quote_spanned!(span=> __needs.value::<#ty>();)),
        Source::Nested => Some(quote_spanned!(span=> #private::Needed::<#ty>::NAMED(__needs);)),
        _ => None,
    }
}

fn argument(target: &Target<'_>, Argument { member, ty, source }: &Argument) -> TokenStream {
    let span = span::generated_at_type(ty);
    let private = span::respan(&target.private, span);
    let token = |getter: &str| {
        let getter = proc_macro2::Ident::new(getter, span);
        quote_spanned! {span=>
            #private::Given::<#ty>::NEW.token(#private::token::exposed::#getter(__grant))?
        }
    };
    let value = match source {
        Source::Access => token("access"),
        Source::Refresh => token("refresh"),
        Source::ClientId => token("client_id"),
        Source::ClientSecret => token("client_secret"),
        Source::Provided => quote_spanned!(span=> #private::token::provided::<#ty>(__grant)?),
        Source::Text(text) => quote_spanned!(span=> #private::Given::<#ty>::NEW.fixed(#text)),
        Source::Literal(literal) => literal.to_token_stream(),
        Source::Expression(expression) => {
            quote!(::core::convert::Into::<#ty>::into(#expression))
        }
        Source::Default => quote_spanned!(span=> <#ty as ::core::default::Default>::default()),
        Source::Nested => {
            quote_spanned!(span=> <#ty as #private::token::TokenRequest>::from_grant(__grant)?)
        }
        Source::Rest => TokenStream::new(),
    };
    quote!(#member: #value)
}
