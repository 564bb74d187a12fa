//! Bodies that never run.

use proc_macro2::TokenStream;
use quote::quote;

/// Returns a body that never runs. If the compiler makes code of it, the constant in it panics, which is a
/// compile error.
pub(crate) fn never() -> TokenStream {
    let message = "internal error of the macro: a mistake was not reported; \
                   please report this declaration";
    quote! {
        {
            fn __never<T>() -> T {
                const { ::core::panic!(#message) }
            }
            __never()
        }
    }
}
