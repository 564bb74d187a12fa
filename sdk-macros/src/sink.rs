//! Where the mistakes of one trait are collected, so that all of them are shown by one compile.
//! Must not know what the mistakes are about.

use std::{cell::RefCell, fmt::Display};

use proc_macro2::Span;
use quote::ToTokens;

/// The mistakes found so far. Every one has a message, and a help whose text contains code to paste.
#[derive(Default)]
pub(crate) struct Sink(RefCell<Vec<syn::Error>>);

/// A point in the list of mistakes; a scope compares against it to learn whether it was clean itself.
#[derive(Clone, Copy)]
pub(crate) struct Mark(usize);

impl Sink {
    /// Reports a mistake at the tokens that have to change.
    pub(crate) fn report(&self, at: impl ToTokens, message: impl Display, help: impl Display) {
        self.0.borrow_mut().push(syn::Error::new_spanned(at, with_help(message, help)));
    }

    /// Reports a mistake where there is a place but no token, as behind a closing parenthesis.
    pub(crate) fn report_at(&self, span: Span, message: impl Display, help: impl Display) {
        self.0.borrow_mut().push(syn::Error::new(span, with_help(message, help)));
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark(self.0.borrow().len())
    }

    pub(crate) fn clean_since(&self, mark: Mark) -> bool {
        self.0.borrow().len() == mark.0
    }

    pub(crate) fn into_errors(self) -> Vec<syn::Error> {
        self.0.into_inner()
    }
}

fn with_help(message: impl Display, help: impl Display) -> String {
    format!("{message}\nhelp: {help}")
}
