//! The statement by which a program with a key names itself (RFC 7523, 2.2; OpenID Connect Core 1.0, 9).

use std::time::{Duration, SystemTime};

use super::client_statement::ClientStatement;
use super::error::OAuthError;
use super::private_key::PrivateKey;
use crate::es256::no_random_numbers;
use crate::random::random;
use crate::runtime;

/// The value of `client_assertion_type`.
pub(super) const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How long a statement can be used: it is sent at once.
const LIFETIME: Duration = Duration::from_secs(60);

/// Returns a new statement of the program `id` for the server `issuer`.
pub(super) fn of(key: &PrivateKey, id: &str, issuer: &str) -> Result<String, OAuthError> {
    let lacks = |error| OAuthError::Key(no_random_numbers(error));
    let now = runtime::wall().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let (iat, exp) = (now.as_secs(), (now + LIFETIME).as_secs());
    key.jwt(ClientStatement {
        iss: id.to_owned(),
        sub: id.to_owned(),
        aud: issuer.to_owned(),
        jti: random().map_err(lacks)?,
        iat,
        exp,
    })
}
