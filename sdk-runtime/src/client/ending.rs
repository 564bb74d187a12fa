//! The end of a login, as a `#[session(end)]` endpoint tells it to the server: after it has happened here, so that nothing
//! that fails on the way keeps anybody signed in.
//!
//! - **I10** What a refresh obtains that the end has overtaken is revoked by the same endpoint.

use std::sync::Arc;
use std::time::Duration;

use super::Client;
use super::call::prepare;
use super::limits::Progress;
use super::pipeline::Reply;
use crate::error::{Error, InvalidRequest};
use crate::exchange::Credentials;
use crate::request::{Prepared, Request};
use crate::runtime;
use crate::session::{Discarded, Grant, Revoke, Shell, StoreTime};

/// How long it may take to tell the server of tokens that nobody has. Nobody waits for it.
const REVOKING: Duration = Duration::from_secs(20);

/// Puts what the session holds on a request, or says that it does not hold enough.
pub(super) type Supply = fn(&Grant, &mut Request) -> Option<()>;

/// A sign-out whose request is put together when it is known what the session holds.
pub(super) struct Ending {
    pub(super) client: Client,
    pub(super) request: Request,
    pub(super) supply: Supply,
    pub(super) accept: Option<&'static str>,
}

/// Whoever gives up while the store is read is signed out all the same.
struct Unloaded(Option<Arc<Shell>>);

impl Drop for Unloaded {
    fn drop(&mut self) {
        if let Some(shell) = self.0.take() {
            // A session that is closed is signed out for good.
            let _ = shell.sign_out(None);
        }
    }
}

impl Ending {
    pub(super) async fn carry_out(self, progress: &Progress) -> Result<Reply, Error> {
        let client = self.client.clone();
        let shell = client.session().shell();
        let mut unloaded = Unloaded(Some(shell.clone()));
        let mut time = StoreTime::default();
        let loaded = shell.load_within(&mut time).await;
        unloaded.0 = None;
        let login = shell.sign_out(Some(self.revoking()))?;
        if let Err(error) = loaded {
            // Whom to tell the server of is not known. That it has ended here is written down sooner or later.
            shell.flushed_within(time).await;
            return Err(error);
        }
        let (snapshot, grant) = login.ok_or(Error::NotSignedIn)?;
        let endpoint = self.request.endpoint();
        let request = self.prepare(&grant)?.ok_or_else(|| {
            InvalidRequest::new(
                endpoint.name(),
                "takes an argument from the session, which has nothing to build it from: only the login here has ended",
            )
        })?;
        // A store that fails is told of by an event, and has time.
        let told = client.0.end(&request, client.0.credentials(&snapshot), progress);
        let (reply, ()) = tokio::join!(told, shell.flushed_within(time));
        reply
    }

    /// The request for what `grant` holds, or `None` where that is too little.
    fn prepare(mut self, grant: &Grant) -> Result<Option<Prepared>, Error> {
        match (self.supply)(grant, &mut self.request) {
            Some(()) => Ok(Some(prepare(self.request, self.accept)?)),
            None => Ok(None),
        }
    }

    /// The same again, for what a refresh under way may still obtain.
    fn revoking(&self) -> Revoke {
        let Self { client, request, supply, accept } = self;
        let again =
            Self { client: client.clone(), request: request.clone(), supply: *supply, accept: *accept };
        Box::new(move |discarded| Box::pin(again.revoke(discarded)))
    }

    async fn revoke(self, discarded: Discarded) {
        let client = self.client.clone();
        let Discarded { grant, header, jar } = discarded;
        let Ok(Some(request)) = self.prepare(&grant) else { return };
        let name = client.session().shell().attachment.header();
        let credentials = Credentials { header: name.zip(header.as_ref()), jar: Some(&jar) };
        // Whoever signed out has been answered. What cannot be told lapses in its own time.
        let _ = runtime::within(REVOKING, client.0.end(&request, credentials, &Progress::default())).await;
    }
}
