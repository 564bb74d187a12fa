//! The fields of a request that the session supplies: tokens and fixed values of many types.

use std::marker::PhantomData;
use std::ops::Deref;

/// The type of a field.
pub struct Given<T>(Given1<T>);
/// A link of the chain.
pub struct Given1<T>(Given2<T>);
/// The last link.
pub struct Given2<T>(PhantomData<fn() -> T>);

impl<T> Given<T> {
    /// The probe.
    pub const NEW: Self = Self(Given1(Given2(PhantomData)));
}

macro_rules! chain {
    ($($link:ident -> $next:ident),*) => {$(
        impl<T> Deref for $link<T> {
            type Target = $next<T>;

            fn deref(&self) -> &$next<T> {
                &self.0
            }
        }
    )*};
}

chain!(Given -> Given1, Given1 -> Given2);

impl<T: From<String>> Given<Option<T>> {
    /// Makes the field of the token, which need not be there.
    #[must_use]
    pub fn token(&self, token: Option<&str>) -> Option<Option<T>> {
        Some(token.map(|token| T::from(token.to_owned())))
    }

    /// Whether the text has to be there.
    #[must_use]
    pub fn is_required(&self) -> bool {
        false
    }

    /// Makes the field of a fixed text.
    #[must_use]
    pub fn fixed(&self, text: &'static str) -> Option<T> {
        Some(T::from(text.to_owned()))
    }
}

impl<T: From<String>> Given1<T> {
    /// Makes the field of the token. `None` if there is no token.
    #[must_use]
    pub fn token(&self, token: Option<&str>) -> Option<T> {
        token.map(|token| T::from(token.to_owned()))
    }
}

impl<T: From<&'static str>> Given1<T> {
    /// Makes the field of a fixed text.
    #[must_use]
    pub fn fixed(&self, text: &'static str) -> T {
        T::from(text)
    }
}

never! {
    /// The types of a token in a request: all that are `From<String>`, and options of them.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot hold a token",
        label = "is not `From<String>`",
        note = "help: write `String`, or `Option<String>` for a token that need not be there; a type of \
            your own needs `From<String>`"
    )]
    TokenArgument
}

/// The types of a fixed text: all that are `From<&'static str>`, and options of a `String`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot hold a fixed text",
    label = "is not `From<&'static str>`",
    note = "help: write `String` or `&'static str`; a constant of another type has no quotes: \
        `#[token(value = DEFAULT)]`"
)]
pub trait FixedText {
    /// Makes the field. No type implements it.
    fn fixed() -> Self;
}

impl<T> Given2<T> {
    /// Whether the text has to be there.
    #[must_use]
    pub fn is_required(&self) -> bool {
        true
    }

    /// Reports a type that cannot hold a token.
    #[must_use]
    pub fn token(&self, _: Option<&str>) -> Option<T>
    where
        T: TokenArgument,
    {
        None
    }

    /// Reports a type that cannot hold a text. Never runs.
    #[must_use]
    pub fn fixed(&self, _: &'static str) -> T
    where
        T: FixedText,
    {
        T::fixed()
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::secret::RefreshToken;

    #[test]
    fn a_token_is_put_into_each_type_of_a_text() {
        assert_eq!(Given::<String>::NEW.token(Some("r")).as_deref(), Some("r"));
        assert_eq!(Given::<Box<str>>::NEW.token(Some("r")).as_deref(), Some("r"));
        assert_eq!(Given::<Cow<'static, str>>::NEW.token(Some("r")).as_deref(), Some("r"));
        assert_eq!(Given::<RefreshToken>::NEW.token(Some("r")).unwrap().expose(), "r");
        assert_eq!(Given::<String>::NEW.token(None), None);
        assert_eq!(Given::<Option<String>>::NEW.token(None), Some(None));
        assert_eq!(Given::<Option<String>>::NEW.token(Some("r")), Some(Some("r".to_owned())));
    }

    #[test]
    fn a_fixed_text_is_put_into_each_type_of_a_text() {
        assert_eq!(Given::<&str>::NEW.fixed("x"), "x");
        assert_eq!(Given::<String>::NEW.fixed("x"), "x");
        assert_eq!(Given::<Cow<'_, str>>::NEW.fixed("x"), "x");
        assert_eq!(Given::<Option<String>>::NEW.fixed("x").as_deref(), Some("x"));
    }
}
