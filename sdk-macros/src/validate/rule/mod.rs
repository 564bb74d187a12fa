//! The rules: what must fit together. A rule looks at a draft, at a method or at the trait, and only
//! reports.

mod answer;
mod body;
mod dyn_type;
mod headers;
mod method_names;
mod pages;
mod parts;
mod query_names;
mod query_values;
mod retry_and_idempotency;
mod session;
mod trait_head;

use proc_macro2::Ident;

use super::{draft::Draft, option::TraitOptions};
use crate::{
    diagnostics::Diagnostics,
    parse::{RawMethod, RawTrait},
};

type Rule = fn(&Draft<'_>, &Diagnostics);

/// The rules of an endpoint, in the order in which their mistakes are shown.
const OF_ENDPOINT: &[Rule] = &[
    query_names::are_unique,
    query_values::are_no_tuples,
    parts::have_unique_names,
    body::is_one,
    session::supplies_no_path_argument,
    session::has_its_own_address,
    session::supplies_own_types,
    retry_and_idempotency::fit_the_method,
    retry_and_idempotency::key_is_free,
    retry_and_idempotency::streams_connect_again,
    parts::set_the_content_type,
    pages::of_endpoint,
    session::is_never_signed,
    session::refreshes_nothing,
    session::refresh_is_limited,
    headers::are_set_once,
];

/// Checks the draft of an endpoint.
pub(crate) fn check_endpoint(draft: &Draft<'_>, diagnostics: &Diagnostics) {
    for rule in OF_ENDPOINT {
        rule(draft, diagnostics);
    }
}

/// Checks the types of the answer, if the endpoint has no other mistake: a sketch often has types that are
/// not meant yet.
pub(crate) fn check_answer(draft: &Draft<'_>, diagnostics: &Diagnostics) {
    answer::has_an_error_of_an_endpoint(draft, diagnostics);
    answer::has_tokens(draft, diagnostics);
}

/// Checks the trait itself, without its methods.
pub(crate) fn check_trait_items(raw: &RawTrait, diagnostics: &Diagnostics) {
    trait_head::has_one_macro(raw, diagnostics);
    trait_head::has_its_options_in_the_macro(raw, diagnostics);
    trait_head::is_not_rewritten(raw, diagnostics);
    trait_head::is_supported(&raw.trait_head, diagnostics);
    trait_head::has_only_methods(&raw.others, diagnostics);
}

/// Checks the trait with its options.
pub(crate) fn check_trait(raw: &RawTrait, options: &TraitOptions<'_>, diagnostics: &Diagnostics) {
    if options.dyn_type.is_some() {
        dyn_type::of_trait(&raw.trait_head, diagnostics);
    }
    match &options.extends {
        Some(extends) => trait_head::has_traits_to_extend(&raw.trait_head, extends.arg, diagnostics),
        None => trait_head::has_endpoints(raw, diagnostics),
    }
}

/// Checks any method of the trait `of`.
pub(crate) fn check_method(
    raw: &RawMethod,
    of: &Ident,
    options: &TraitOptions<'_>,
    diagnostics: &Diagnostics,
) {
    if options.dyn_type.is_some() {
        dyn_type::of_method(raw, of, diagnostics);
    }
}

/// Checks all methods together.
pub(crate) fn check_methods(methods: &[RawMethod], diagnostics: &Diagnostics) {
    method_names::are_free(methods, diagnostics);
    session::has_one_refresh(methods, diagnostics);
}
