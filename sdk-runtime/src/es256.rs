//! Signatures of the curve P-256 (ES256; RFC 7518, 3.4), and the JWTs that they are on.

use std::fmt::Display;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::DecodePrivateKey;
use serde::Serialize;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// A private key. It is wiped on drop.
pub(crate) struct Key(SigningKey);

/// A public key as JSON (RFC 7517).
#[derive(Serialize)]
pub(crate) struct Jwk {
    kty: &'static str,
    crv: &'static str,
    x: String,
    y: String,
}

impl Jwk {
    /// Returns the hash that names the key (RFC 7638).
    pub(crate) fn thumbprint(&self) -> String {
        let Self { kty, crv, x, y } = self;
        let members = format!(r#"{{"crv":"{crv}","kty":"{kty}","x":"{x}","y":"{y}"}}"#);
        URL_SAFE_NO_PAD.encode(Sha256::digest(members))
    }
}

impl Key {
    /// Reads a key from PKCS#8 in PEM.
    pub(crate) fn from_pem(pem: &str) -> Option<Self> {
        SigningKey::from_pkcs8_pem(pem).ok().map(Self)
    }

    /// Reads what [`written`](Self::written) returns.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text).ok()?);
        SigningKey::from_slice(&bytes).ok().map(Self)
    }

    /// Returns the private key as text, which a store keeps.
    pub(crate) fn written(&self) -> Zeroizing<String> {
        let bytes = Zeroizing::new(<[u8; 32]>::from(self.0.to_bytes()));
        Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes.as_slice()))
    }

    /// Draws a key. `Err` says what the system lacks.
    pub(crate) fn random() -> Result<Self, String> {
        let mut bytes = Zeroizing::new([0_u8; 32]);
        // One number in 2^32 is no key.
        for _ in 0..8 {
            getrandom::fill(bytes.as_mut_slice()).map_err(no_random_numbers)?;
            if let Ok(key) = SigningKey::from_slice(bytes.as_slice()) {
                return Ok(Self(key));
            }
        }
        Err(no_random_numbers("each one is the same"))
    }

    /// Returns the public key.
    pub(crate) fn public(&self) -> Jwk {
        let point = self.0.verifying_key().to_sec1_point(false);
        let number = |number: Option<&[u8]>| URL_SAFE_NO_PAD.encode(number.unwrap_or_default());
        let (x, y) = (point.x().map(|x| x.as_slice()), point.y().map(|y| y.as_slice()));
        Jwk { kty: "EC", crv: "P-256", x: number(x), y: number(y) }
    }

    /// Returns `claims` as a JWT with this `header`. `Err` says why it cannot be signed.
    pub(crate) fn jwt(&self, header: &impl Serialize, claims: &impl Serialize) -> Result<String, String> {
        let mut text = format!("{}.{}", encoded(header)?, encoded(claims)?);
        let signature: Signature = self.0.try_sign(text.as_bytes()).map_err(cannot_sign)?;
        text.push('.');
        URL_SAFE_NO_PAD.encode_string(signature.to_bytes(), &mut text);
        Ok(text)
    }
}

/// Says that the system has no random numbers.
pub(crate) fn no_random_numbers(error: impl Display) -> String {
    format!("cannot be used without random numbers: {error}")
}

fn encoded(part: &impl Serialize) -> Result<String, String> {
    Ok(URL_SAFE_NO_PAD.encode(serde_json::to_vec(part).map_err(cannot_sign)?))
}

fn cannot_sign(error: impl Display) -> String {
    format!("cannot sign: {error}")
}
