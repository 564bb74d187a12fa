//! The fields of a response with tokens: texts, secrets, scopes, lifetimes and times of many types.

use std::fmt::Display;
use std::time::{Duration, SystemTime};

use super::{Arg, Arg1, Arg2, Arg3, Arg4};
use crate::response::Head;
use crate::secret::{AccessToken, RefreshToken};
use crate::session::{Refusal, TokenResponse, Tokens};
use crate::token_time::{self, Clock, LifetimeField, TimeField, Told, Unit};

never! {
    /// The types of a token: all that are `AsRef<str>`, the tokens of the runtime, and options of them.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be read as a token",
        label = "is no text",
        note = "help: write `String`, `Option<String>` or `AccessToken`; a type of your own needs \
            `AsRef<str>`; a field that is no token needs `#[token(ignore)]`"
    )]
    TokenField
}

macro_rules! secrets {
    ($($type:ty),*) => {$(
        impl<'a> Arg1<'a, $type> {
            /// Returns the token.
            #[must_use]
            pub fn token(&self) -> Option<&'a str> {
                Some(self.value().expose())
            }
        }

        impl<'a> Arg1<'a, Option<$type>> {
            /// Returns the token, if there is one.
            #[must_use]
            pub fn token(&self) -> Option<&'a str> {
                self.value().as_ref().map(<$type>::expose)
            }
        }
    )*};
}

secrets!(AccessToken, RefreshToken);

impl<'a, T: AsRef<str>> Arg2<'a, Option<T>> {
    /// Returns the token, if there is one.
    #[must_use]
    pub fn token(&self) -> Option<&'a str> {
        self.value().as_ref().map(AsRef::as_ref)
    }
}

impl<'a, T: AsRef<str> + ?Sized> Arg3<'a, T> {
    /// Returns the token.
    #[must_use]
    pub fn token(&self) -> Option<&'a str> {
        Some(self.value().as_ref())
    }
}

impl<'a, T> Arg4<'a, T> {
    /// Reports a type that is no token.
    #[must_use]
    pub fn token(&self) -> Option<&'a str>
    where
        T: TokenField,
    {
        None
    }
}

never! {
    /// The types of a subject and of a message: all that implement `Display`, and options of them.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be read as a text",
        label = "does not implement `std::fmt::Display`",
        note = "help: write `String` or `Option<String>`"
    )]
    TextField
}

impl<T: Display> Arg2<'_, Option<T>> {
    /// Returns the text, if there is one.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        self.value().as_ref().map(ToString::to_string)
    }
}

impl<T: Display + ?Sized> Arg3<'_, T> {
    /// Returns the text.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        Some(self.value().to_string())
    }
}

impl<T> Arg4<'_, T> {
    /// Reports a type that is no text.
    #[must_use]
    pub fn text(&self) -> Option<String>
    where
        T: TextField,
    {
        None
    }
}

never! {
    /// The types of scopes: a text, a collection of texts, and options of them.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` cannot be read as scopes",
        label = "is neither a text nor a list of texts",
        note = "help: write `String` or `Vec<String>`, or `#[token(ignore)]` on a field that is none"
    )]
    ScopeField
}

impl<T: AsRef<str>> Arg<'_, Option<T>> {
    /// Returns the scopes, if there are any.
    #[must_use]
    pub fn scopes(&self) -> Vec<String> {
        self.value().iter().map(|text| text.as_ref().to_owned()).collect()
    }
}

impl<T: AsRef<str> + ?Sized> Arg1<'_, T> {
    /// Returns the scopes.
    #[must_use]
    pub fn scopes(&self) -> Vec<String> {
        vec![self.value().as_ref().to_owned()]
    }
}

impl<'a, T> Arg2<'a, Option<T>>
where
    &'a T: IntoIterator<Item: AsRef<str>>,
{
    /// Returns the scopes, if there are any.
    #[must_use]
    pub fn scopes(&self) -> Vec<String> {
        self.value().iter().flatten().map(|text| text.as_ref().to_owned()).collect()
    }
}

impl<'a, T> Arg3<'a, T>
where
    &'a T: IntoIterator<Item: AsRef<str>>,
{
    /// Returns the scopes.
    #[must_use]
    pub fn scopes(&self) -> Vec<String> {
        self.value().into_iter().map(|text| text.as_ref().to_owned()).collect()
    }
}

impl<T> Arg4<'_, T> {
    /// Reports a type that is no list of scopes.
    #[must_use]
    pub fn scopes(&self) -> Vec<String>
    where
        T: ScopeField,
    {
        Vec::new()
    }
}

impl<T> Arg4<'_, T> {
    /// Reads a lifetime.
    ///
    /// # Errors
    ///
    /// Returns why it is none.
    pub fn lifetime(&self, unit: Unit) -> Result<Option<Duration>, &'static str>
    where
        T: LifetimeField,
    {
        token_time::lifetime(&self.value().told(), unit)
    }
}

impl<T: TimeField> Arg1<'_, T> {
    /// Reads a point in time.
    ///
    /// # Errors
    ///
    /// Returns why it is none.
    pub fn time(&self, clock: Clock) -> Result<Option<SystemTime>, &'static str> {
        token_time::time(&self.value().told(), clock)
    }
}

impl<T: Clone + Into<SystemTime>> Arg2<'_, Option<T>> {
    /// Reads a point in time of another library, if there is one.
    ///
    /// # Errors
    ///
    /// Never.
    pub fn time(&self, clock: Clock) -> Result<Option<SystemTime>, &'static str> {
        token_time::time(&self.value().clone().map_or(Told::Nothing, |time| Told::Time(time.into())), clock)
    }
}

impl<T: Clone + Into<SystemTime>> Arg3<'_, T> {
    /// Reads a point in time of another library.
    ///
    /// # Errors
    ///
    /// Never.
    pub fn time(&self, clock: Clock) -> Result<Option<SystemTime>, &'static str> {
        token_time::time(&Told::Time(self.value().clone().into()), clock)
    }
}

impl<T> Arg4<'_, T> {
    /// Reports a type that is no time.
    ///
    /// # Errors
    ///
    /// Never.
    pub fn time(&self, _: Clock) -> Result<Option<SystemTime>, &'static str>
    where
        T: TimeField,
    {
        Ok(None)
    }
}

/// The types of a flag of success.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a flag of success",
    label = "is neither `bool` nor `Option<bool>`",
    note = "help: write `bool`, or compare a text or a number on the struct: `#[token(ok(\"status\" = \
        \"success\"))]`"
)]
pub trait FlagField {
    /// Returns the flag, if there is one.
    fn flag(&self) -> Option<bool>;
}

impl FlagField for bool {
    fn flag(&self) -> Option<bool> {
        Some(*self)
    }
}

impl FlagField for Option<bool> {
    fn flag(&self) -> Option<bool> {
        *self
    }
}

impl<T> Arg4<'_, T> {
    /// Reads a flag of success.
    #[must_use]
    pub fn flag(&self) -> Option<bool>
    where
        T: FlagField,
    {
        self.value().flag()
    }
}

impl<T: TokenResponse> Arg2<'_, Option<T>> {
    /// Returns the tokens in it, if it is there.
    ///
    /// # Errors
    ///
    /// Returns its refusal.
    pub fn nested(&self, head: &Head) -> Result<Option<Tokens>, Refusal> {
        self.value().as_ref().map(|inner| inner.tokens(head)).transpose()
    }
}

impl<T: TokenResponse> Arg3<'_, T> {
    /// Returns the tokens in it.
    ///
    /// # Errors
    ///
    /// Returns its refusal.
    pub fn nested(&self, head: &Head) -> Result<Option<Tokens>, Refusal> {
        self.value().tokens(head).map(Some)
    }
}

impl<T> Arg4<'_, T> {
    /// Reports a type without tokens.
    ///
    /// # Errors
    ///
    /// Never.
    pub fn nested(&self, _: &Head) -> Result<Option<Tokens>, Refusal>
    where
        T: TokenResponse,
    {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::collections::BTreeSet;

    use super::super::arg;
    use super::*;

    #[test]
    fn a_token_is_read_from_each_type_of_a_text() {
        assert_eq!(arg(&"a".to_owned()).token(), Some("a"));
        assert_eq!(arg(&"a").token(), Some("a"));
        assert_eq!(arg(&Box::<str>::from("a")).token(), Some("a"));
        assert_eq!(arg(&Cow::Borrowed("a")).token(), Some("a"));
        assert_eq!(arg(&AccessToken::new("a")).token(), Some("a"));
        assert_eq!(arg(&RefreshToken::new("a")).token(), Some("a"));
        assert_eq!(arg(&zeroize::Zeroizing::new("a".to_owned())).token(), Some("a"));
        assert_eq!(arg(&Some("a".to_owned())).token(), Some("a"));
        assert_eq!(arg(&Some(RefreshToken::new("a"))).token(), Some("a"));
        assert_eq!(arg(&None::<AccessToken>).token(), None);
        assert_eq!(arg(&None::<String>).token(), None);
    }

    #[test]
    fn scopes_are_read_from_texts_and_lists() {
        let list = vec!["a".to_owned(), "b".to_owned()];
        assert_eq!(arg(&"a b".to_owned()).scopes(), ["a b"]);
        assert_eq!(arg(&Some("a b")).scopes(), ["a b"]);
        assert_eq!(arg(&None::<String>).scopes(), [""; 0]);
        assert_eq!(arg(&list).scopes(), ["a", "b"]);
        assert_eq!(arg(&Some(list.clone())).scopes(), ["a", "b"]);
        assert_eq!(arg(&None::<Vec<String>>).scopes(), [""; 0]);
        assert_eq!(arg(&BTreeSet::from_iter(list)).scopes(), ["a", "b"]);
    }

    #[test]
    fn a_time_is_read_from_a_type_of_another_library() {
        #[derive(Clone)]
        struct Moment;

        impl From<Moment> for SystemTime {
            fn from(_: Moment) -> Self {
                Self::UNIX_EPOCH
            }
        }

        let epoch = Ok(Some(SystemTime::UNIX_EPOCH));
        assert_eq!(arg(&Moment).time(Clock::ByType), epoch);
        assert_eq!(arg(&Some(Moment)).time(Clock::ByType), epoch);
        assert_eq!(arg(&None::<Moment>).time(Clock::ByType), Ok(None));
        assert_eq!(arg(&SystemTime::UNIX_EPOCH).time(Clock::ByType), epoch);
        assert_eq!(arg(&None::<String>).time(Clock::ByType), Ok(None));
        assert_eq!(arg(&Some("1970-01-01T00:00:00Z".to_owned())).time(Clock::ByType), epoch);
    }

    #[test]
    fn a_subject_is_read_from_each_type_that_is_shown() {
        assert_eq!(arg(&7_u64).text().as_deref(), Some("7"));
        assert_eq!(arg(&"ann".to_owned()).text().as_deref(), Some("ann"));
        assert_eq!(arg(&Some(7_u64)).text().as_deref(), Some("7"));
        assert_eq!(arg(&None::<String>).text(), None);
        assert_eq!([arg(&true).flag(), arg(&Some(false)).flag()], [Some(true), Some(false)]);
    }
}
