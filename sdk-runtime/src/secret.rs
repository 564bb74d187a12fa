//! Tokens as types that are never shown by accident.

use std::fmt;

use serde::{Deserialize, Deserializer, Serializer};
use zeroize::Zeroizing;

macro_rules! secret {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// Has no `Display` and no `Serialize`. `Debug` prints the name of the type only. The memory is wiped
        /// on drop. `Deserialize` reads a text.
        #[derive(Clone)]
        pub struct $name(Zeroizing<String>);

        impl $name {
            /// Takes the token as the server wrote it.
            pub fn new(token: impl Into<String>) -> Self {
                Self(Zeroizing::new(token.into()))
            }

            /// Returns the token, to put it into a request or a store.
            #[must_use]
            pub fn expose(&self) -> &str {
                &self.0
            }

            /// Writes the token itself, for a field of a request:
            #[doc = concat!("`#[serde(serialize_with = \"", stringify!($name), "::serialize\")]`.")]
            ///
            /// # Errors
            ///
            /// Returns the serializer's errors.
            pub fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.expose())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer).map(Self::new)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }

        impl From<String> for $name {
            fn from(token: String) -> Self {
                Self::new(token)
            }
        }

        impl From<&str> for $name {
            fn from(token: &str) -> Self {
                Self::new(token)
            }
        }
    };
}

secret! {
    /// An access token, which signs requests.
    AccessToken
}

secret! {
    /// The secret of a program at a token endpoint (RFC 6749, 2.3.1).
    ClientSecret
}

secret! {
    /// A refresh token, which is traded for a new access token.
    RefreshToken
}
