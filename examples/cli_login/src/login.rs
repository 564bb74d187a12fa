//! The login of a command line tool. Copy this file into yours, and change the constants.

use std::io;

use sdk_runtime::Url;
use sdk_runtime::oauth::ClientCredentials;
use sdk_runtime::oauth2::{AuthorizationServer, Interaction, OAuthClient, OAuthError, UserCode};
use sdk_runtime::store::TokenStore;

/// The name of the folder, or of the entry in the key ring.
const PROGRAM: &str = "tracker-cli";
/// The identifier that the program has at its server. It is no secret.
const CLIENT_ID: &str = "tracker-cli";
/// `offline_access` asks for a refresh token, at servers that issue none otherwise.
const SCOPES: &str = "profile offline_access";

/// Returns the login of this user, who may have to sign in first.
pub async fn connect(issuer: &str, store: impl TokenStore) -> Result<OAuthClient, OAuthError> {
    let server = AuthorizationServer::discover(issuer).await?;
    OAuthClient::builder(server, ClientCredentials::public(CLIENT_ID)).scopes([SCOPES]).store(store).build()
}

/// A file below the user's folder of settings, such as `~/.config/tracker-cli/login`.
#[cfg(not(feature = "keyring"))]
pub fn store() -> io::Result<impl TokenStore> {
    use etcetera::BaseStrategy;

    let settings = etcetera::choose_base_strategy().map_err(io::Error::other)?.config_dir();
    Ok(sdk_runtime::FileStore::new(settings.join(PROGRAM).join("login")))
}

/// An entry in the key ring of the desktop.
#[cfg(feature = "keyring")]
pub fn store() -> io::Result<impl TokenStore> {
    Ok(sdk_runtime::store::KeyringStore::new(PROGRAM, "login"))
}

/// Tells the user what to do. It writes to the standard error, so that the output of a command stays clean.
pub struct Terminal;

impl Interaction for Terminal {
    async fn open(&self, url: &Url) -> io::Result<()> {
        eprintln!("Sign in with your browser. If none opens, go to\n\n  {url}\n");
        // Without a browser, the address is enough.
        open::that_detached(url.as_str()).or(Ok(()))
    }

    async fn show_code(&self, code: &UserCode) -> io::Result<()> {
        let UserCode { url, code: typed, expires_in, .. } = code;
        let minutes = expires_in.as_secs().div_ceil(60);
        eprintln!("On a device with a browser, go to\n\n  {url}\n\nand type {typed} within {minutes} min.\n");
        Ok(())
    }
}
