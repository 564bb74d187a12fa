//! The body of a call: the request, its arguments, and how the response is decoded.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;

use super::{
    answer,
    argument::{in_template_order, push, supplied},
    description,
    names::Names,
};
use crate::{
    model::{Endpoint, PageParam, Paginate, Retry, Role, SessionRole},
    returns::Returns,
    signature, span,
};

pub(super) fn call(endpoint: &Endpoint, this: &TokenStream, names: &Names<'_>) -> TokenStream {
    let private = &names.private;
    let constant = description::constant(endpoint);
    let request = quote!(&mut __request);
    let pushes = in_template_order(endpoint).filter(|param| !param.from_session).map(|param| {
        let cfgs: Vec<_> = signature::cfgs(&param.attrs).collect();
        let push = push(param, &request, private);
        if cfgs.is_empty() { push } else { quote!(#(#cfgs)* { #push }) }
    });
    let only_once = only_once(endpoint, private);
    let retry_if = endpoint.retry_if.as_ref().map(|path| quote!(__request.retry_if(#path);));
    let finish = finish(endpoint, names);
    quote! {
        let mut __request = #this.__client.request(Self::#constant);
        #(#pushes)*
        #only_once
        #retry_if
        #finish
    }
}

/// Returns a check that a body can be sent again, if a request is to be sent more than once. If the caller
/// chooses the type, the call checks it at run time.
fn only_once(endpoint: &Endpoint, private: &TokenStream) -> Option<TokenStream> {
    let retry = endpoint.retry.as_ref().filter(|retry| retry.times > 0);
    let again = endpoint.reconnect.as_ref().or(retry);
    if again.is_none() && endpoint.paginate.is_none() {
        return None;
    }
    let body = endpoint.params.iter().find(|param| matches!(param.role, Role::Body(_)))?;
    let generics = [&endpoint.sig.generics, &endpoint.trait_generics];
    if signature::depends_on(&body.ty, &generics) {
        return None;
    }
    let ty = &body.ty;
    let span =
        again.map_or_else(|| span::generated_at_type(ty), |again| again.span.resolved_at(Span::call_site()));
    let private = span::respan(private, span);
    let help = match (retry, &endpoint.reconnect) {
        (_, Some(_)) => {
            "a streamed body cannot be sent twice\nhelp: remove `reconnect`, or take `Bytes` or `Body`"
        }
        (Some(_), None) => {
            "a streamed body cannot be sent twice\nhelp: write `retry = never`, or take `Bytes` or `Body`"
        }
        (None, None) => "a streamed body cannot be sent with each page\nhelp: take `Bytes` or `Body`",
    };
    let check = quote_spanned! {span=> ::core::assert!(#private::Resend::<#ty>::POSSIBLE, #help)};
    Some(quote! {
        const _: () = {
            use #private::ResendUnknown as _;
            #check
        };
    })
}

/// Returns the decoder that the compiler chooses by the type of success.
pub(super) fn decoder(endpoint: &Endpoint, names: &Names<'_>) -> TokenStream {
    let Returns { whole, ok, .. } = &endpoint.returns;
    let span = span::in_return_type(whole, ok.as_ref().map(span::content));
    let private = span::respan(&names.private, span);
    let ok = match ok {
        Some(ok) => quote!(#ok),
        None => {
            let returns = answer::returns(endpoint, names, &private);
            span::respan(&quote!(<#whole as #returns>::Ok), span)
        }
    };
    quote_spanned!(span=> #private::Decode::<#ok>::NEW.decoder())
}

fn finish(endpoint: &Endpoint, names: &Names<'_>) -> TokenStream {
    let (returns, private) = (&endpoint.returns, &names.private);
    let decoder = decoder(endpoint, names);
    let request = quote!(__request);
    let failure = span::in_return_type(
        &returns.whole,
        returns.err.as_ref().or(returns.ok.as_ref().map(|_| &returns.whole)),
    );
    let success = span::in_return_type(&returns.whole, returns.ok.as_ref());
    if let Some(paginate) = &endpoint.paginate {
        let paginate = self::paginate(endpoint, paginate, private);
        // The page as it is written, because other bounds underline it there.
        let page = &returns.ok;
        return quote_spanned!(failure=> #request.pages::<#page, _>(#decoder, #paginate));
    }
    if let Some(Retry { times, .. }) = endpoint.reconnect {
        return quote_spanned!(success=> #request.finish_events(#decoder, #times));
    }
    match endpoint.session {
        SessionRole::Start if !endpoint.params.iter().any(|param| param.from_session) => {
            quote_spanned!(success=> #request.finish_start(#decoder))
        }
        SessionRole::Start => {
            let supplied = supplied(endpoint.params.iter().filter(|param| param.from_session), private);
            quote_spanned!(success=> #request.finish_start_with(#decoder, #supplied))
        }
        SessionRole::End => {
            let supplied = supplied(endpoint.params.iter().filter(|param| param.from_session), private);
            quote_spanned!(failure=> #request.finish_end(#decoder, #supplied))
        }
        SessionRole::None | SessionRole::Refresh { .. } => {
            quote_spanned!(failure=> #request.finish(#decoder))
        }
    }
}

/// Returns how one page leads to the next. It reads the parameter again for the first page.
fn paginate(endpoint: &Endpoint, paginate: &Paginate, private: &TokenStream) -> TokenStream {
    let page = &endpoint.returns.ok;
    let at_page = |call: &TokenStream| {
        let span = span::in_return_type(&endpoint.returns.whole, endpoint.returns.ok.as_ref());
        let (private, call) = (span::respan(private, span), span::respan(call, span));
        quote_spanned!(span=> #private::PageOf::<#page>::NEW.#call)
    };
    let Some(PageParam { name, member }) = paginate.param() else {
        return match paginate {
            Paginate::Url => at_page(&quote!(url())),
            _ => quote!(#private::Paginate::Link),
        };
    };
    if let Some(member) = member {
        let by = match paginate {
            Paginate::Page(_) => quote!(#private::numbered_in_body::<#page>(#member)),
            Paginate::Offset(_) => quote!(#private::by_offset_in_body::<#page>(#member)),
            _ => at_page(&quote!(cursor_in_body(#member))),
        };
        let argument = name.unraw().to_string();
        return quote!(#private::in_body(#argument, #by));
    }
    let query = endpoint.params.iter().find_map(|param| match &param.role {
        Role::Query { name: query, .. } if param.name == *name => Some((query, &param.ty)),
        _ => None,
    });
    let (query, ty) = query.map_or((String::new(), None), |(query, ty)| (query.clone(), Some(ty)));
    let span = ty.map_or_else(Span::call_site, span::generated_at_type);
    let private = span::respan(private, span);
    match paginate {
        Paginate::Page(_) => quote_spanned!(span=> #private::numbered::<#page, _>(&#name, #query)),
        Paginate::Offset(_) => quote_spanned!(span=> #private::by_offset::<#page, _>(&#name, #query)),
        _ => quote_spanned!(span=> #private::PageOf::<#page>::NEW.cursor(&#name, #query)),
    }
}
