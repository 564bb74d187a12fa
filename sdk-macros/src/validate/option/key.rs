//! The key of an option, and an option that was given. All options are made of these two.

use proc_macro2::TokenStream;
use quote::quote;

use crate::{args::Arg, diagnostics::Diagnostics, validate::wording::shown};

/// The key of an option, with what messages say about the option.
pub(crate) struct Key {
    pub(crate) name: &'static str,
    /// The whole option, as it is written.
    pub(crate) example: &'static str,
    /// Whether the option may be written without a value.
    pub(crate) is_flag: bool,
    /// The attribute of a method in a message about an endpoint's option that stands on the trait.
    pub(crate) verb: &'static str,
    /// How the same is said for all endpoints, behind that message.
    pub(crate) for_all_endpoints: &'static str,
    /// Reports a second option with this key: `given_twice(key, earlier, later, diagnostics)`.
    pub(crate) given_twice: fn(&Self, &Arg, &Arg, &Diagnostics),
}

/// An option that was given, with its parsed value.
pub(crate) struct Given<'a, Value> {
    pub(crate) arg: &'a Arg,
    pub(crate) value: Value,
}

impl Key {
    /// Returns the key of an option that needs a value and is given at most once.
    pub(crate) const fn new(name: &'static str, example: &'static str) -> Self {
        Self { name, example, is_flag: false, verb: "get", for_all_endpoints: "", given_twice }
    }

    /// Reports a second option with this key.
    pub(crate) fn report_twice(&self, later: &Arg, help: Option<String>, diagnostics: &Diagnostics) {
        let help = help.unwrap_or_else(|| format!("remove `{}`, or the other one", shown(later)));
        diagnostics.report(later.key(), format!("option `{}` is given twice", self.name), help);
    }
}

fn given_twice(key: &Key, _: &Arg, later: &Arg, diagnostics: &Diagnostics) {
    key.report_twice(later, None, diagnostics);
}

impl<Value> Given<'_, Value> {
    pub(crate) fn into_value(self) -> Value {
        self.value
    }
}

/// Returns the tokens behind the `=`, or else the whole option.
pub(crate) fn value(arg: &Arg) -> TokenStream {
    match arg {
        Arg::Assign { value, .. } => value.clone(),
        other => quote!(#other),
    }
}
