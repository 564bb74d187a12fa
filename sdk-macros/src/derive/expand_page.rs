//! The code of `#[derive(Page)]`, and what stands in for it next to mistakes.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Data, DeriveInput, Field, Type, parse_quote_spanned};

use super::{
    target::{Asked, Target},
    validate_page::{Items, PageStruct, Part},
};
use crate::{recover::never, returns::arguments_of, signature, span};

pub(super) fn page(target: &Target<'_>, model: &PageStruct) -> TokenStream {
    let (asked, items, nested) = match &model.items {
        Items::Own(part) => {
            let (asked, items) = own(target, part);
            (asked, items, None)
        }
        Items::Nested(part) => {
            let (Asked { constant, bound }, items) = nested(target, part);
            (constant, items, Some((bound, &part.name)))
        }
    };
    let (asked_next, next) = match (&model.next, &nested) {
        (Some(part), _) => next(target, part),
        (None, None) => (None, target.no_cursor()),
        (None, Some((bound, name))) => {
            let next = quote! {
                type Cursor = #bound::Cursor;
                fn next_cursor(&self) -> ::core::option::Option<Self::Cursor> {
                    #bound::next_cursor(&self.#name)
                }
            };
            (None, next)
        }
    };
    let more = match (&model.more, &nested) {
        (Some(Part { name, ty, inside }), _) if inside.is_empty() => {
            let more = target.bound(ty, "PageMore");
            Some(quote!(#more::more(&self.#name)))
        }
        (Some(Part { name, inside, .. }), _) => {
            let private = &target.private;
            Some(quote!(#private::derive::PageMore::more(&self.#name #inside)))
        }
        (None, Some((bound, name))) => Some(quote!(#bound::has_more(&self.#name))),
        (None, None) => None,
    };
    let more = more.map(|more| quote!(fn has_more(&self) -> ::core::option::Option<bool> { #more }));
    let mut generics = target.input.generics.clone();
    if let Items::Nested(Part { ty, .. }) = &model.items
        && signature::depends_on(ty, &[&generics])
    {
        let (span, page) = (span::generated_at_type(ty), target.page());
        let page = span::respan(&page, span);
        generics.make_where_clause().predicates.push(parse_quote_spanned!(span=> #ty: #page));
    }
    let head = target.head_of(&target.page(), &generics);
    quote!(#asked #asked_next #[allow(unused_qualifications)] #head { #items #next #more })
}

/// Returns the items of a field that is a list, and the constant that asks for its bound.
fn own(target: &Target<'_>, Part { name, ty, .. }: &Part) -> (Option<TokenStream>, TokenStream) {
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
    let count = quote_spanned! {span=>
        fn item_count(&self) -> ::core::option::Option<::core::primitive::usize> {
            #bound::item_count(&self.#field)
        }
    };
    (constant, quote!(#items #count))
}

/// Returns the items of a field that is a page, and its bound with the constant that asks for it.
fn nested(target: &Target<'_>, Part { name, ty, .. }: &Part) -> (Asked, TokenStream) {
    let span = span::of_type(ty);
    let asked = target.asked(span, ty, "PageNested", "NESTED");
    let bound = &asked.bound;
    let items = target.items(
        span,
        &quote_spanned!(span=> #bound::Item),
        &quote_spanned!(span=> #bound::into_items(self.#name)),
        &quote_spanned!(span=> #bound::is_empty(&self.#name)),
    );
    let count = quote_spanned! {span=>
        fn item_count(&self) -> ::core::option::Option<::core::primitive::usize> {
            #bound::item_count(&self.#name)
        }
    };
    let items = quote!(#items #count);
    (asked, items)
}

/// Returns the cursor of a field, or of a text inside it, and the constant that asks for its bound.
fn next(target: &Target<'_>, Part { name, ty, inside }: &Part) -> (Option<TokenStream>, TokenStream) {
    let span = span::generated_at_type(ty);
    if !inside.is_empty() {
        let private = span::respan(&target.private, span);
        let string = quote_spanned!(span=> #private::derive::String);
        let next = quote_spanned! {span=>
            type Cursor = #string;
            fn next_cursor(&self) -> ::core::option::Option<Self::Cursor> {
                #private::derive::NextInside::next(&self.#name #inside)
            }
        };
        return (None, next);
    }
    let Asked { constant, bound } = target.asked(span, ty, "PageNext", "NEXT");
    let next = quote_spanned! {span=>
        type Cursor = #bound::Cursor;
        fn next_cursor(&self) -> ::core::option::Option<Self::Cursor> { #bound::next(&self.#name) }
    };
    (constant, next)
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
