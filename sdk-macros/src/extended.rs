//! `extends`: the supertraits of a trait that are traits of clients, and their clients.

use quote::format_ident;
use syn::{ItemTrait, Path, TypeParamBound};

/// Supertraits that are none of a client.
const OTHERS: &[&str] = &["Send", "Sync", "Unpin", "Sized", "Debug", "Clone"];

/// Returns the supertraits that are traits of clients.
pub(crate) fn traits(trait_head: &ItemTrait) -> impl Iterator<Item = &Path> {
    trait_head.supertraits.iter().filter_map(|bound| match bound {
        TypeParamBound::Trait(bound) => {
            let last = bound.path.segments.last()?;
            OTHERS.iter().all(|other| last.ident != other).then_some(&bound.path)
        }
        _ => None,
    })
}

/// Returns the clients of these traits, such as `crud::CrudClient<User>` of `crud::Crud<User>`.
pub(crate) fn clients(trait_head: &ItemTrait) -> Vec<Path> {
    let client = |of: &Path| {
        let mut client = of.clone();
        if let Some(last) = client.segments.last_mut() {
            last.ident = format_ident!("{}Client", last.ident, span = last.ident.span());
        }
        client
    };
    traits(trait_head).map(client).collect()
}
