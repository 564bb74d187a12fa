//! The authorization of a call: the login that it goes out as, by the rule of its endpoint and the state of
//! the session.

use std::sync::Arc;

use crate::client::inner::Inner;
use crate::cookies::Jar;
use crate::endpoint::{Auth, Endpoint};
use crate::error::{Closed, Error, InsufficientScope, InvalidRequest, NotSignedIn};
use crate::request::{Prepared, query_key};
use crate::session::{Identity, Phase, Snapshot};

/// The login that a call goes out as. It is fixed when the call is first polled.
pub(crate) enum Authorization {
    /// No login. The jar is that of the signed-out state, where the endpoint may be signed.
    Unsigned(Option<Arc<Jar>>),
    /// The token and the cookies of a login.
    Login(Identity),
    /// The cookies of a login without its token.
    Cookies(Identity, Arc<Jar>),
}

const OF_THE_SESSION: &str =
    "is the session's to set: declare the endpoint with `auth = none` to set it yourself";
const OF_THE_JAR: &str =
    "is the session's to set, because `.csrf(…)` names it: remove the argument, or `.csrf(…)`";

impl Inner {
    /// Returns the login that `request` goes out as, and fails where its endpoint needs one that is not
    /// there.
    pub(crate) async fn authorize(&self, request: &Prepared) -> Result<Authorization, Error> {
        let auth = request.endpoint.auth;
        if auth != Auth::None {
            self.session.shell().load().await?;
        }
        let mut view = self.session.shell().view();
        if auth == Auth::Required && matches!(view.phase, Phase::SignedOut) {
            self.session.shell().first_login().await?;
            view = self.session.shell().view();
        }
        if matches!(view.phase, Phase::Closed) {
            return Err(Closed::default().into());
        }
        if auth == Auth::None {
            return Ok(Authorization::Unsigned(None));
        }
        self.check_no_own_credential(request)?;
        match &view.phase {
            Phase::Unloaded | Phase::SignedOut if auth != Auth::Required => {
                Ok(Authorization::Unsigned(Some(view.jar.clone())))
            }
            Phase::Unloaded | Phase::SignedOut => Err(NotSignedIn::default().into()),
            Phase::Expired(expired) => Err(expired.clone().into()),
            Phase::Closed => Err(Closed::default().into()),
            Phase::Active(snapshot) => {
                check_scopes(snapshot, request.endpoint)?;
                let identity = Identity { epoch: view.epoch, subject: snapshot.tokens.subject.clone() };
                Ok(match auth {
                    Auth::Cookies => Authorization::Cookies(identity, view.jar.clone()),
                    _ => Authorization::Login(identity),
                })
            }
        }
    }

    /// Fails where a call sets what the session sets, because one of the two values would be ignored.
    pub(crate) fn check_no_own_credential(&self, request: &Prepared) -> Result<(), InvalidRequest> {
        let attachment = &self.session.shell().attachment;
        let is_signed = request.endpoint.auth.is_signed();
        let of_the_session = |name: &str| Err(InvalidRequest::new(name.to_owned(), OF_THE_SESSION));
        match (attachment.header(), attachment.query()) {
            (Some(header), _) if is_signed && request.headers.contains_key(header) => {
                of_the_session(header.as_str())
            }
            // An address from an answer may have it, and the session replaces it.
            (_, Some(name))
                if is_signed && !request.endpoint.is_address() && query_key::has(&request.url, name) =>
            {
                of_the_session(name)
            }
            _ => self.check_no_own_csrf(request),
        }
    }

    /// Fails where a call sets the header that holds a cookie of the session.
    pub(crate) fn check_no_own_csrf(&self, request: &Prepared) -> Result<(), InvalidRequest> {
        match self.session.shell().attachment.csrf_header() {
            Some(header) if request.headers.contains_key(header) => {
                Err(InvalidRequest::new(header.to_string(), OF_THE_JAR))
            }
            _ => Ok(()),
        }
    }
}

/// Fails where the login of `snapshot` is known to lack a scope that `endpoint` declares.
pub(super) fn check_scopes(snapshot: &Snapshot, endpoint: &Endpoint) -> Result<(), InsufficientScope> {
    match &snapshot.tokens.scopes {
        Some(granted) if !endpoint.scopes.iter().all(|scope| granted.iter().any(|it| it == scope)) => {
            Err(InsufficientScope::new(endpoint.scopes.iter().copied(), Some(granted.clone())))
        }
        _ => Ok(()),
    }
}
