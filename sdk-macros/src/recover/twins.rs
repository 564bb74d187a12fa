//! Two traits of one name in one module. Both names are then imports that do not exist, so that no use of
//! either is reported. The second trait reports them.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::{ItemTrait, ReturnType, ext::IdentExt};

use super::mention;
use crate::{args::Arg, diagnostics::Errors, parse::RawTrait, signature};

/// Returns the imports, from the module with the mistakes of the second trait.
pub(crate) fn first(raw: &RawTrait) -> TokenStream {
    let imports = any(&raw.trait_head, &module(&raw.trait_head.ident, 1));
    let erased = raw.options.iter().filter_map(Arg::key).any(|key| key == "dyn").then(|| {
        let (vis, module) = (&raw.trait_head.vis, module(&raw.trait_head.ident, 1));
        let erased = format_ident!("Dyn{}", raw.trait_head.ident);
        quote!(#[allow(unused_imports)] #vis use #module::Any as #erased;)
    });
    let mentioned = mentioned(raw);
    quote!(#imports #erased #mentioned)
}

/// Returns the mistakes of the trait at this place among those of its name.
pub(crate) fn other(raw: &RawTrait, index: usize, errors: &Errors) -> TokenStream {
    let any = quote!(
        #[allow(unused_imports)]
        pub use self::__AnyTrait as Any;
    );
    let errors = errors.module(&module(&raw.trait_head.ident, index), &any);
    let mentioned = mentioned(raw);
    quote!(#errors #mentioned)
}

/// Returns the mistakes of a trait whose client would have the name of another type. The trait is a name that
/// fits everywhere, and the other type is what it is.
pub(crate) fn taken(raw: &RawTrait, errors: &Errors) -> TokenStream {
    let ItemTrait { vis, ident, .. } = &raw.trait_head;
    let module = module(ident, 1);
    let any = quote!(
        #[allow(unused_imports)]
        pub use self::__AnyTrait as Any;
    );
    let errors = errors.module(&module, &any);
    let erased = raw.options.iter().filter_map(Arg::key).any(|key| key == "dyn").then(|| {
        let erased = format_ident!("Dyn{ident}");
        quote!(#[allow(unused_imports)] #vis use #module::Any as #erased;)
    });
    let mentioned = mentioned(raw);
    quote! {
        #errors
        #[allow(unused_imports)]
        #vis use #module::Any as #ident;
        #erased
        #mentioned
    }
}

/// Returns the imports of the trait and of its client from the module of the mistakes, where they do not
/// exist. The compiler is silent about that, and about all that is done with them.
pub(super) fn any(trait_head: &ItemTrait, module: &Ident) -> TokenStream {
    let ItemTrait { vis, ident, .. } = trait_head;
    let cfgs: Vec<_> = signature::cfgs(&trait_head.attrs).collect();
    let client = format_ident!("{ident}Client");
    quote! {
        #(#cfgs)*
        #[allow(unused_imports)]
        #vis use #module::Any as #ident;
        #(#cfgs)*
        #[allow(unused_imports)]
        #vis use #module::Any as #client;
    }
}

fn module(name: &Ident, index: usize) -> Ident {
    format_ident!("__{}Mistakes{index}", name.unraw())
}

/// Mentions all types, so that their imports are not reported as unused.
fn mentioned(raw: &RawTrait) -> TokenStream {
    let of_methods = raw.methods.iter().map(|method| {
        let output = match &method.sig.output {
            ReturnType::Type(_, ty) => Some(&**ty),
            ReturnType::Default => None,
        };
        let cfgs: Vec<_> = signature::cfgs(&method.attrs).collect();
        let types = method.params.iter().map(|param| &param.ty).chain(output);
        mention::types(&cfgs, types, &[&raw.trait_head.generics, &method.sig.generics])
    });
    of_methods.collect()
}
