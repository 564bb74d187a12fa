//! The statement by which a program with a key names itself (RFC 7523, 2.2; OpenID Connect Core 1.0, 9).

use std::time::{Duration, SystemTime};

use serde::Serialize;

use super::error::OAuthError;
use super::private_key::PrivateKey;
use crate::es256::no_random_numbers;
use crate::random::random;
use crate::runtime;

/// The value of `client_assertion_type`.
pub(super) const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How long a statement can be used: it is sent at once.
const LIFETIME: Duration = Duration::from_secs(60);

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    /// The issuer alone. With the address of the token endpoint, a second server that names that address as
    /// its own could pass the statement on.
    aud: &'a str,
    /// What a server remembers, so that a statement is used once.
    jti: String,
    iat: u64,
    exp: u64,
}

/// Returns a new statement of the program `id` for the server `issuer`.
pub(super) fn of(key: &PrivateKey, id: &str, issuer: &str) -> Result<String, OAuthError> {
    let lacks = |error| OAuthError::Key(no_random_numbers(error));
    let now = runtime::wall().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let (iat, exp) = (now.as_secs(), (now + LIFETIME).as_secs());
    key.jwt(&Claims { iss: id, sub: id, aud: issuer, jti: random().map_err(lacks)?, iat, exp })
}
