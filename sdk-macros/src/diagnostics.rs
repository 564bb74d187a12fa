//! The collection of all mistakes of one declaration, so that one compile shows all of them.
//!
//! Validation returns `Result<_, Reported>`, and only a report makes a `Reported`. `Diagnostics::finish`
//! returns the model or at least one error, and never neither. So no declaration compiles into a client that
//! does nothing.

use std::{cell::RefCell, fmt::Display};

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Type, parse_quote};

/// The mistakes found so far. Each has a message, and a help that contains code to paste.
#[derive(Default)]
pub(crate) struct Diagnostics(RefCell<Vec<Diagnostic>>);

/// The proof that a mistake was reported.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reported(());

/// All mistakes of one declaration; at least one.
#[derive(Debug)]
pub(crate) struct Errors {
    first: Diagnostic,
    more: Vec<Diagnostic>,
}

#[derive(Debug)]
enum Diagnostic {
    Error(syn::Error),
    /// An error that the compiler shows only if it finds no other.
    UnlessCompilerDoes {
        at: Span,
        message: String,
    },
}

/// A point in the list of mistakes. `Diagnostics::clean_since` compares with it.
#[derive(Clone, Copy)]
pub(crate) struct Checkpoint(usize);

impl Diagnostics {
    /// Reports a mistake at the tokens that have to change.
    pub(crate) fn report(&self, at: impl ToTokens, message: impl Display, help: impl Display) -> Reported {
        self.push(Diagnostic::Error(syn::Error::new_spanned(at, with_help(message, help))))
    }

    /// Reports a mistake at a place without a token, such as the end of an argument list.
    pub(crate) fn report_at(&self, span: Span, message: impl Display, help: impl Display) -> Reported {
        self.push(Diagnostic::Error(syn::Error::new(span, with_help(message, help))))
    }

    /// Reports a mistake that the compiler usually reports as well, and then shows only one error.
    ///
    /// An unknown attribute is an example: the compiler accepts it if another derive knows it, which this
    /// macro cannot see.
    pub(crate) fn report_unless_the_compiler_does(
        &self,
        at: Span,
        message: impl Display,
        help: impl Display,
    ) -> Reported {
        self.push(Diagnostic::UnlessCompilerDoes { at, message: with_help(message, help) })
    }

    fn push(&self, diagnostic: Diagnostic) -> Reported {
        self.0.borrow_mut().push(diagnostic);
        Reported(())
    }

    /// Returns the current end of the list of mistakes.
    pub(crate) fn checkpoint(&self) -> Checkpoint {
        Checkpoint(self.0.borrow().len())
    }

    /// Fails if a mistake was reported after `checkpoint`.
    pub(crate) fn clean_since(&self, checkpoint: Checkpoint) -> Result<(), Reported> {
        if self.0.borrow().len() == checkpoint.0 { Ok(()) } else { Err(Reported(())) }
    }

    /// Ends validation: returns the model if no mistake was reported at all.
    pub(crate) fn finish<Model>(self, model: Result<Model, Reported>) -> Result<Model, Errors> {
        let mut errors = self.0.into_inner().into_iter();
        match (errors.next(), model) {
            (None, Ok(model)) => Ok(model),
            (Some(first), _) => Err(Errors { first, more: errors.collect() }),
            // `Reported` is of another `Diagnostics`. No code does this, but the types do not prevent it.
            (None, Err(Reported(()))) => Err(Errors {
                first: Diagnostic::Error(syn::Error::new(
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

impl Errors {
    /// Returns the mistakes as a module with this name.
    ///
    /// In the user's own module, an error of a macro makes the compiler silent about all names that do not
    /// exist there. In this module, it makes the compiler take the name `Unknown` for any type.
    ///
    /// `silent` are more items of the module, which may name what does not exist.
    pub(crate) fn module(&self, name: &Ident, silent: &TokenStream) -> TokenStream {
        let outside = quote!(super);
        let unknown = self.has_type().then(|| {
            quote!(
                pub(super) type Unknown = __AnyType;
            )
        });
        quote! {
            #[doc(hidden)]
            #[allow(non_snake_case, dead_code)]
            mod #name {
                #[allow(unused_imports)]
                use #outside::*;
                #self
                #unknown
                #silent
            }
        }
    }

    /// Returns a type in the module of the mistakes that fits everywhere, without an error of its own.
    /// Returns `None` if only the compiler reports the mistakes.
    pub(crate) fn unknown(&self, name: &Ident) -> Option<Type> {
        self.has_type().then(|| parse_quote!(#name::Unknown))
    }

    fn has_type(&self) -> bool {
        let mut all = [&self.first].into_iter().chain(&self.more);
        all.any(|diagnostic| matches!(diagnostic, Diagnostic::Error(_)))
    }
}

impl ToTokens for Errors {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.first.to_tokens(tokens);
        self.more.iter().for_each(|diagnostic| diagnostic.to_tokens(tokens));
    }
}

impl ToTokens for Diagnostic {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(match self {
            Self::Error(error) => error.to_compile_error(),
            // The compiler checks this lint last, and only if it has found no error.
            Self::UnlessCompilerDoes { at, message } => quote_spanned! {*at=>
                #[allow(dead_code)]
                const _: () = {
                    #[must_use = #message]
                    const fn a_mistake() -> bool { true }
                    #[deny(unused_must_use)]
                    const fn is_reported() { a_mistake(); }
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
        assert_eq!(Diagnostics::default().finish(Ok(7)).unwrap(), 7);
    }

    #[test]
    fn a_mistake_is_an_error_in_every_model() {
        for model in [Ok(7), Err(Reported(()))] {
            let diagnostics = Diagnostics::default();
            diagnostics.report(quote!(first), "one", "a");
            diagnostics.report(quote!(second), "two", "b");
            let errors = diagnostics.finish(model).unwrap_err().to_token_stream().to_string();
            assert!(errors.contains("one\\nhelp: a") && errors.contains("two\\nhelp: b"), "{errors}");
        }
    }

    #[test]
    fn giving_up_without_a_mistake_is_an_error_of_the_macro() {
        let errors = Diagnostics::default().finish(Err::<(), _>(Reported(()))).unwrap_err();
        assert!(errors.to_token_stream().to_string().contains("report this declaration"), "{errors:?}");
    }

    #[test]
    fn a_scope_is_clean_or_proves_that_it_is_not() {
        let diagnostics = Diagnostics::default();
        let start = diagnostics.checkpoint();
        assert!(diagnostics.clean_since(start).is_ok());
        diagnostics.report(quote!(here), "one", "a");
        assert!(diagnostics.clean_since(start).is_err());
        assert!(diagnostics.clean_since(diagnostics.checkpoint()).is_ok());
    }
}
