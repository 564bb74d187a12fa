//! Tokens as types that are never shown by accident.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serializer};
/// The memory of a secret, which its copies share.
type Memory = Arc<Wiped>;

/// A text that is wiped when it is dropped: in one piece, because a pool drops many of them, and `Zeroizing`
/// writes byte after byte.
struct Wiped(String);

/// Overwrites `text` and the memory that it has to spare. Returns the memory.
fn wipe(text: String) -> Vec<u8> {
    let mut memory = text.into_bytes();
    memory.clear();
    memory.resize(memory.capacity(), 0);
    // The compiler leaves out no write whose result is looked at.
    zeroize::optimization_barrier(memory.as_slice());
    memory
}

impl Drop for Wiped {
    fn drop(&mut self) {
        drop(wipe(std::mem::take(&mut self.0)));
    }
}

macro_rules! secret {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// Has no `Display` and no `Serialize`. `Debug` prints the name of the type only. Clones share the
        /// memory, which is wiped when the last one is dropped. `Deserialize` reads a text.
        #[derive(Clone)]
        pub struct $name {
            memory: Memory,
            /// Where the token begins in the memory.
            begin: usize,
        }

        impl $name {
            /// Takes the token as the server wrote it.
            pub fn new(token: impl Into<String>) -> Self {
                Self { memory: Arc::new(Wiped(token.into())), begin: 0 }
            }

            /// Returns the token, to put it into a request or a store.
            #[must_use]
            pub fn expose(&self) -> &str {
                self.memory.0.get(self.begin..).unwrap_or_default()
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

impl AccessToken {
    /// Returns the bytes of `<scheme> <token>`, or of the token alone without a scheme, and the token once
    /// more, which shares their memory. The memory is wiped when the last of both is dropped.
    pub(crate) fn behind(&self, scheme: Option<&str>) -> (Bytes, Self) {
        let token = match scheme {
            None => self.clone(),
            Some(scheme) => {
                // Of the exact size, because memory that grows is copied and not wiped.
                let mut text = String::with_capacity(scheme.len() + 1 + self.expose().len());
                text.push_str(scheme);
                text.push(' ');
                let begin = text.len();
                text.push_str(self.expose());
                Self { memory: Arc::new(Wiped(text)), begin }
            }
        };
        let begin = if scheme.is_some() { 0 } else { token.begin };
        (Bytes::from_owner(Shared(token.memory.clone())).slice(begin..), token)
    }
}

/// The memory of a secret as the owner of bytes.
struct Shared(Memory);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        self.0.0.as_bytes()
    }
}

secret! {
    /// The secret of a program at a token endpoint (RFC 6749, 2.3.1).
    ClientSecret
}

secret! {
    /// A refresh token, which is traded for a new access token.
    RefreshToken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i27_the_whole_memory_of_a_secret_is_wiped() {
        let mut text = String::with_capacity(100);
        text.push_str("hunter2");
        let memory = text.as_ptr();
        let wiped = wipe(text);
        assert_eq!(wiped.as_ptr(), memory, "I27: the memory of the secret, and no copy");
        assert_eq!(wiped, vec![0; wiped.capacity()], "I27");
    }

    #[test]
    fn a_token_and_what_is_sent_of_it_share_their_memory() {
        let token = AccessToken::new("abc");
        let (sent, shared) = token.behind(Some("Bearer"));
        assert_eq!((&sent[..], shared.expose()), (&b"Bearer abc"[..], "abc"));
        assert_eq!(sent[7..].as_ptr(), shared.expose().as_ptr());
        let (raw, same) = shared.behind(None);
        assert_eq!((&raw[..], same.expose()), (&b"abc"[..], "abc"));
        assert_eq!(raw.as_ptr(), shared.expose().as_ptr());
        assert_eq!(Arc::strong_count(&shared.memory), 4, "two tokens, and the owners of two texts");
        drop((sent, raw, same));
        assert_eq!(Arc::strong_count(&shared.memory), 1, "I27: nothing else keeps it from being wiped");
    }
}
