//! The client's type with what every client has. Shared with the recovery. Must not know about single endpoints.

use proc_macro2::TokenStream;
use quote::quote;

use super::Names;
use crate::signature;

/// What differs from one client to the next.
pub(crate) struct Parts {
    /// The methods of the client.
    pub(crate) inherent: Vec<TokenStream>,
    /// The methods of the trait; `None` if the client cannot implement it.
    pub(crate) implemented: Option<Vec<TokenStream>>,
    /// The constant `REFRESH`.
    pub(crate) renewal: TokenStream,
}

pub(crate) fn client(names: &Names<'_>, parts: &Parts) -> TokenStream {
    let Names { shell, client, private } = names;
    let Parts { inherent, implemented, renewal } = parts;
    let cfgs: Vec<_> = signature::cfgs(&shell.attrs).collect();
    let (vis, ident) = (&shell.vis, &shell.ident);
    let trait_name = names.trait_name();
    let client_name = client.to_string();
    let about = format!(
        " Sends the calls that [`{ident}`] declares.\n\n \
         A clone is cheap, and shares the session and the connections with the original."
    );
    let about_new =
        format!(" A client for the server at `base`, with the defaults of [`{client}::builder`].");
    let implementation = implemented.as_ref().map(|methods| {
        // The compiler warns of a deprecated trait wherever it is named, and here it is not the user who names it.
        let deprecated = signature::has(&shell.attrs, "deprecated").then(|| quote!(#[allow(deprecated)]));
        quote! {
            #(#cfgs)*
            #deprecated
            impl #ident for #client { #(#methods)* }
        }
    });
    quote! {
        #(#cfgs)*
        #[doc = #about]
        #[derive(::core::clone::Clone)]
        #vis struct #client {
            __client: #private::Client,
        }

        #(#cfgs)*
        impl ::core::fmt::Debug for #client {
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                formatter.debug_struct(#client_name).finish_non_exhaustive()
            }
        }

        #(#cfgs)*
        impl #client {
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

            /// A builder of a client for the server at `base`; a path in `base` stays in front of every request's.
            #vis fn builder(
                base: impl ::core::convert::AsRef<::core::primitive::str>,
            ) -> #private::ClientBuilder<Self> {
                #private::ClientBuilder::new(::core::convert::AsRef::as_ref(&base))
            }

            /// The session that signs the calls of this client.
            #vis fn session(&self) -> &#private::Session {
                self.__client.session()
            }

            #(#inherent)*
        }

        #implementation

        #(#cfgs)*
        #[doc(hidden)]
        impl #private::ApiClient for #client {
            const NAME: &'static ::core::primitive::str = #trait_name;
            #renewal

            fn from_client(client: #private::Client) -> Self {
                Self { __client: client }
            }
        }
    }
}
