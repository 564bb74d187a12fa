//! `PrivateKey`: what a program signs with (ES256).

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use super::error::OAuthError;
use crate::es256::Key;

/// A private key of the curve P-256, which signs by ES256 (RFC 7518, 3.4). A clone shares the key, and
/// `Debug` does not show it.
///
/// `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem` creates one, and
/// `openssl pkey -in key.pem -pubout` writes the public key, which is registered at the server.
#[derive(Clone)]
pub struct PrivateKey {
    key: Arc<Key>,
    id: Option<Arc<str>>,
}

impl PrivateKey {
    /// Reads a key from PEM with the label `PRIVATE KEY` (PKCS#8, RFC 5958).
    ///
    /// # Errors
    ///
    /// [`OAuthError::Key`] says why it cannot be used, and quotes none of it.
    ///
    /// ```
    /// use sdk_runtime::oauth2::PrivateKey;
    ///
    /// let error = PrivateKey::from_pem("-----BEGIN EC PRIVATE KEY-----").unwrap_err();
    /// assert!(error.to_string().starts_with("the private key has the form of SEC 1"));
    /// ```
    pub fn from_pem(pem: &str) -> Result<Self, OAuthError> {
        match Key::from_pem(pem.trim()) {
            Some(key) => Ok(Self { key: Arc::new(key), id: None }),
            None => Err(OAuthError::Key(unusable(pem).to_owned())),
        }
    }

    /// Names the key as the server knows it (`kid`, RFC 7515, 4.1.4). Servers that know several keys of the
    /// program find the right one by it. Default: no name.
    #[must_use]
    pub fn key_id(self, id: impl Into<Arc<str>>) -> Self {
        Self { id: Some(id.into()), ..self }
    }

    /// Returns `claims` as a signed JWT (RFC 7519).
    pub(super) fn jwt(&self, claims: &impl Serialize) -> Result<String, OAuthError> {
        #[derive(Serialize)]
        struct Header<'a> {
            alg: &'static str,
            typ: &'static str,
            #[serde(skip_serializing_if = "Option::is_none")]
            kid: Option<&'a str>,
        }
        let header = Header { alg: "ES256", typ: "JWT", kid: self.id.as_deref() };
        self.key.jwt(&header, claims).map_err(OAuthError::Key)
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(..)")
    }
}

/// Says why no key could be read from `pem`.
fn unusable(pem: &str) -> &'static str {
    let is = |label: &str| pem.contains(&format!("-----BEGIN {label}-----"));
    if is("EC PRIVATE KEY") {
        "has the form of SEC 1: `openssl pkcs8 -topk8 -nocrypt` writes it as PKCS#8"
    } else if is("ENCRYPTED PRIVATE KEY") {
        "is encrypted: `openssl pkcs8` decrypts it"
    } else if is("RSA PRIVATE KEY") {
        "is one of RSA, and ES256 needs one of the curve P-256"
    } else if is("PUBLIC KEY") || is("CERTIFICATE") {
        "is a public one: the server has that, and the program signs with its `PRIVATE KEY`"
    } else if !is("PRIVATE KEY") {
        "is not in PEM, which begins with `-----BEGIN PRIVATE KEY-----`"
    } else if pem.contains("\\n") {
        "has the two characters `\\n` where its lines end: put line breaks there"
    } else {
        "is damaged, or not one of the curve P-256 (prime256v1), which ES256 needs"
    }
}
