//! The type of the client, with the items that every client has. The recovery generates it as well.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{GenericParam, TypeParam};

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
}

pub(crate) fn client(names: &Names<'_>, parts: &Parts) -> TokenStream {
    let Names { trait_head, client, vis, private, generics, param_bounds } = names;
    let Parts { inherent, implemented, endpoints, refresh } = parts;
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
    let implementation = implemented.as_ref().map(|methods| {
        // The compiler warns about each use of a deprecated trait, and this use is not the user's.
        let deprecated =
            signature::has(&trait_head.attrs, "deprecated").then(|| quote!(#[allow(deprecated)]));
        quote! {
            #(#cfgs)*
            #(#permitted)*
            #deprecated
            #[allow(refining_impl_trait)]
            impl #parameters #ident #arguments for #client #arguments #bounds { #(#methods)* }
        }
    });
    let (declared, declared_bounds) = (&trait_head.generics, param_bounds);
    let is_generic = !declared.params.is_empty();
    let of = is_generic.then(|| {
        let of = declared.params.iter().map(|parameter| match parameter {
            GenericParam::Lifetime(parameter) => {
                let lifetime = &parameter.lifetime;
                quote!(&#lifetime ())
            }
            GenericParam::Type(TypeParam { ident, .. }) => quote!(*const #ident),
            GenericParam::Const(_) => quote!(()),
        });
        quote!(__of: ::core::marker::PhantomData<fn() -> (#(#of,)*)>,)
    });
    let (cloned_of, new_of) =
        is_generic.then(|| (quote!(__of: self.__of,), quote!(__of: ::core::marker::PhantomData,))).unzip();
    quote! {
        #(#cfgs)*
        #(#permitted)*
        #[doc = #about]
        #written struct #client #declared #declared_bounds {
            __client: #private::Client,
            #of
        }

        #(#cfgs)*
        impl #parameters ::core::clone::Clone for #client #arguments #bounds {
            fn clone(&self) -> Self {
                Self { __client: ::core::clone::Clone::clone(&self.__client), #cloned_of }
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
            #vis fn session(&self) -> &#private::Session {
                self.__client.session()
            }

            #(#inherent)*
        }

        #implementation

        #(#cfgs)*
        #[doc(hidden)]
        impl #parameters #private::ApiClient for #client #arguments #bounds {
            const NAME: &'static ::core::primitive::str = #trait_name;
            #refresh

            fn from_client(client: #private::Client) -> Self {
                Self { __client: client, #new_of }
            }
        }
    }
}
