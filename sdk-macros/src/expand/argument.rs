//! The arguments of a call: one push into the request for each parameter.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Type, ext::IdentExt};

use crate::{
    model::{Endpoint, FieldStyle, Nested, Param, QueryStyle, Role},
    signature, span,
};

/// Returns path arguments in the order of the path, and then the others in the order of declaration.
pub(super) fn in_template_order(endpoint: &Endpoint) -> impl Iterator<Item = &Param> {
    let fills = |name: &str| {
        endpoint
            .params
            .iter()
            .find(|param| matches!(&param.role, Role::Path { placeholder, .. } if placeholder == name))
    };
    let others = endpoint.params.iter().filter(|param| !matches!(param.role, Role::Path { .. }));
    endpoint.template.placeholders().filter_map(move |placeholder| fills(&placeholder.name)).chain(others)
}

/// Returns the code that encodes one argument into the request. Code that can fail for a type has the type's
/// span.
pub(super) fn push(param: &Param, request: &TokenStream, private: &TokenStream) -> TokenStream {
    let push = push_value(param, request, private);
    let Some(with) = &param.with else { return push };
    let span = span::generated_at_type(&param.ty);
    let private = &span::respan(private, span);
    let name = &param.name;
    quote_spanned! {span=>
        {
            let #name = #private::arg(&#name).with(#with);
            #push
        }
    }
}

fn push_value(param: &Param, request: &TokenStream, private: &TokenStream) -> TokenStream {
    let span = span::generated_at_type(match param.role {
        Role::Json(_) | Role::Part { json: true, .. } => span::content(&param.ty),
        _ => &param.ty,
    });
    let private = &span::respan(private, span);
    let request = &span::respan(request, span);
    let name = &param.name;
    let shown = name.unraw().to_string();
    let media_type = |literal: &Option<syn::LitStr>| match literal {
        Some(literal) => quote!(::core::option::Option::Some(#literal)),
        None => quote!(::core::option::Option::None),
    };
    let argument = quote_spanned!(span=> #private::arg(&#name));
    match &param.role {
        Role::Path { placeholder, rest: false } => {
            quote_spanned!(span=> #argument.segment(#request, #placeholder);)
        }
        Role::Path { placeholder, rest: true } => {
            quote_spanned!(span=> #argument.rest(#request, #placeholder);)
        }
        Role::Query { name, style } => {
            let variant = match style {
                None | Some(QueryStyle::Repeat) => None,
                Some(QueryStyle::Csv) => Some(quote!(Csv)),
                Some(QueryStyle::Brackets) => Some(quote!(Brackets)),
                Some(QueryStyle::Pipes) => Some(quote!(Pipes)),
                Some(QueryStyle::Spaces) => Some(quote!(Spaces)),
                Some(QueryStyle::Flag) => Some(quote!(Flag)),
                Some(QueryStyle::Encoded) => Some(quote!(Encoded)),
            };
            let value = match variant {
                None => quote!(::core::option::Option::None),
                Some(variant) => quote!(::core::option::Option::Some(#private::QueryStyle::#variant)),
            };
            let value = span::respan(&value, span);
            let check = match style {
                Some(QueryStyle::Flag) => Some(quote_spanned!(span=> #argument.switch();)),
                Some(style) if style.is_of_lists() => Some(quote_spanned!(span=> #argument.styled();)),
                _ => None,
            };
            quote_spanned!(span=> #check #argument.query(#request, #name, #value);)
        }
        Role::Queries(style) => match field_style(style, private) {
            None => quote_spanned!(span=> #argument.queries(#request, #shown);),
            Some(style) => quote_spanned!(span=> #argument.styled_queries(#request, #shown, #style);),
        },
        Role::Header(name) => quote_spanned!(span=> #argument.header(#request, #name);),
        Role::Headers => quote_spanned!(span=> #argument.headers(#request, #shown);),
        Role::Json(literal) => {
            let media_type = media_type(literal);
            quote_spanned!(span=> #argument.json(#request, #media_type);)
        }
        Role::Form(style) => match field_style(style, private) {
            None => quote_spanned!(span=> #argument.form(#request);),
            Some(style) => quote_spanned!(span=> #argument.styled_form(#request, #style);),
        },
        Role::Part { name, json: false } => quote_spanned!(span=> #argument.part(#request, #name);),
        Role::Part { name, json: true } => quote_spanned!(span=> #argument.json_part(#request, #name);),
        Role::Parts => quote_spanned!(span=> #argument.parts(#request, #shown);),
        Role::Url => quote_spanned!(span=> #argument.address(#request, #shown);),
        Role::Body(literal) => {
            let media_type = media_type(literal);
            // The bound is on the argument, which the compiler would underline.
            let mut argument = name.clone();
            argument.set_span(span.resolved_at(name.span()));
            quote_spanned!(span=> #private::body(#request, #argument, #media_type);)
        }
    }
}

/// Returns the style of fields, if it is not the default.
fn field_style(style: &FieldStyle, private: &TokenStream) -> Option<TokenStream> {
    let nested = style.nested.map(|nested| match nested {
        Nested::Dots => quote!(.dots()),
        Nested::Brackets => quote!(.brackets()),
    });
    let below = style.below.as_ref().map(|name| quote!(.below(#name)));
    let null = style.null.as_ref().map(|text| quote!(.null(#text)));
    let is_default = nested.is_none() && null.is_none();
    (!is_default).then(|| quote!(#private::FieldStyle::new() #nested #below #null))
}

/// Returns a closure that adds the values from the session. The closure returns `None` if there is nothing
/// to send.
pub(super) fn supplied<'a>(params: impl Iterator<Item = &'a Param>, private: &TokenStream) -> TokenStream {
    let request = quote!(__request);
    let pushes: Vec<TokenStream> = params
        .map(|param| {
            let span = span::generated_at_type(&param.ty);
            let private = &span::respan(private, span);
            let cfgs: Vec<_> = signature::cfgs(&param.attrs).collect();
            let (name, ty) = (&param.name, owned(&param.ty));
            let push = push(param, &request, private);
            quote_spanned! {span=>
                #(#cfgs)*
                {
                    let #name = <#ty as #private::TokenRequest>::from_grant(__grant)?;
                    #push
                }
            }
        })
        .collect();
    let (grant, request) =
        if pushes.is_empty() { (quote!(_), quote!(_)) } else { (quote!(__grant), quote!(__request)) };
    quote!(|#grant, #request| { #(#pushes)* ::core::option::Option::Some(()) })
}

/// Returns the statements that name what the arguments of an endpoint are made of, in addition to tokens.
pub(super) fn needed(endpoint: &Endpoint, private: &TokenStream) -> TokenStream {
    let conditions: Vec<_> = signature::cfgs(&endpoint.attrs).collect();
    let needs = endpoint.params.iter().filter(|param| param.from_session).map(|param| {
        let span = span::generated_at_type(&param.ty);
        let private = &span::respan(private, span);
        let cfgs: Vec<_> = signature::cfgs(&param.attrs).collect();
        let ty = owned(&param.ty);
        quote_spanned! {span=>
            #(#conditions)*
            #(#cfgs)*
            #private::Needed::<#ty>::NAMED(__needs);
        }
    });
    quote!(#(#needs)*)
}

/// Returns the owned type, because the session makes a value even if the declaration borrows it.
fn owned(ty: &Type) -> &Type {
    match span::strip_groups(ty) {
        Type::Reference(reference) => owned(&reference.elem),
        other => other,
    }
}
