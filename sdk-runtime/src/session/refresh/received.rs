//! Tokens that a refresh has received: whether requests can be signed with them.

use std::time::Duration;

use crate::cookies::{Jar, SetCookies};
use crate::error::UnavailableCause;
use crate::response::Head;
use crate::session::host::Host;
use crate::session::state::RefreshOutcome;
use crate::session::token::Tokens;

/// A token with a shorter lifetime would be refreshed again at once, without end.
const SHORTEST: Duration = Duration::from_secs(1);

/// Classifies `tokens`, which arrived with a response if there are a head and its cookies.
pub(super) fn received(
    host: &Host,
    tokens: Tokens,
    head: Option<&Head>,
    jar: &Jar,
    cookies: Option<&SetCookies>,
) -> RefreshOutcome {
    let refresh = tokens.refresh.clone();
    let unusable = |cause| RefreshOutcome::Unusable { refresh, id: None, cause, not_stored: None };
    if let Err(error) = host.attachment.can_sign(jar, cookies, &host.clock) {
        return unusable(UnavailableCause::Unusable(error));
    }
    match host.attachment.credential(tokens, head, || host.clock.wall()) {
        Ok(credential) if credential.lifetime.is_some_and(|lifetime| lifetime < SHORTEST) => {
            unusable(UnavailableCause::DeadOnArrival)
        }
        Ok(credential) => RefreshOutcome::Success(credential.into()),
        Err(error) => unusable(UnavailableCause::Unusable(error)),
    }
}
