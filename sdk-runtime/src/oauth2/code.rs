//! The authorization code (RFC 6749, 4.1) with PKCE (RFC 7636), back at a loopback address (RFC 8252).

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use url::Url;
use zeroize::Zeroizing;

use super::endpoints::Issued;
use super::error::OAuthError;
use super::interaction::Interaction;
use super::loopback::{Expected, Listener};
use super::program::Program;
use super::request::Form;
use super::server::private;
use crate::proof::ProofKey;
use crate::random::random;

/// Lets the user sign in, and `accept` take the tokens. The page at the end shows the outcome of both.
pub(super) async fn authorize(
    program: &Program,
    interaction: &impl Interaction,
    key: Option<&Arc<ProofKey>>,
    accept: impl FnOnce(&Issued) -> Result<(), OAuthError>,
) -> Result<(), OAuthError> {
    let metadata = &program.server.metadata;
    let page = metadata.authorization_endpoint.as_deref().ok_or_else(|| {
        OAuthError::Unsupported("has no authorization endpoint for a sign-in by a browser".to_owned())
    })?;
    if metadata.code_challenge_methods_supported.as_ref().is_some_and(|it| it.iter().all(|it| it != "S256")) {
        return Err(OAuthError::Unsupported("supports no PKCE with S256".to_owned()));
    }
    let listener = Listener::open(&program.redirect).await?;
    let lacks = |error| OAuthError::Interaction(format!("has no random numbers: {error}"));
    let (state, verifier) = (random().map_err(lacks)?, Zeroizing::new(random().map_err(lacks)?));
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    let mut form: Form = vec![
        ("response_type", "code".to_owned()),
        ("client_id", program.registered.credentials.id().to_owned()),
        ("redirect_uri", listener.redirect_uri().to_owned()),
        ("state", state.clone()),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256".to_owned()),
    ];
    // The code is bound to the key of the login too (RFC 9449, 10).
    form.extend(key.map(|key| ("dpop_jkt", key.thumbprint())));
    form.extend(program.registered.scope());
    // Without this, OpenID Connect issues no refresh token (OpenID Connect Core 1.0, 11).
    if program.registered.scope.split(' ').any(|scope| scope == "offline_access") {
        form.push(("prompt", "consent".to_owned()));
    }
    form.extend(program.registered.targets.iter().cloned());
    let mut url = private(page)?;
    match &metadata.pushed_authorization_request_endpoint {
        Some(endpoint) => {
            let secret = program.registered.named()?.into_iter().filter(|(name, _)| *name != "client_id");
            let form: Form = form.into_iter().chain(secret).collect();
            let endpoint = private(endpoint)?;
            let pushed = program.server.requests()?.push(&endpoint, &program.registered.header(), &form);
            let pushed =
                pushed.await.map_err(|error| OAuthError::of("a pushed sign-in", &endpoint, error))?;
            let mut query = url.query_pairs_mut();
            query.append_pair("client_id", program.registered.credentials.id());
            query.append_pair("request_uri", &pushed.request_uri);
        }
        None => {
            let mut query = url.query_pairs_mut();
            for (name, value) in &form {
                query.append_pair(name, value);
            }
        }
    }
    opened(interaction, &url).await?;
    let issuer = metadata.authorization_response_iss_parameter_supported;
    let path = program.redirect.path().to_owned();
    let expected = Expected { path, state, issuer: metadata.issuer.clone(), must_name_issuer: issuer };
    let redirect_uri = listener.redirect_uri().to_owned();
    let trade = async |code: String| {
        let form = || {
            let verifier = ("code_verifier", verifier.to_string());
            let fields = [("code", code.clone()), ("redirect_uri", redirect_uri.clone()), verifier];
            program.registered.form("authorization_code", fields)
        };
        accept(&program.tokens(form, key).await?)
    };
    listener.outcome(expected, trade).await
}

async fn opened(interaction: &impl Interaction, url: &Url) -> Result<(), OAuthError> {
    let failed = |error| OAuthError::Interaction(format!("cannot show its page: {error}"));
    interaction.open(url).await.map_err(failed)
}
