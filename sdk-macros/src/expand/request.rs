//! The body of a call: its static description, one push for each argument, and how the answer is decoded. Must not know
//! about the trait.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Type, ext::IdentExt};

use super::Names;
use crate::{
    model::{Auth, Endpoint, ListStyle, Paginate, Param, Retry, Role, SessionRole, Timeout},
    returns::Returns,
    signature, span,
};

pub(super) fn call(endpoint: &Endpoint, this: &TokenStream, names: &Names<'_>) -> TokenStream {
    let private = &names.private;
    let constant = constant(endpoint);
    let request = quote!(&mut __request);
    let pushes = in_template_order(endpoint).filter(|param| !param.from_session).map(|param| {
        let cfgs: Vec<_> = signature::cfgs(&param.attrs).collect();
        let push = push(param, &request, private);
        if cfgs.is_empty() { push } else { quote!(#(#cfgs)* { #push }) }
    });
    let only_once = only_once(endpoint, private);
    let finish = finish(endpoint, private);
    quote! {
        let mut __request = #this.__client.request(Self::#constant);
        #(#pushes)*
        #only_once
        #finish
    }
}

/// A body that can be sent once stands against `retry` and `paginate`. Where the type is the caller's to choose, the call
/// says so.
fn only_once(endpoint: &Endpoint, private: &TokenStream) -> Option<TokenStream> {
    let retry = endpoint.retry.as_ref().filter(|retry| retry.times > 0);
    if retry.is_none() && endpoint.paginate.is_none() {
        return None;
    }
    let body = endpoint.params.iter().find(|param| matches!(param.role, Role::Body(_)))?;
    let generics = [&endpoint.sig.generics, &endpoint.trait_generics];
    if signature::depends_on(&body.ty, &generics) {
        return None;
    }
    let ty = &body.ty;
    let span =
        retry.map_or_else(|| span::generated_at_type(ty), |retry| retry.span.resolved_at(Span::call_site()));
    let private = span::respan(private, span);
    let help = match retry {
        Some(_) => {
            "a streamed body cannot be sent twice\nhelp: write `retry = never`, or take `Bytes` or `Body`"
        }
        None => "a streamed body cannot be sent with each page\nhelp: take `Bytes` or `Body`",
    };
    let check = quote_spanned! {span=> ::core::assert!(#private::Resend::<#ty>::POSSIBLE, #help)};
    Some(quote! {
        const _: () = {
            use #private::ResendUnknown as _;
            #check
        };
    })
}

/// The name of the constant that describes the endpoint: the method's as it is, since two methods may differ in nothing but
/// upper and lower case.
pub(super) fn constant(endpoint: &Endpoint) -> Ident {
    let name = endpoint.name();
    format_ident!("__{}", name.unraw(), span = span::generated_at_name(name))
}

/// The endpoint as plain static data; only what differs from the defaults is named.
pub(super) fn description(endpoint: &Endpoint, names: &Names<'_>) -> TokenStream {
    let private = &names.private;
    let name = names.method_name(endpoint);
    let verb = &endpoint.verb;
    let path = endpoint.template.path();
    let query = endpoint.template.query.as_ref().map(|query| quote!(.query(#query)));
    let auth = match endpoint.auth {
        Auth::Required => None,
        Auth::Optional => Some(quote!(.auth(#private::Auth::Optional))),
        // A constant that is there with the feature `cookies` alone.
        Auth::Cookies => Some(quote!(.auth(#private::COOKIES))),
        Auth::None => Some(quote!(.auth(#private::Auth::None))),
    };
    let scopes = &endpoint.scopes;
    let scopes = (!scopes.is_empty()).then(|| quote!(.scopes(&[#(#scopes),*])));
    let retry = endpoint.retry.as_ref().map(|Retry { times, .. }| quote!(.retry(#times)));
    let idempotent = endpoint.idempotency.as_ref().map(|header| quote!(.idempotent(#header)));
    let timeout = endpoint.timeout.map(|timeout| match timeout {
        Timeout::After(millis) => quote!(.timeout(#private::Timeout::After(#private::millis(#millis)))),
        Timeout::Never => quote!(.timeout(#private::Timeout::Never)),
    });
    let headers = (!endpoint.headers.is_empty()).then(|| {
        let headers = endpoint.headers.iter().map(|header| {
            let (name, value) = (&header.name, &header.value);
            quote!((#name, #value))
        });
        quote!(.headers(&[#(#headers),*]))
    });
    quote! {
        #private::Endpoint::new(#name, #verb, #path) #query #auth #scopes #timeout #retry #idempotent #headers
    }
}

/// Path arguments as the path needs them, and then the others as they were declared.
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

/// Encodes one argument into the request. Everything that can fail for a type is spanned on that type.
pub(super) fn push(param: &Param, request: &TokenStream, private: &TokenStream) -> TokenStream {
    let span = span::generated_at_type(&param.ty);
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
            let style = match style {
                None => quote!(::core::option::Option::None),
                Some(ListStyle::Csv) => quote!(::core::option::Option::Some(#private::ListStyle::Csv)),
                Some(ListStyle::Brackets) => {
                    quote!(::core::option::Option::Some(#private::ListStyle::Brackets))
                }
            };
            let style = span::respan(&style, span);
            quote_spanned!(span=> #argument.query(#request, #name, #style);)
        }
        Role::Queries => quote_spanned!(span=> #argument.queries(#request, #shown);),
        Role::Header(name) => quote_spanned!(span=> #argument.header(#request, #name);),
        Role::Headers => quote_spanned!(span=> #argument.headers(#request, #shown);),
        Role::Json(literal) => {
            let media_type = media_type(literal);
            quote_spanned!(span=> #argument.json(#request, #media_type);)
        }
        Role::Form => quote_spanned!(span=> #argument.form(#request);),
        Role::Part { name, json: false } => quote_spanned!(span=> #argument.part(#request, #name);),
        Role::Part { name, json: true } => quote_spanned!(span=> #argument.json_part(#request, #name);),
        Role::Url => quote_spanned!(span=> #argument.address(#request, #shown);),
        Role::Body(literal) => {
            let media_type = media_type(literal);
            // The bound is on the argument here, and the compiler would underline that.
            let mut argument = name.clone();
            argument.set_span(span.resolved_at(name.span()));
            quote_spanned!(span=> #private::body(#request, #argument, #media_type);)
        }
    }
}

/// Chooses, by the type alone, how an answer becomes a value.
pub(super) fn decoder(returns: &Returns, private: &TokenStream) -> TokenStream {
    let Returns { whole, ok, .. } = returns;
    let span = span::in_return_type(&returns.whole, ok.as_ref());
    let private = span::respan(private, span);
    let ok = match ok {
        Some(ok) => quote!(#ok),
        None => span::respan(&quote!(<#whole as #private::Returns>::Ok), span),
    };
    quote_spanned!(span=> #private::Decode::<#ok>::NEW.decoder())
}

fn finish(endpoint: &Endpoint, private: &TokenStream) -> TokenStream {
    let returns = &endpoint.returns;
    let decoder = decoder(returns, private);
    let request = quote!(__request);
    let failure = span::in_return_type(
        &returns.whole,
        returns.err.as_ref().or(returns.ok.as_ref().map(|_| &returns.whole)),
    );
    let success = span::in_return_type(&returns.whole, returns.ok.as_ref());
    if let Some(paginate) = &endpoint.paginate {
        let paginate = self::paginate(endpoint, paginate, private);
        // The page as it is written, since it is underlined there for whatever else asks that it be one.
        let page = &returns.ok;
        return quote_spanned!(failure=> #request.pages::<#page, _>(#decoder, #paginate));
    }
    match endpoint.session {
        SessionRole::Start => quote_spanned!(success=> #request.finish_start(#decoder)),
        SessionRole::End => {
            let supplied = supplied(endpoint.params.iter().filter(|param| param.from_session), private);
            quote_spanned!(failure=> #request.finish_end(#decoder, #supplied))
        }
        SessionRole::None | SessionRole::Refresh { .. } => {
            quote_spanned!(failure=> #request.finish(#decoder))
        }
    }
}

/// How one page leads to the next; the parameter is looked at once more, for where to begin.
fn paginate(endpoint: &Endpoint, paginate: &Paginate, private: &TokenStream) -> TokenStream {
    let (name, is_cursor) = match paginate {
        Paginate::Link => return quote!(#private::Paginate::Link),
        Paginate::Cursor(name) => (name, true),
        Paginate::Page(name) => (name, false),
    };
    let query = endpoint.params.iter().find_map(|param| match &param.role {
        Role::Query { name: query, .. } if param.name == *name => Some((query, &param.ty)),
        _ => None,
    });
    let (query, ty) = query.map_or((String::new(), None), |(query, ty)| (query.clone(), Some(ty)));
    let span = ty.map_or_else(Span::call_site, span::generated_at_type);
    let private = span::respan(private, span);
    let page = &endpoint.returns.ok;
    match is_cursor {
        true => quote_spanned!(span=> #private::PageOf::<#page>::NEW.cursor(&#name, #query)),
        false => quote_spanned!(span=> #private::numbered::<#page, _>(&#name, #query)),
    }
}

/// A function that adds what the session supplies; `None` from it means that there is nothing to send.
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

/// The session makes a value, whether the declaration borrows it or not.
fn owned(ty: &Type) -> &Type {
    match span::strip_groups(ty) {
        Type::Reference(reference) => owned(&reference.elem),
        other => other,
    }
}
