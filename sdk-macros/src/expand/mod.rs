//! Expansion: from the valid model to the generated code. It cannot fail.
//!
//! The code is the trait, the client, and the client's implementation of the trait.

mod answer;
mod argument;
pub(crate) mod client;
pub(crate) mod composite;
mod description;
mod endpoint;
mod erased;
mod names;
pub(crate) mod refresh;
mod request;
mod trait_item;

pub(crate) use endpoint::{returning_call, unused};
pub(crate) use names::Names;
pub(crate) use trait_item::trait_with_items;

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;

use trait_item::with_hint;

use crate::{
    extended,
    model::{Client, Method},
};

/// Returns the generated code of a client.
pub(crate) fn client(client: &Client) -> TokenStream {
    let names = Names::new(&client.trait_head, &client.krate);
    let (mut declared, mut inherent, mut implemented) = (Vec::new(), Vec::new(), Vec::new());
    let mut lent = client.extendable.then(Vec::new);
    let (mut asked, mut needed) = (Vec::new(), TokenStream::new());
    let (mut endpoints, mut refresh, mut refresh_name) = (Vec::new(), None, None);
    for method in &client.methods {
        if let Method::Endpoint(endpoint) = method {
            needed.extend(argument::needed(endpoint, &names.private));
        }
        match method {
            Method::Endpoint(endpoint) if endpoint.is_refresh() => {
                inherent.push(endpoint::constant(endpoint, &names));
                endpoints.push(endpoint::table_entry(endpoint));
                refresh = Some(refresh::refresh(endpoint, &names));
                refresh_name = Some(endpoint.name().unraw().to_string());
            }
            Method::Endpoint(endpoint) => {
                asked.extend(answer::constant(endpoint, &names));
                declared.push(endpoint::declared(endpoint, &names));
                inherent.push(endpoint::inherent(endpoint, &names));
                implemented.push(endpoint::implemented(endpoint, &names));
                if let Some(lent) = &mut lent {
                    lent.push(endpoint::lent(endpoint, &names));
                }
                endpoints.push(endpoint::table_entry(endpoint));
            }
            Method::Composite(composite) => {
                declared.push(composite::declared(composite));
                inherent.extend(composite::inherent(composite, &names));
            }
        }
    }
    let extended = if client.extends { extended::clients(&client.trait_head) } else { Vec::new() };
    let refresh = refresh.unwrap_or_else(|| refresh::inherited(&names, &extended));
    let declared = trait_with_items(&with_hint(&client.trait_head, client.erased), &declared);
    let implemented = Some(implemented);
    let parts =
        client::Parts { inherent, implemented, endpoints, refresh, needed, refresh_name, extended, lent };
    let generated = client::client(&names, &parts);
    let erased = client.erased.then(|| erased::erased(&names, &methods_of_trait(client)));
    let import = names.import();
    quote!(#import #(#asked)* #declared #generated #erased)
}

/// Returns the methods of the trait as they are declared, without the refresh, which no caller has.
fn methods_of_trait(client: &Client) -> Vec<erased::Declared<'_>> {
    let methods = client.methods.iter().filter_map(|method| match method {
        Method::Endpoint(endpoint) if endpoint.is_refresh() => None,
        Method::Endpoint(endpoint) => {
            Some(erased::Declared { attrs: &endpoint.attrs, sig: endpoint::visible(endpoint) })
        }
        Method::Composite(composite) => {
            Some(erased::Declared { attrs: &composite.attrs, sig: composite.sig.clone() })
        }
    });
    methods.collect()
}
