//! `ProofKey`: the key that the tokens of a login are bound to (DPoP, RFC 9449). Only a request with a proof
//! by the key is accepted, so a stolen token is of no use.
//!
//! - **I43** A proof goes where its token goes, and is by the key of the same login.

use std::fmt;

use zeroize::Zeroizing;

/// The error of an answer that wants a proof with its nonce (RFC 9449, 8 and 9).
pub(crate) const USE_NONCE: &str = "use_dpop_nonce";

/// The private key of a login. Without the feature `oauth2` it is kept as it was stored, and signs nothing.
pub(crate) struct ProofKey {
    text: Zeroizing<String>,
    #[cfg(feature = "oauth2")]
    prover: prover::Prover,
}

impl ProofKey {
    /// Returns the key as it is stored.
    pub(crate) fn written(&self) -> &Zeroizing<String> {
        &self.text
    }

    /// Reads a stored key.
    #[cfg(not(feature = "oauth2"))]
    pub(crate) fn read(text: Zeroizing<String>) -> Option<Self> {
        Some(Self { text })
    }
}

impl fmt::Debug for ProofKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProofKey(..)")
    }
}

#[cfg(feature = "oauth2")]
mod prover {
    use std::collections::HashMap;
    use std::sync::{Mutex, MutexGuard, PoisonError};
    use std::time::SystemTime;

    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use http::header::WWW_AUTHENTICATE;
    use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
    use serde::Serialize;
    use sha2::{Digest, Sha256};
    use url::Url;
    use zeroize::Zeroizing;

    use crate::error::InvalidRequest;
    use crate::es256::{Jwk, Key, no_random_numbers};
    use crate::proof::{ProofKey, USE_NONCE};
    use crate::random::random;
    use crate::www_authenticate;

    /// The header of a proof.
    const DPOP: HeaderName = HeaderName::from_static("dpop");
    /// The header of a server's nonce.
    const NONCE: HeaderName = HeaderName::from_static("dpop-nonce");
    /// The origins whose nonces are remembered.
    const MOST_NONCES: usize = 64;
    /// The length of a nonce that is remembered.
    const LONGEST_NONCE: usize = 1024;

    pub(super) struct Prover {
        key: Key,
        public: Jwk,
        /// The last nonce of each origin.
        nonces: Mutex<HashMap<String, String>>,
    }

    impl ProofKey {
        /// Draws a key. `Err` says what the system lacks.
        pub(crate) fn random() -> Result<Self, String> {
            Key::random().map(|key| Self::of(key.written(), key))
        }

        /// Reads a stored key.
        pub(crate) fn read(text: Zeroizing<String>) -> Option<Self> {
            Key::read(&text).map(|key| Self::of(text, key))
        }

        fn of(text: Zeroizing<String>, key: Key) -> Self {
            let public = key.public();
            Self { text, prover: Prover { key, public, nonces: Mutex::default() } }
        }

        /// Returns what names the key in an authorization request (`dpop_jkt`, RFC 9449, 10).
        pub(crate) fn thumbprint(&self) -> String {
            self.prover.public.thumbprint()
        }

        /// Puts a new proof on a request to `url`. With `token`, it is a proof for the use of that token.
        pub(crate) fn prove(
            &self,
            method: &Method,
            url: &Url,
            headers: &mut HeaderMap,
            token: Option<&str>,
            wall: SystemTime,
        ) -> Result<(), InvalidRequest> {
            #[derive(Serialize)]
            struct Header<'a> {
                typ: &'static str,
                alg: &'static str,
                jwk: &'a Jwk,
            }
            #[derive(Serialize)]
            struct Claims<'a> {
                jti: String,
                htm: &'a str,
                htu: &'a str,
                iat: u64,
                #[serde(skip_serializing_if = "Option::is_none")]
                ath: Option<String>,
                #[serde(skip_serializing_if = "Option::is_none")]
                nonce: Option<String>,
            }
            let invalid = |why: String| InvalidRequest::new("dpop", why);
            let mut address = url.clone();
            address.set_query(None);
            address.set_fragment(None);
            let claims = Claims {
                jti: random().map_err(|error| invalid(no_random_numbers(error)))?,
                htm: method.as_str(),
                htu: address.as_str(),
                iat: wall.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs(),
                ath: token.map(|token| URL_SAFE_NO_PAD.encode(Sha256::digest(token))),
                nonce: self.nonces().get(&origin(url)).cloned(),
            };
            let header = Header { typ: "dpop+jwt", alg: "ES256", jwk: &self.prover.public };
            let proof = self.prover.key.jwt(&header, &claims).map_err(invalid)?;
            let mut value = HeaderValue::try_from(proof).map_err(|error| invalid(error.to_string()))?;
            value.set_sensitive(true);
            headers.insert(DPOP, value);
            Ok(())
        }

        /// Remembers the nonce of an answer from `url`.
        pub(crate) fn remember(&self, answer: &HeaderMap, url: &Url) {
            let Some(nonce) = nonce(answer) else { return };
            let mut nonces = self.nonces();
            if nonces.len() >= MOST_NONCES {
                nonces.clear();
            }
            nonces.insert(origin(url), nonce.to_owned());
        }

        fn nonces(&self) -> MutexGuard<'_, HashMap<String, String>> {
            self.prover.nonces.lock().unwrap_or_else(PoisonError::into_inner)
        }
    }

    /// Whether an answer of an API refuses a proof because its nonce is missing or old. The request was not
    /// executed, and the token is not rejected.
    pub(crate) fn wants_nonce(status: StatusCode, answer: &HeaderMap) -> bool {
        status == StatusCode::UNAUTHORIZED
            && nonce(answer).is_some()
            && www_authenticate::parse(answer.get_all(WWW_AUTHENTICATE).iter().map(HeaderValue::as_bytes))
                .iter()
                .any(|challenge| challenge.is("DPoP") && challenge.error() == Some(USE_NONCE))
    }

    fn nonce(answer: &HeaderMap) -> Option<&str> {
        let nonce = answer.get(NONCE)?.to_str().ok()?;
        (!nonce.is_empty() && nonce.len() <= LONGEST_NONCE).then_some(nonce)
    }

    fn origin(url: &Url) -> String {
        url.origin().ascii_serialization()
    }
}

#[cfg(feature = "oauth2")]
pub(crate) use prover::wants_nonce;
