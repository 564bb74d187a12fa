//! The code of `#[derive(Page)]`, and what stands in for it next to mistakes.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Data, DeriveInput, Field, Type};

use super::{
    target::{Asked, Target},
    validate_page::{PageStruct, Part},
};
use crate::{recover::never, returns::arguments_of, span};

pub(super) fn page(target: &Target<'_>, model: &PageStruct) -> TokenStream {
    let Part { name, ty } = &model.items;
    // The compiler shows several errors at one place once, also for a type that cannot be asked for. So all
    // code around the type has the type's span. It then counts as the user's code, and a lint that knows a
    // shorter path is allowed.
    let span = span::of_type(ty);
    let Asked { constant, bound } = target.asked(span, ty, "PageItems", "ITEMS");
    let mut field = name.clone();
    field.set_span(span.resolved_at(name.span()));
    let items = target.items(
        span,
        &quote_spanned!(span=> #bound::Item),
        &quote_spanned!(span=> #bound::into_items(self.#field)),
        &quote_spanned!(span=> #bound::is_empty(&self.#field)),
    );
    let (asked_next, next) = match &model.next {
        Some(Part { name, ty }) => {
            let span = span::generated_at_type(ty);
            let Asked { constant, bound } = target.asked(span, ty, "PageNext", "NEXT");
            let next = quote_spanned! {span=>
                type Cursor = #bound::Cursor;
                fn next_cursor(&self) -> ::core::option::Option<Self::Cursor> { #bound::next(&self.#name) }
            };
            (constant, next)
        }
        None => (None, target.no_cursor()),
    };
    let more = model.more.as_ref().map(|Part { name, ty }| {
        let more = target.bound(ty, "PageMore");
        quote!(fn has_more(&self) -> ::core::option::Option<bool> { #more::more(&self.#name) })
    });
    let head = target.head(&target.page());
    quote!(#constant #asked_next #[allow(unused_qualifications)] #head { #items #next #more })
}

/// Returns the trait with bodies that never run, and with the types that were most likely meant, or else with
/// `unknown`.
pub(super) fn page_stub(target: &Target<'_>, unknown: Option<Type>) -> TokenStream {
    let never = never();
    let unknown = unknown.map(ToTokens::into_token_stream);
    let item = guess(target.input, "items", "Vec").or_else(|| unknown.clone()).unwrap_or_else(|| quote!(()));
    let items = target.items(Span::call_site(), &item, &never, &never);
    let cursor = guess(target.input, "next", "Option").or(unknown);
    let cursor = cursor.map_or_else(|| target.no_cursor(), |cursor| quote!(type Cursor = #cursor;));
    let head = target.head(&target.page());
    quote!(#head { #items #cursor })
}

/// Returns the `T` of the field with this role, or else of the first field that is a `wrapper<T>`.
fn guess(input: &DeriveInput, role: &str, wrapper: &str) -> Option<TokenStream> {
    let Data::Struct(data) = &input.data else { return None };
    let has_role = |field: &&Field| {
        field
            .attrs
            .iter()
            .any(|attr| matches!(&attr.meta, syn::Meta::List(list) if list.tokens.to_string() == role))
    };
    let inside = |field: &Field| arguments_of(&field.ty, wrapper)?.first().map(|ty| quote!(#ty));
    let of_the_role = data.fields.iter().filter(has_role).find_map(inside);
    of_the_role.or_else(|| data.fields.iter().find_map(inside))
}
