//! What several pages share: endpoints that answer in order, the forms that were sent, and keys that sign.

use std::collections::HashMap;
use std::sync::Mutex;

use sdk_testkit::{Backend, Reply};

/// Answers one after the other, and the last one again.
pub fn answers(backend: &Backend, path: &str, replies: Vec<Reply>) {
    let replies = Mutex::new(replies);
    backend.route("POST", path, move |_| {
        let mut replies = replies.lock().unwrap();
        let reply = if replies.len() > 1 { replies.remove(0) } else { replies[0].clone() };
        std::future::ready(reply)
    });
}

pub fn forms(backend: &Backend, path: &str) -> Vec<HashMap<String, String>> {
    let requests = backend.requests();
    let asked = requests.iter().filter(|request| request.path() == path);
    asked.map(|request| request.form_pairs().into_iter().collect()).collect()
}

#[cfg(feature = "oauth2")]
pub use signed::key;

#[cfg(feature = "oauth2")]
mod signed {
    use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, decode};
    use rcgen::{KeyPair, PKCS_RSA_SHA256};
    use serde_json::Value;
    use std::error::Error as StdError;

    type Outcome<T> = Result<T, Box<dyn StdError>>;
    type Read = Outcome<(Header, Value)>;

    /// Returns a key as PEM, and what a JWT that it has signed says: its header and its claims.
    pub fn key(algorithm: Algorithm) -> Outcome<(String, impl Fn(&str) -> Read)> {
        let pair = KeyPair::generate_for(&PKCS_RSA_SHA256)?;
        let public = DecodingKey::from_rsa_pem(pair.public_key_pem().as_bytes())?;
        let said = move |jwt: &str| {
            let mut rules = Validation::new(algorithm);
            rules.validate_aud = false;
            let read = decode::<Value>(jwt, &public, &rules)?;
            Ok((read.header, read.claims))
        };
        Ok((pair.serialize_pem(), said))
    }
}
