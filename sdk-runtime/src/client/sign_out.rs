//! Sign-out: the call of a `#[session(end)]` endpoint. The login ends here before the server is told, so that
//! no failure on the way keeps it alive.
//!
//! - **I10** Tokens that a refresh obtains after the sign-out are revoked by the same endpoint.

use std::sync::Arc;
use std::time::Duration;

use super::deadline::Progress;
use super::execute::attempt::CallResponse;
use super::idempotency::prepare;
use super::inner::{Client, FillFromLogin, Inner};
use crate::endpoint::Auth;
use crate::error::{Error, InvalidRequest, NotSignedIn};
use crate::exchange::{Credentials, SendOptions};
use crate::request::{Prepared, Request};
use crate::runtime;
use crate::session::{Discarded, Grant, Revoke, Shell, StoreTime};

/// The time limit for revoking tokens that arrived after the sign-out. No caller waits for it.
const REVOKE_TIMEOUT: Duration = Duration::from_secs(20);

/// A sign-out. Its request is prepared when the login that ends is known.
pub(super) struct SignOut {
    pub(super) client: Client,
    pub(super) request: Request,
    pub(super) fill: FillFromLogin,
    pub(super) accept: Option<&'static str>,
}

/// Signs out when it is dropped: a caller that gives up while the store is read is signed out all the same.
struct SignOutOnDrop(Option<Arc<Shell>>);

impl Drop for SignOutOnDrop {
    fn drop(&mut self) {
        if let Some(shell) = self.0.take() {
            // The only error is that of a closed session, which has no login to end.
            let _ = shell.sign_out(None);
        }
    }
}

/// Ends the login here, and then tells the server.
pub(super) async fn send(sign_out: SignOut, progress: &Progress) -> Result<CallResponse, Error> {
    let client = sign_out.client.clone();
    let shell = client.session().shell();
    let mut on_drop = SignOutOnDrop(Some(shell.clone()));
    let mut time = StoreTime::default();
    let loaded = shell.load_within(&mut time).await;
    on_drop.0 = None;
    let login = shell.sign_out(Some(sign_out.revoke_late_tokens()))?;
    if let Err(error) = loaded {
        // The login to revoke at the server is not known. Its end here is written when the store works again.
        shell.flushed_within(time).await;
        return Err(error);
    }
    let (snapshot, grant) = login.ok_or(NotSignedIn::default())?;
    let endpoint = sign_out.request.endpoint();
    let request = sign_out.prepare(&grant)?.ok_or_else(|| {
        InvalidRequest::new(
            endpoint.name(),
            "takes an argument from the session, which has nothing to build it from: only the login here has \
             ended",
        )
    })?;
    // A store that fails is reported by an event. It must not delay the request.
    let told = tell_server(&client.0, &request, client.0.credentials(&snapshot), progress);
    let (response, ()) = tokio::join!(told, shell.flushed_within(time));
    response
}

/// Sends the request of a sign-out with the credentials of the login that has ended.
async fn tell_server(
    client: &Inner,
    request: &Prepared,
    login: Credentials<'_>,
    progress: &Progress,
) -> Result<CallResponse, Error> {
    client.check_no_own_credential(request)?;
    let login = match request.endpoint.auth {
        Auth::None => Credentials::default(),
        Auth::Cookies => Credentials { token: None, ..login },
        Auth::Required | Auth::Optional => login,
    };
    let sending = SendOptions::secret(login, &progress.stage);
    let exchange = client.route.exchange(request, &sending).await?;
    Ok(client.read_response(request, exchange, true, &progress.waits).await?.response)
}

impl SignOut {
    /// Returns the request for the login that `grant` describes, or `None` where the login lacks an argument
    /// of it.
    fn prepare(mut self, grant: &Grant) -> Result<Option<Box<Prepared>>, Error> {
        let grant = grant.with(&self.client.0.provided);
        match self.request.supplied(|request| (self.fill)(&grant, request)) {
            Some(()) => Ok(Some(prepare(self.request, self.accept)?)),
            None => Ok(None),
        }
    }

    /// Returns the same sign-out once more, for tokens that a refresh in flight may still obtain.
    fn revoke_late_tokens(&self) -> Revoke {
        let Self { client, request, fill, accept } = self;
        let again = Self { client: client.clone(), request: request.clone(), fill: *fill, accept: *accept };
        Box::new(move |discarded| Box::pin(again.revoke(discarded)))
    }

    async fn revoke(self, discarded: Discarded) {
        let client = self.client.clone();
        let Discarded { grant, header, jar } = discarded;
        let Ok(Some(request)) = self.prepare(&grant) else { return };
        let shell = client.session().shell();
        let credentials = shell.attachment.signing(header.as_ref(), &jar, None, grant.proof_key.as_ref());
        let progress = Progress::default();
        let told = tell_server(&client.0, &request, credentials, &progress);
        // The sign-out has returned. Tokens that cannot be revoked expire by themselves.
        let _ = runtime::within(REVOKE_TIMEOUT, told).await;
    }
}
