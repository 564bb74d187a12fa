//! `Metadata`: what a server says of itself.

use serde::Deserialize;

/// The discovery document (RFC 8414; OpenID Connect Discovery 1.0), as far as it is used.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Metadata {
    pub(super) issuer: String,
    pub(super) token_endpoint: String,
    pub(super) authorization_endpoint: Option<String>,
    pub(super) device_authorization_endpoint: Option<String>,
    pub(super) revocation_endpoint: Option<String>,
    pub(super) pushed_authorization_request_endpoint: Option<String>,
    /// Whether each answer to an authorization request names the issuer (RFC 9207).
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
    pub(super) code_challenge_methods_supported: Option<Vec<String>>,
    /// What separates granted scopes next to spaces. No document says it.
    #[serde(skip)]
    pub(super) scope_separator: Option<char>,
}
