//! `docs/cookbook/sign_out.md`.

use sdk_runtime::{Result, TokenRequest, api_client};
use serde::Serialize;

#[derive(Serialize, TokenRequest)]
pub struct Refresh {
    refresh_token: String,
}

#[api_client]
pub trait Tracker {
    /// Signed with the access token; the body names the refresh token to forget.
    #[post("/auth/logout")]
    #[session(end)]
    async fn logout(
        &self,
        #[from_session]
        #[json]
        request: Refresh,
    ) -> Result<()>;

    /// Signed with the access token, and has no body: all devices of the user.
    #[delete("/auth/sessions")]
    #[session(end)]
    async fn logout_everywhere(&self) -> Result<()>;
}

use std::error::Error as StdError;

use sdk_runtime::{Error, ServiceTransport, Tokens};
use sdk_testkit::{Reply, StubRouter};

use sdk_runtime::oauth;

#[derive(Serialize, TokenRequest)]
pub struct Revocation {
    #[token(refresh)]
    token: String,
    #[token(value = "refresh_token")]
    token_type_hint: &'static str,
    client_id: String, // of the `oauth::ClientCredentials` that `.provide(…)` gives to the client
}

#[api_client]
pub trait Oauth {
    #[post("/oauth/revoke", auth = none)]
    #[session(end)]
    async fn revoke(
        &self,
        #[from_session]
        #[form]
        request: Revocation,
    ) -> Result<()>;
}

#[tokio::test]
async fn a_login_ends_here_and_there() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(TrackerClient::ENDPOINTS);
    stub.endpoint("logout").reply(Reply::empty().status(204));
    stub.endpoint("logout_everywhere").reply(Reply::empty().status(500));
    let builder = TrackerClient::builder("http://localhost");
    let tracker = builder.transport(ServiceTransport::new(stub.clone())).build()?;
    tracker.session().sign_in(Tokens::new("a1").refresh_token("r1"))?;
    tracker.logout().await?;
    assert!(matches!(tracker.logout().await, Err(Error::NotSignedIn(_))));
    let request = stub.endpoint("logout").calls().remove(0);
    assert_eq!((request.bearer(), &*request.text()), (Some("a1"), r#"{"refresh_token":"r1"}"#));

    tracker.session().sign_in(Tokens::new("a2"))?;
    assert!(matches!(tracker.logout_everywhere().await, Err(Error::Status(_))));
    assert!(!tracker.session().state().is_signed_in());
    Ok(())
}

#[api_client]
trait Confidential {
    #[post("/oauth/revoke", auth = none)]
    #[session(end)]
    async fn revoke(
        &self,
        #[from_session]
        #[header("authorization")]
        client: oauth::BasicAuth,
        #[from_session]
        #[form]
        request: Revocation,
    ) -> Result<()>;
}

#[tokio::test]
async fn a_client_with_a_secret_revokes() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(ConfidentialClient::ENDPOINTS);
    stub.endpoint("revoke").reply(Reply::empty());
    let builder = ConfidentialClient::builder("http://localhost");
    let builder = builder.provide(oauth::ClientCredentials::new("tracker-cli", "s3cret"));
    let client = builder.transport(ServiceTransport::new(stub.clone())).build()?;
    client.session().sign_in(Tokens::new("a1").refresh_token("r1"))?;
    client.revoke().await?;
    let request = stub.endpoint("revoke").calls().remove(0);
    assert!(request.header("authorization").is_some_and(|value| value.starts_with("Basic ")));
    Ok(())
}

#[tokio::test]
async fn a_token_is_revoked_without_a_signature() -> Result<(), Box<dyn StdError>> {
    let stub = StubRouter::new(OauthClient::ENDPOINTS);
    stub.endpoint("revoke").reply(Reply::empty());
    let program = oauth::ClientCredentials::public("tracker-cli");
    let builder = OauthClient::builder("http://localhost").provide(program);
    let client = builder.transport(ServiceTransport::new(stub.clone())).build()?;
    client.session().sign_in(Tokens::new("a1").refresh_token("r1"))?;
    client.revoke().await?;
    let request = stub.endpoint("revoke").calls().remove(0);
    assert_eq!(request.header("authorization"), None);
    assert_eq!(request.text(), "token=r1&token_type_hint=refresh_token&client_id=tracker-cli");

    client.session().sign_in(Tokens::new("a2"))?;
    let ended = client.revoke().await;
    assert!(!client.session().state().is_signed_in(), "{ended:?}");
    stub.endpoint("revoke").assert_called(1);
    Ok(())
}
