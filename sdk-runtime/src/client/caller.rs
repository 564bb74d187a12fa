//! As whom a call goes out, by the rule of its endpoint and the state of the session.

use std::sync::Arc;

use super::Inner;
use crate::cookies::Jar;
use crate::endpoint::{Auth, Endpoint};
use crate::error::{Error, InsufficientScope, InvalidRequest};
use crate::request::Prepared;
use crate::session::{Identity, Phase, Snapshot};

/// As whom a call goes out, fixed when it is first polled.
pub(super) enum Caller {
    /// As nobody, with the cookies of the signed-out state where the endpoint may be signed.
    Nobody(Option<Arc<Jar>>),
    Login(Identity),
    /// As nobody, with the cookies of a login.
    Cookies(Identity, Arc<Jar>),
}

impl Inner {
    /// As whom `request` goes out from now on.
    pub(super) async fn caller(&self, request: &Prepared) -> Result<Caller, Error> {
        let auth = request.endpoint.auth;
        if auth != Auth::None {
            self.session.shell().load().await?;
        }
        let view = self.session.shell().view();
        if matches!(view.phase, Phase::Closed) {
            return Err(Error::Closed);
        }
        if auth == Auth::None {
            return Ok(Caller::Nobody(None));
        }
        self.leaves_credentials_to_the_session(request)?;
        match &view.phase {
            Phase::Unloaded | Phase::SignedOut if auth != Auth::Required => {
                Ok(Caller::Nobody(Some(view.jar.clone())))
            }
            Phase::Unloaded | Phase::SignedOut => Err(Error::NotSignedIn),
            Phase::Expired(expired) => Err(expired.clone().into()),
            Phase::Closed => Err(Error::Closed),
            Phase::Active(snapshot) => {
                covers(snapshot, request.endpoint)?;
                let identity = Identity { epoch: view.epoch, subject: snapshot.subject.clone() };
                Ok(match auth {
                    Auth::Cookies => Caller::Cookies(identity, view.jar.clone()),
                    _ => Caller::Login(identity),
                })
            }
        }
    }

    /// A header that the session sets must not be set by a call as well: one of them would be ignored.
    pub(super) fn leaves_credentials_to_the_session(&self, request: &Prepared) -> Result<(), Error> {
        match self.session.shell().attachment.header() {
            Some(header) if request.endpoint.auth.is_signed() && request.headers.contains_key(header) => {
                Err(InvalidRequest::new(
                    header.to_string(),
                    "is the session's to set: declare the endpoint with `auth = none` to set it yourself",
                )
                .into())
            }
            _ => Ok(()),
        }
    }
}

/// Whether the login of `snapshot` was granted what `endpoint` needs, as far as is known.
pub(super) fn covers(snapshot: &Snapshot, endpoint: &Endpoint) -> Result<(), InsufficientScope> {
    match &snapshot.scopes {
        Some(granted) if !endpoint.scopes.iter().all(|scope| granted.iter().any(|it| it == scope)) => {
            Err(InsufficientScope::new(endpoint.scopes.iter().copied(), Some(granted.clone())))
        }
        _ => Ok(()),
    }
}
