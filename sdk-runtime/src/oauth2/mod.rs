//! Sign-ins at an authorization server of OAuth 2.0 or OpenID Connect: by a browser, by a code on another
//! device, or by a program itself. Feature `oauth2`.
//!
//! [`AuthorizationServer`] knows the endpoints of the server, by its discovery document or by hand.
//! [`OAuthClient`] is a program that is registered there, and has a [`Session`](crate::Session). The clients
//! of an API share that session, so their calls are signed, refreshed and replayed as always:
//!
//! ```no_run
//! use sdk_runtime::oauth::ClientCredentials;
//! use sdk_runtime::oauth2::{AuthorizationServer, Interaction, OAuthClient, UserCode};
//! use sdk_runtime::{Result, Url, api_client};
//! use std::io;
//!
//! #[api_client]
//! trait Tracker {
//!     #[get("/issues/{id}")]
//!     async fn issue(&self, id: u64) -> Result<String>;
//! }
//!
//! /// Tells the user what to do.
//! struct Terminal;
//!
//! impl Interaction for Terminal {
//!     async fn open(&self, url: &Url) -> io::Result<()> {
//!         println!("Sign in at {url}");
//!         Ok(())
//!     }
//! }
//!
//! # async fn main_of_the_program() -> Result<(), Box<dyn std::error::Error>> {
//! let server = AuthorizationServer::discover("https://id.example").await?;
//! let oauth = OAuthClient::builder(server, ClientCredentials::public("tracker-cli"))
//!     .scopes(["openid", "offline_access"])
//!     .build()?;
//! let tracker = TrackerClient::builder("https://tracker.example").session(oauth.session()).build()?;
//! oauth.sign_in(&Terminal).await?;
//! tracker.issue(7).await?;
//! oauth.sign_out().await?;
//! # Ok(())
//! # }
//! ```
//!
//! | Login | Method | RFC |
//! |---|---|---|
//! | a user with a browser on this machine | [`OAuthClient::sign_in`] | 6749 (4.1), 7636, 8252, 9207, 9126 |
//! | a user with a browser on another device | [`OAuthClient::sign_in_by_device`] | 8628 |
//! | the program itself | [`OAuthClientBuilder::client_credentials`] | 6749 (4.4) |
//! | a signed statement about it | [`OAuthClientBuilder::jwt_bearer`] | 7523 |
//! | a token of another server | [`OAuthClientBuilder::token_exchange`] | 8693 |
//!
//! A user's login is refreshed by its refresh token, with all rules of the session: each refresh token is
//! spent once, and a lost response is not answered by a second theft. The other logins need no sign-in: the
//! first call fetches the token.

mod assertion;
mod client;
mod client_statement;
mod code;
mod device;
mod endpoints;
mod error;
mod interaction;
mod loopback;
mod machine;
mod metadata;
mod private_key;
mod program;
mod redirect;
mod request;
mod server;

pub use client::{OAuthClient, OAuthClientBuilder};
pub use client_statement::ClientStatement;
pub use error::{OAuthError, OAuthRefusal, OAuthRequestError};
pub use interaction::{Interaction, UserCode};
pub use private_key::PrivateKey;
pub use request::ClientAuth;
pub use server::AuthorizationServer;
