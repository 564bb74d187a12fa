//! `PrivateKey`: what a program signs with: ES256, or a function of its own.

use std::fmt::{self, Display};
use std::sync::Arc;

use serde::Serialize;

use super::client_statement::ClientStatement;
use super::error::OAuthError;
use crate::es256::Key;

/// The private key of a program. It is one of the curve P-256, which signs by ES256 (RFC 7518, 3.4), or a
/// function that signs. A clone shares the key, and `Debug` does not show it.
///
/// `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem` creates one, and
/// `openssl pkey -in key.pem -pubout` writes the public key, which is registered at the server.
#[derive(Clone)]
pub struct PrivateKey(Signer);

#[derive(Clone)]
enum Signer {
    Es256 { key: Arc<Key>, id: Option<Arc<str>> },
    Own(Arc<dyn Fn(ClientStatement) -> Result<String, String> + Send + Sync>),
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
            Some(key) => Ok(Self(Signer::Es256 { key: Arc::new(key), id: None })),
            None => Err(OAuthError::Key(unusable(pem).to_owned())),
        }
    }

    /// Uses a function that returns each statement as a signed JWT: for RS256, PS256 and other algorithms,
    /// for further members of the header such as `x5t`, and for servers that want another `aud`.
    ///
    /// The crate `jsonwebtoken` has a function that signs by RS256. It must return at once.
    /// An error of it ends the request, and its text becomes part of [`OAuthError::Key`].
    ///
    /// ```
    /// use sdk_runtime::oauth2::{ClientAuth, ClientStatement, PrivateKey};
    ///
    /// let key = PrivateKey::from_signer(|mut statement: ClientStatement| {
    ///     statement.aud = "https://id.example/token".to_owned();
    ///     my_signer::sign("RS256", &statement)
    /// });
    /// let auth = ClientAuth::PrivateKeyJwt(key);
    /// # assert_eq!(format!("{auth:?}"), "PrivateKeyJwt(PrivateKey(..))");
    /// # mod my_signer {
    /// #     use sdk_runtime::oauth2::ClientStatement;
    /// #     type Signed = Result<String, std::fmt::Error>;
    /// #     pub fn sign(_: &str, _: &ClientStatement) -> Signed { Ok(String::new()) }
    /// # }
    /// ```
    pub fn from_signer<F, E>(sign: F) -> Self
    where
        F: Fn(ClientStatement) -> Result<String, E> + Send + Sync + 'static,
        E: Display,
    {
        Self(Signer::Own(Arc::new(move |statement| sign(statement).map_err(|error| error.to_string()))))
    }

    /// Names the key as the server knows it (`kid`, RFC 7515, 4.1.4). Servers that know several keys of the
    /// program find the right one by it. Default: no name. A function that signs writes its own header.
    #[must_use]
    pub fn key_id(self, id: impl Into<Arc<str>>) -> Self {
        match self.0 {
            Signer::Es256 { key, .. } => Self(Signer::Es256 { key, id: Some(id.into()) }),
            own @ Signer::Own(_) => Self(own),
        }
    }

    /// Returns `statement` as a signed JWT (RFC 7519).
    pub(super) fn jwt(&self, statement: ClientStatement) -> Result<String, OAuthError> {
        #[derive(Serialize)]
        struct Header<'a> {
            alg: &'static str,
            typ: &'static str,
            #[serde(skip_serializing_if = "Option::is_none")]
            kid: Option<&'a str>,
        }
        match &self.0 {
            Signer::Es256 { key, id } => {
                let header = Header { alg: "ES256", typ: "JWT", kid: id.as_deref() };
                key.jwt(&header, &statement).map_err(OAuthError::Key)
            }
            Signer::Own(sign) => {
                sign(statement).map_err(|why| OAuthError::Key(format!("cannot sign: {why}")))
            }
        }
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
        "is one of RSA, and ES256 needs one of the curve P-256: `from_signer` takes a function for RS256"
    } else if is("PUBLIC KEY") || is("CERTIFICATE") {
        "is a public one: the server has that, and the program signs with its `PRIVATE KEY`"
    } else if !is("PRIVATE KEY") {
        "is not in PEM, which begins with `-----BEGIN PRIVATE KEY-----`"
    } else if pem.contains("\\n") {
        "has the two characters `\\n` where its lines end: put line breaks there"
    } else {
        "is damaged, or not one of the curve P-256, which ES256 needs. `from_signer` takes others"
    }
}
