//! Where the mistakes of one trait are collected, so that all of them are shown by one compile.
//! Must not know what the mistakes are about.
//!
//! Giving up needs a proof: validation answers `Result<_, Reported>`, and only a report makes a `Reported`. The end of it,
//! `settle`, answers with the model or with at least one error, and never with neither. So no declaration can compile into
//! a client that does nothing.

use std::{cell::RefCell, fmt::Display};

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};

/// The mistakes found so far. Every one has a message, and a help whose text contains code to paste.
#[derive(Default)]
pub(crate) struct Sink(RefCell<Vec<Told>>);

/// The proof that a mistake was reported.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reported(());

/// All mistakes of one declaration; at least one.
#[derive(Debug)]
pub(crate) struct Errors {
    first: Told,
    more: Vec<Told>,
}

#[derive(Debug)]
enum Told {
    Here(syn::Error),
    /// Told only if the compiler says nothing.
    Otherwise {
        at: Span,
        message: String,
    },
}

/// A point in the list of mistakes; a scope compares against it to learn whether it was clean itself.
#[derive(Clone, Copy)]
pub(crate) struct Mark(usize);

impl Sink {
    /// Reports a mistake at the tokens that have to change.
    pub(crate) fn report(&self, at: impl ToTokens, message: impl Display, help: impl Display) -> Reported {
        self.push(Told::Here(syn::Error::new_spanned(at, with_help(message, help))))
    }

    /// Reports a mistake where there is a place but no token, as behind a closing parenthesis.
    pub(crate) fn report_at(&self, span: Span, message: impl Display, help: impl Display) -> Reported {
        self.push(Told::Here(syn::Error::new(span, with_help(message, help))))
    }

    /// Reports a mistake that the compiler reports by itself, unless there is something this macro cannot see, such as another
    /// derive that knows the attribute. One mistake stays one error.
    pub(crate) fn report_unless_the_compiler_does(
        &self,
        at: Span,
        message: impl Display,
        help: impl Display,
    ) -> Reported {
        self.push(Told::Otherwise { at, message: with_help(message, help) })
    }

    fn push(&self, told: Told) -> Reported {
        self.0.borrow_mut().push(told);
        Reported(())
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark(self.0.borrow().len())
    }

    /// Fails if a mistake was reported since.
    pub(crate) fn clean_since(&self, mark: Mark) -> Result<(), Reported> {
        if self.0.borrow().len() == mark.0 { Ok(()) } else { Err(Reported(())) }
    }

    /// The end of validation: the model, if no mistake was reported at all.
    pub(crate) fn settle<Model>(self, model: Result<Model, Reported>) -> Result<Model, Errors> {
        let mut errors = self.0.into_inner().into_iter();
        match (errors.next(), model) {
            (None, Ok(model)) => Ok(model),
            (Some(first), _) => Err(Errors { first, more: errors.collect() }),
            // The proof of another sink, which no code passes on. The types cannot see that, hence the last net.
            (None, Err(Reported(()))) => Err(Errors {
                first: Told::Here(syn::Error::new(
                    Span::call_site(),
                    with_help(
                        "internal error of the macro: it gave up, and does not say why",
                        "please report this declaration as a bug of sdk-macros",
                    ),
                )),
                more: Vec::new(),
            }),
        }
    }
}

impl ToTokens for Errors {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.first.to_tokens(tokens);
        self.more.iter().for_each(|told| told.to_tokens(tokens));
    }
}

impl ToTokens for Told {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(match self {
            Self::Here(error) => error.to_compile_error(),
            // The compiler looks at this lint last, and only where it has found no error.
            Self::Otherwise { at, message } => quote_spanned! {*at=>
                #[allow(dead_code)]
                const _: () = {
                    #[must_use = #message]
                    const fn a_mistake() -> bool { true }
                    #[deny(unused_must_use)]
                    const fn is_told() { a_mistake(); }
                };
            },
        });
    }
}

fn with_help(message: impl Display, help: impl Display) -> String {
    format!("{message}\nhelp: {help}")
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn a_model_and_no_mistake_are_a_model() {
        assert_eq!(Sink::default().settle(Ok(7)).unwrap(), 7);
    }

    #[test]
    fn a_mistake_is_an_error_whatever_the_model() {
        for model in [Ok(7), Err(Reported(()))] {
            let sink = Sink::default();
            sink.report(quote!(first), "one", "a");
            sink.report(quote!(second), "two", "b");
            let errors = sink.settle(model).unwrap_err().to_token_stream().to_string();
            assert!(errors.contains("one\\nhelp: a") && errors.contains("two\\nhelp: b"), "{errors}");
        }
    }

    #[test]
    fn giving_up_without_a_mistake_is_an_error_of_the_macro() {
        let errors = Sink::default().settle(Err::<(), _>(Reported(()))).unwrap_err();
        assert!(errors.to_token_stream().to_string().contains("report this declaration"), "{errors:?}");
    }

    #[test]
    fn a_scope_is_clean_or_proves_that_it_is_not() {
        let sink = Sink::default();
        let start = sink.mark();
        assert!(sink.clean_since(start).is_ok());
        sink.report(quote!(here), "one", "a");
        assert!(sink.clean_since(start).is_err());
        assert!(sink.clean_since(sink.mark()).is_ok());
    }
}
