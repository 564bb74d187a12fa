//! `ClientStatement`: the claims of the statement by which a program names itself.

use serde::Serialize;

/// What a program states of itself to a server, as the claims of a JWT (RFC 7523, 3).
///
/// A function of [`PrivateKey::from_signer`](crate::oauth2::PrivateKey::from_signer) signs it.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct ClientStatement {
    /// The identifier of the program.
    pub iss: String,
    /// The same once more.
    pub sub: String,
    /// The issuer of the server, and nothing else. With the address of the token endpoint, a second server
    /// that names that address as its own could pass the statement on.
    pub aud: String,
    /// What a server remembers, so that a statement is used once: 43 random characters.
    pub jti: String,
    /// When it was made, in seconds since 1970.
    pub iat: u64,
    /// When it expires, in seconds since 1970: 60 s later.
    pub exp: u64,
}
