//! From what was declared to the code of the derives, and what stands in for it beside mistakes. Must not know of mistakes.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Attribute, Data, DeriveInput, Field, GenericParam, Type, Variant, ext::IdentExt, parse_quote};

use super::{
    Target,
    error::{Declared, ErrorEnum, Status},
    page::{PageStruct, Part},
};
use crate::{recover::never, returns::arguments_of, span};

pub(super) fn error(target: &Target<'_>, model: &ErrorEnum) -> TokenStream {
    let private = &target.private;
    let other = &model.other.name;
    let held = target.bound(&model.other.ty, "OtherField");
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
    error_impls(target, &from, &from_status, &display, &source)
}

/// The traits alone.
pub(super) fn error_stub(target: &Target<'_>) -> TokenStream {
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

/// The statuses of a variant, or its classes, and what becomes of them.
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

/// Chooses, by the type alone, how a body becomes a value, as for the success type of an endpoint.
fn decoder(target: &Target<'_>, ty: &Type) -> TokenStream {
    let span = span::generated_at_type(ty);
    let private = span::respan(&target.private, span);
    quote_spanned!(span=> #private::Decode::<#ty, _>::FIELD.decoder())
}

/// Whether another derive, such as that of `thiserror`, was told what to show.
fn has_error(input: &DeriveInput) -> bool {
    has(&input.attrs, "error") || variants(input).any(|variant| has(&variant.attrs, "error"))
}

/// Whether another derive was told to make the variant for everything else of its field.
fn has_from(input: &DeriveInput) -> bool {
    let mut others = variants(input).filter(|variant| has(&variant.attrs, "other"));
    others.any(|variant| variant.fields.iter().any(|field| has(&field.attrs, "from")))
}

fn variants(input: &DeriveInput) -> impl Iterator<Item = &Variant> {
    let variants = match &input.data {
        Data::Enum(data) => Some(&data.variants),
        Data::Struct(_) | Data::Union(_) => None,
    };
    variants.into_iter().flatten()
}

fn has(attrs: &[Attribute], name: &str) -> bool {
    attrs.iter().any(|attr| attr.path().is_ident(name))
}

pub(super) fn page(target: &Target<'_>, model: &PageStruct) -> TokenStream {
    let Part { name, ty } = &model.items;
    // The compiler tells of a bound at the type in the user's code, and at the path around it in ours. What it says of one
    // place it shows once, so all of this counts as the user's code, even for a lint that knows a shorter path.
    let span = span::of_type(ty);
    let bound = target.bound_at(span, ty, "PageItems");
    let private = span::respan(&target.private, span);
    let mut field = name.clone();
    field.set_span(span.resolved_at(name.span()));
    let items = target.items(
        span,
        &quote_spanned!(span=> #bound::Item),
        &quote_spanned!(span=> #private::derive::PageItems::into_items(self.#field)),
        &quote_spanned!(span=> #private::derive::PageItems::is_empty(&self.#field)),
    );
    let next = match &model.next {
        Some(Part { name, ty }) => {
            let next = target.bound(ty, "PageNext");
            let span = span::generated_at_type(ty);
            quote_spanned! {span=>
                type Cursor = #next::Cursor;
                fn next_cursor(&self) -> ::core::option::Option<Self::Cursor> { #next::next(&self.#name) }
            }
        }
        None => target.no_cursor(),
    };
    let more = model.more.as_ref().map(|Part { name, ty }| {
        let more = target.bound(ty, "PageMore");
        quote!(fn has_more(&self) -> ::core::option::Option<bool> { #more::more(&self.#name) })
    });
    let head = target.head(&target.page());
    quote!(#[allow(unused_qualifications)] #head { #items #next #more })
}

/// The trait alone, with the types that are most likely meant.
pub(super) fn page_stub(target: &Target<'_>) -> TokenStream {
    let never = never();
    let item = guess(target.input, "items", "Vec").unwrap_or_else(|| quote!(()));
    let items = target.items(Span::call_site(), &item, &never, &never);
    let cursor = guess(target.input, "next", "Option");
    let cursor = cursor.map_or_else(|| target.no_cursor(), |cursor| quote!(type Cursor = #cursor;));
    let head = target.head(&target.page());
    quote!(#head { #items #cursor })
}

/// The `T` of the field with this role or else of the first field that is a `wrapper<T>`.
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

impl Target<'_> {
    /// `impl<…> Trait for Name<…> where …`
    fn head(&self, implemented: &TokenStream) -> TokenStream {
        self.head_of(implemented, &self.input.generics)
    }

    /// The same for what can be shown by `Debug`, which a derived `Debug` asks of the parameters.
    fn head_where_debug(&self, implemented: &TokenStream) -> TokenStream {
        let mut generics = self.input.generics.clone();
        if generics.params.iter().any(|param| matches!(param, GenericParam::Type(_))) {
            generics.make_where_clause().predicates.push(parse_quote!(Self: ::core::fmt::Debug));
        }
        self.head_of(implemented, &generics)
    }

    fn head_of(&self, implemented: &TokenStream, generics: &syn::Generics) -> TokenStream {
        let name = &self.input.ident;
        let (params, arguments, bounds) = generics.split_for_impl();
        quote!(#[automatically_derived] impl #params #implemented for #name #arguments #bounds)
    }

    /// `<ty as Trait>`. All of it stands at the type: what the compiler says of one place more than once it shows once.
    fn bound(&self, ty: &Type, name: &str) -> TokenStream {
        self.bound_at(span::generated_at_type(ty), ty, name)
    }

    fn bound_at(&self, span: Span, ty: &Type, name: &str) -> TokenStream {
        let private = span::respan(&self.private, span);
        let name = Ident::new(name, span);
        quote_spanned!(span=> <#ty as #private::derive::#name>)
    }

    fn page(&self) -> TokenStream {
        let private = &self.private;
        quote!(#private::derive::Page)
    }

    /// What a page says of its items, all of it at the same place, where the type of the field may be wrong.
    fn items(
        &self,
        span: Span,
        item: &TokenStream,
        into: &TokenStream,
        is_empty: &TokenStream,
    ) -> TokenStream {
        let private = span::respan(&self.private, span);
        quote_spanned! {span=>
            type Item = #item;
            fn into_items(self) -> #private::derive::Vec<Self::Item> { #into }
            fn is_empty(&self) -> bool { #is_empty }
        }
    }

    fn no_cursor(&self) -> TokenStream {
        let private = &self.private;
        quote!(type Cursor = #private::derive::NoCursor;)
    }
}
