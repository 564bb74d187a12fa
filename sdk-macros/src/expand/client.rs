//! The type of the client, with the items that every client has. The recovery generates it as well.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{GenericParam, Generics, Index, Path, TypeParam, TypeParamBound, WhereClause, parse_quote};

use super::names::Names;
use crate::signature;

/// The items that differ from one client to the next.
pub(crate) struct Parts {
    /// The methods of the client.
    pub(crate) inherent: Vec<TokenStream>,
    /// The methods of the trait; `None` if the client cannot implement it.
    pub(crate) implemented: Option<Vec<TokenStream>>,
    /// The lines of the table of endpoints.
    pub(crate) endpoints: Vec<TokenStream>,
    /// The constant `REFRESH`.
    pub(crate) refresh: TokenStream,
    /// The statements of the constant `NEEDS`.
    pub(crate) needed: TokenStream,
    /// The name of the refresh endpoint, which only the session sends.
    pub(crate) refresh_name: Option<String>,
    /// The clients of the supertraits whose endpoints this client has too.
    pub(crate) extended: Vec<Path>,
    /// The methods of the trait for a client that extends this one.
    pub(crate) lent: Option<Vec<TokenStream>>,
}

pub(crate) fn client(names: &Names<'_>, parts: &Parts) -> TokenStream {
    let Names { trait_head, client, vis, private, generics, param_bounds, .. } = names;
    let Parts { inherent, implemented, endpoints, refresh, needed, refresh_name, extended, lent } = parts;
    let needs = (!needed.is_empty() || !extended.is_empty()).then(|| {
        quote! {
            const NEEDS: fn(&mut #private::Needs<'_>) = |__needs| {
                #[allow(unused_imports)]
                use #private::NeedsUnknown as _;
                #needed
                #((<#extended as #private::ApiClient>::NEEDS)(__needs);)*
            };
        }
    });
    // For a call of the refresh endpoint, the compiler suggests the method with this alias.
    let alias =
        refresh_name.as_ref().filter(|name| *name != "session").map(|name| quote!(#[doc(alias = #name)]));
    let (parameters, arguments, bounds) = generics.split_for_impl();
    let cfgs: Vec<_> = signature::cfgs(&trait_head.attrs).collect();
    let permitted: Vec<_> = signature::permitted(&trait_head.attrs).collect();
    let (written, ident) = (&trait_head.vis, &trait_head.ident);
    let trait_name = names.trait_name();
    let client_name = client.to_string();
    let about = format!(
        " Sends the calls that [`{ident}`] declares.\n\n \
         A clone is cheap, and shares the session and the connections with the original."
    );
    let about_new =
        format!(" Creates a client for the server at `base`, with the defaults of [`{client}::builder`].");
    let implementations = implemented.as_ref().map(|methods| implementations(names, methods));
    let lent = lent.as_ref().map(|methods| implementation_for_others(names, methods));
    let extensions = extensions(names, extended);
    let (fields, made) = (!extended.is_empty())
        .then(|| {
            let one = quote!(#private::ApiClient::from_client(::core::clone::Clone::clone(&client)));
            let all = extended.iter().map(|_| &one);
            (quote!(__extended: (#(#extended,)*),), quote!(__extended: (#(#all,)*),))
        })
        .unzip();
    let cloned = fields.as_ref().map(|_| quote!(__extended: ::core::clone::Clone::clone(&self.__extended),));
    let inherited = (!extended.is_empty()).then(|| {
        quote! {
            const INHERITED: &'static [&'static [&'static #private::Endpoint]] =
                &[#(<#extended as #private::ApiClient>::ENDPOINTS),*];
        }
    });
    let (declared, declared_bounds) = (&trait_head.generics, param_bounds);
    let is_generic = !declared.params.is_empty();
    let of = phantom(declared).map(|of| quote!(__of: #of,));
    let (cloned_of, new_of) =
        is_generic.then(|| (quote!(__of: self.__of,), quote!(__of: ::core::marker::PhantomData,))).unzip();
    quote! {
        #(#cfgs)*
        #(#permitted)*
        #[doc = #about]
        #written struct #client #declared #declared_bounds {
            __client: #private::Client,
            #fields
            #of
        }

        #(#cfgs)*
        impl #parameters ::core::clone::Clone for #client #arguments #bounds {
            fn clone(&self) -> Self {
                Self { __client: ::core::clone::Clone::clone(&self.__client), #cloned #cloned_of }
            }
        }

        #(#cfgs)*
        impl #parameters ::core::fmt::Debug for #client #arguments #bounds {
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                formatter.debug_struct(#client_name).finish_non_exhaustive()
            }
        }

        #(#cfgs)*
        #(#permitted)*
        impl #parameters #client #arguments #bounds {
            /// Every endpoint as plain data, in the order of declaration, with those of the session.
            #vis const ENDPOINTS: &'static [&'static #private::Endpoint] = &[#(#endpoints),*];

            #[doc = #about_new]
            ///
            /// # Errors
            ///
            /// `base` is not an absolute `http` or `https` URL, or has a query or a fragment.
            #vis fn new(
                base: impl ::core::convert::AsRef<::core::primitive::str>,
            ) -> ::core::result::Result<Self, #private::BuildError> {
                Self::builder(base).build()
            }

            /// Returns a builder of a client for the server at `base`.
            ///
            /// A path in `base` comes before the path of every request.
            #vis fn builder(
                base: impl ::core::convert::AsRef<::core::primitive::str>,
            ) -> #private::ClientBuilder<Self> {
                #private::ClientBuilder::new(::core::convert::AsRef::as_ref(&base))
            }

            /// Returns the session that signs the calls of this client.
            #alias
            #vis fn session(&self) -> &#private::Session {
                self.__client.session()
            }

            #(#inherent)*
        }

        #implementations
        #lent
        #extensions

        #(#cfgs)*
        #[doc(hidden)]
        impl #parameters #private::ApiClient for #client #arguments #bounds {
            const NAME: &'static ::core::primitive::str = #trait_name;
            const ENDPOINTS: &'static [&'static #private::Endpoint] = Self::ENDPOINTS;
            #inherited
            #refresh
            #needs

            fn from_client(client: #private::Client) -> Self {
                Self { #made __client: client, #new_of }
            }
        }
    }
}

/// Returns the implementations of the trait: for the client, for a reference to it, and for an `Arc` of it.
fn implementations(names: &Names<'_>, methods: &[TokenStream]) -> TokenStream {
    let Names { trait_head, client, private, generics, .. } = names;
    let ident = &trait_head.ident;
    let (parameters, arguments, bounds) = generics.split_for_impl();
    let cfgs = signature::cfgs(&trait_head.attrs);
    let permitted = signature::permitted(&trait_head.attrs);
    // The compiler warns about each use of a deprecated trait, and this use is not the user's.
    let deprecated = signature::has(&trait_head.attrs, "deprecated").then(|| quote!(#[allow(deprecated)]));
    let handles = [quote!(&#client #arguments), quote!(#private::Arc<#client #arguments>)];
    let of_handle = of_handle(names);
    let handles =
        of_handle.iter().flat_map(|bounds| handles.iter().map(move |it| quote!({ for #it #bounds })));
    quote! {
        #private::implement! {
            {
                #(#cfgs)*
                #(#permitted)*
                #deprecated
                #[allow(refining_impl_trait)]
                impl #parameters #ident #arguments
            }
            { #(#methods)* }
            { for #client #arguments #bounds }
            #(#handles)*
        }
    }
}

/// Returns the implementation of the trait for each client that extends this one.
fn implementation_for_others(names: &Names<'_>, methods: &[TokenStream]) -> TokenStream {
    let Names { trait_head, client, private, .. } = names;
    let ident = &trait_head.ident;
    let mut generics = names.generics.clone();
    let (_, arguments, _) = names.generics.split_for_impl();
    generics.params.push(parse_quote!(__Other: #private::Extends<#client #arguments>));
    if let Some(bounds) = of_handle(names) {
        generics.make_where_clause().predicates.extend(bounds.predicates);
    }
    let (parameters, _, bounds) = generics.split_for_impl();
    let cfgs = signature::cfgs(&trait_head.attrs);
    let permitted = signature::permitted(&trait_head.attrs);
    let deprecated = signature::has(&trait_head.attrs, "deprecated").then(|| quote!(#[allow(deprecated)]));
    quote! {
        #(#cfgs)*
        #(#permitted)*
        #deprecated
        #[allow(refining_impl_trait)]
        impl #parameters #ident #arguments for __Other #bounds { #(#methods)* }
    }
}

/// Returns what makes the endpoints of other traits those of this client too.
fn extensions(names: &Names<'_>, extended: &[Path]) -> TokenStream {
    let Names { trait_head, client, private, generics, .. } = names;
    let (parameters, arguments, bounds) = generics.split_for_impl();
    let all = extended.iter().enumerate().map(|(index, other)| {
        let cfgs = signature::cfgs(&trait_head.attrs);
        let index = Index::from(index);
        quote! {
            #(#cfgs)*
            #[doc(hidden)]
            impl #parameters #private::Extends<#other> for #client #arguments #bounds {
                fn extended(&self) -> &#other {
                    &self.__extended.#index
                }
            }
        }
    });
    quote!(#(#all)*)
}

/// Returns the bounds under which a handle implements the trait: its supertraits are the user's to implement.
/// A lifetime that occurs nowhere keeps the compiler from checking such a bound before it is needed.
///
/// Returns `None` if the trait has a lifetime as a bound, which a reference does not outlive.
fn of_handle(names: &Names<'_>) -> Option<WhereClause> {
    let trait_head = &names.trait_head;
    let clauses = trait_head.generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let of_self = clauses.filter_map(signature::bounds_of_self).flatten();
    let mut clause = names.generics.where_clause.clone().unwrap_or_else(|| parse_quote!(where));
    for bound in trait_head.supertraits.iter().chain(of_self) {
        let TypeParamBound::Trait(bound) = bound else { return None };
        clause.predicates.push(match bound.lifetimes {
            Some(_) => parse_quote!(Self: #bound),
            None => parse_quote!(for<'__any> Self: #bound),
        });
    }
    Some(clause)
}

/// Returns a type that uses all parameters, if there are some.
pub(crate) fn phantom(generics: &Generics) -> Option<TokenStream> {
    let of = generics.params.iter().map(|parameter| match parameter {
        GenericParam::Lifetime(parameter) => {
            let lifetime = &parameter.lifetime;
            quote!(&#lifetime ())
        }
        GenericParam::Type(TypeParam { ident, .. }) => quote!(*const #ident),
        GenericParam::Const(_) => quote!(()),
    });
    (!generics.params.is_empty()).then(|| quote!(::core::marker::PhantomData<fn() -> (#(#of,)*)>))
}
