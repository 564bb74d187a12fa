//! The device authorization grant (RFC 8628).

use std::sync::Arc;
use std::time::Duration;

use super::endpoints::{Answer, Issued};
use super::error::{OAuthError, deceives};
use super::interaction::{Interaction, UserCode};
use super::program::Program;
use super::request::Form;
use super::server::private;
use crate::proof::ProofKey;
use crate::runtime;

/// The pause between two questions, if the server names none (RFC 8628, 3.2).
const INTERVAL: Duration = Duration::from_secs(5);
/// What `slow_down` adds to the pause (RFC 8628, 3.5).
const SLOWER: Duration = Duration::from_secs(5);
/// The longest pause between two questions.
const LONGEST: Duration = Duration::from_secs(60);

/// Shows the code to the user, and asks until the user has signed in.
pub(super) async fn authorize(
    program: &Program,
    interaction: &impl Interaction,
    key: Option<&Arc<ProofKey>>,
) -> Result<Issued, OAuthError> {
    let metadata = &program.server.metadata;
    let endpoint = metadata.device_authorization_endpoint.as_deref().ok_or_else(|| {
        OAuthError::Unsupported("has no endpoint for a sign-in by another device".to_owned())
    })?;
    let registered = &program.registered;
    let mut form: Form = registered.named()?;
    if form.is_empty() {
        form.push(("client_id", registered.credentials.id().to_owned()));
    }
    form.extend(registered.scope());
    form.extend(registered.targets.iter().cloned());
    let requests = program.server.requests()?;
    let endpoint = private(endpoint)?;
    let answer = requests.device_code(&endpoint, &registered.header(), &form).await;
    let issued = answer
        .and_then(Answer::given)
        .map_err(|error| OAuthError::of("a code for another device", &endpoint, error))?;
    // A program shows the code as it is, and may open the addresses.
    if issued.user_code.contains(deceives) {
        let what = "names a code that cannot be shown, because it has control characters".to_owned();
        return Err(OAuthError::Unsupported(what));
    }
    let code = UserCode {
        code: issued.user_code,
        url: private(&issued.verification_uri)?,
        complete: issued.verification_uri_complete.as_deref().map(private).transpose()?,
        expires_in: Duration::from_secs(issued.expires_in),
    };
    let end = runtime::deadline(code.expires_in);
    let failed = |error| OAuthError::Interaction(format!("cannot show its code: {error}"));
    interaction.show_code(&code).await.map_err(failed)?;
    let mut pause = issued.interval.map_or(INTERVAL, Duration::from_secs).min(LONGEST);
    loop {
        if runtime::now() + pause >= end {
            return Err(OAuthError::Interaction("was not completed before its code expired".to_owned()));
        }
        runtime::sleep_until(runtime::deadline(pause)).await;
        let form = || {
            let fields = [("device_code", issued.device_code.expose().to_owned())];
            registered.form("urn:ietf:params:oauth:grant-type:device_code", fields)
        };
        match program.tokens(form, key).await {
            Err(OAuthError::Refused(refusal)) if refusal.error == "authorization_pending" => {}
            Err(OAuthError::Refused(refusal)) if refusal.error == "slow_down" => {
                pause = (pause + SLOWER).min(LONGEST);
            }
            // A question that got no answer is asked again, less often (RFC 8628, 3.5).
            Err(OAuthError::Request(request)) if request.error().is_transient() => {
                pause = (pause * 2).min(LONGEST);
            }
            outcome => return outcome,
        }
    }
}
