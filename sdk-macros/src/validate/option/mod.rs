//! The options of a trait and of an endpoint: a file for each key and its value, and here the lists of them.

mod auth;
mod base;
mod crate_path;
mod dyn_type;
mod headers;
mod idempotent;
mod key;
mod known;
mod paginate;
mod retry;
mod timeout;

pub(crate) use auth::AuthRule;
pub(crate) use headers::FixedHeader;
pub(crate) use key::{Given, Key};
pub(crate) use known::known;

use proc_macro2::Ident;

use super::header;
use crate::{args::Arg, diagnostics::Diagnostics};

/// Makes a struct of options out of the modules of the options. Each module has a `KEY`, a `Value` and a
/// `parse`.
macro_rules! options {
    ($(#[$about:meta])* $Options:ident, $elsewhere:path: $($option:ident,)*) => {
        $(#[$about])*
        #[derive(Default)]
        pub(crate) struct $Options<'a> {
            $(pub(crate) $option: Option<Given<'a, $option::Value>>,)*
        }

        impl<'a> $Options<'a> {
            const KEYS: &'static [Key] = &[$($option::KEY,)*];

            /// Parses the options, and reports what is wrong with each.
            pub(crate) fn parse(
                args: impl IntoIterator<Item = &'a Arg>,
                diagnostics: &Diagnostics,
            ) -> Self {
                let mut options = Self::default();
                for (key, arg) in known(args, Self::KEYS, $elsewhere, diagnostics) {
                    $(if key.name == $option::KEY.name {
                        let value = $option::parse(arg, diagnostics).ok();
                        options.$option = value.map(|value| Given { arg, value });
                    })*
                }
                options
            }
        }
    };
}

options! {
    /// The options of a trait, most of which are defaults for its endpoints.
    TraitOptions, of_an_endpoint:
    base,
    auth,
    timeout,
    headers,
    dyn_type,
    crate_path,
}

options! {
    /// The options of an endpoint.
    EndpointOptions, of_the_trait:
    auth,
    timeout,
    headers,
    retry,
    idempotent,
    paginate,
}

fn of_the_trait(name: &str) -> Option<(&'static str, String)> {
    let key = TraitOptions::KEYS.iter().find(|key| key.name == name)?;
    Some(("the trait", format!("write `#[api_client({})]`", key.example)))
}

fn of_an_endpoint(name: &str) -> Option<(&'static str, String)> {
    let key = EndpointOptions::KEYS.iter().find(|key| key.name == name)?;
    let Key { verb, example, for_all_endpoints, .. } = key;
    Some(("an endpoint", format!("write `#[{verb}(\"/users\", {example})]`{for_all_endpoints}")))
}

/// Returns whether an option of this name may stand alone, and so is no misplaced path.
pub(crate) fn is_flag(name: &Ident) -> bool {
    TraitOptions::KEYS.iter().chain(EndpointOptions::KEYS).any(|key| key.is_flag && name == key.name)
}

impl TraitOptions<'_> {
    /// Returns the `base` without the slash at its end; by default it is empty.
    pub(crate) fn base(&self) -> &str {
        self.base.as_ref().map_or("", |base| &base.value)
    }

    /// Returns the rule of `auth`, by default `required`.
    pub(crate) fn auth(&self) -> AuthRule {
        self.auth.as_ref().map_or_else(AuthRule::required, |auth| auth.value.clone())
    }

    pub(crate) fn headers(&self) -> &[FixedHeader] {
        self.headers.as_ref().map_or(&[], |headers| &headers.value)
    }

    /// Reports and removes the headers that the trait's `auth` does not allow.
    pub(crate) fn retain_allowed_headers(&mut self, diagnostics: &Diagnostics) {
        let auth = self.auth().auth;
        if let Some(headers) = &mut self.headers {
            headers
                .value
                .retain(|FixedHeader { at, header }| header::may_be_set(at, &header.name, auth, diagnostics));
        }
    }
}

impl EndpointOptions<'_> {
    pub(crate) fn headers(&self) -> &[FixedHeader] {
        self.headers.as_ref().map_or(&[], |headers| &headers.value)
    }
}
