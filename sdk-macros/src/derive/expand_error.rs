//! The code of `#[derive(ApiError)]`, and what stands in for it next to mistakes.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{DeriveInput, Type, ext::IdentExt};

use super::{
    attribute::{has, has_error, variants},
    status::Status,
    target::{Asked, Target},
    validate_error::{Declared, ErrorEnum},
};
use crate::{recover::never, span};

pub(super) fn error(target: &Target<'_>, model: &ErrorEnum) -> TokenStream {
    let private = &target.private;
    let other = &model.other.name;
    let ty = &model.other.ty;
    let Asked { constant, bound: held } =
        target.asked(span::generated_at_type(ty), ty, "OtherField", "OTHER");
    // Other derives may write what needs it.
    let constant = constant.filter(|_| !has_from(target.input) || !has_error(target.input));
    let exact = model.declared.iter().filter_map(|variant| arm(target, variant, false));
    let class = model.declared.iter().filter_map(|variant| arm(target, variant, true));
    let answered = model.declared.iter().map(|Declared { name, statuses, .. }| {
        let statuses = statuses.iter().map(|status| match status {
            Status::Exact(number) | Status::Class(number) => number,
        });
        let shown = name.unraw().to_string();
        quote!(Self::#name { .. } => #private::derive::answered(f, &[#(#statuses),*], #shown),)
    });
    let from = quote!(Self::#other(#held::hold(error)));
    let from_status = quote! {
        fn from_status(
            response: #private::derive::ErrorResponse,
        ) -> ::core::result::Result<Self, #private::derive::ErrorResponse> {
            match response.status().as_u16() {
                #(#exact)*
                #(#class)*
                _ => ::core::result::Result::Err(response),
            }
        }
    };
    let display = quote! {
        match self {
            Self::#other(error) => ::core::fmt::Display::fmt(#held::held(error), f),
            #(#answered)*
        }
    };
    let source = quote! {
        match self {
            Self::#other(error) => ::core::error::Error::source(#held::held(error)),
            _ => ::core::option::Option::None,
        }
    };
    let impls = error_impls(target, &from, &from_status, &display, &source);
    quote!(#constant #impls)
}

/// Returns the traits with bodies that never run.
pub(super) fn error_stub(target: &Target<'_>, _: Option<Type>) -> TokenStream {
    let never = never();
    error_impls(target, &never, &TokenStream::new(), &never, &never)
}

fn error_impls(
    target: &Target<'_>,
    from: &TokenStream,
    from_status: &TokenStream,
    display: &TokenStream,
    source: &TokenStream,
) -> TokenStream {
    let private = &target.private;
    let from = (!has_from(target.input)).then(|| {
        let head = target.head(&quote!(::core::convert::From<#private::derive::Error>));
        quote! {
            #head {
                fn from(error: #private::derive::Error) -> Self { #from }
            }
        }
    });
    let api_error = target.head(&quote!(#private::derive::ApiError));
    let shown = (!has_error(target.input)).then(|| {
        let shown = target.head(&quote!(::core::fmt::Display));
        let error = target.head_where_debug(&quote!(::core::error::Error));
        quote! {
            #shown {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result { #display }
            }
            #error {
                fn source(&self) -> ::core::option::Option<&(dyn ::core::error::Error + 'static)> { #source }
            }
        }
    });
    quote! {
        #from
        #api_error { #from_status }
        #shown
    }
}

/// Returns the arm for the exact statuses of a variant, or for its classes.
fn arm(target: &Target<'_>, variant: &Declared, classes: bool) -> Option<TokenStream> {
    let statuses: Vec<TokenStream> = variant
        .statuses
        .iter()
        .filter_map(|status| match *status {
            Status::Exact(number) => (!classes).then(|| quote!(#number)),
            Status::Class(digit) => classes.then(|| {
                let (first, last) = (digit * 100, digit * 100 + 99);
                quote!(#first..=#last)
            }),
        })
        .collect();
    let name = &variant.name;
    let value = match &variant.body {
        Some(ty) => {
            let private = &target.private;
            let decoder = decoder(target, ty);
            quote!(#private::derive::read(response, #decoder).map(Self::#name))
        }
        None => quote!(::core::result::Result::Ok(Self::#name)),
    };
    (!statuses.is_empty()).then(|| quote!(#(#statuses)|* => #value,))
}

/// Returns the decoder that the compiler chooses by the type, as for the success type of an endpoint.
fn decoder(target: &Target<'_>, ty: &Type) -> TokenStream {
    let span = span::generated_at_type(ty);
    let private = span::respan(&target.private, span);
    // Between angle brackets of its own, a type that does not exist would be another error than in the enum.
    quote_spanned!(span=> <#ty as #private::derive::VariantBody>::PROBE.decoder())
}

/// Returns whether another derive implements `From` for the variant with `#[other]`.
fn has_from(input: &DeriveInput) -> bool {
    let mut others = variants(input).filter(|variant| has(&variant.attrs, "other"));
    others.any(|variant| variant.fields.iter().any(|field| has(&field.attrs, "from")))
}
