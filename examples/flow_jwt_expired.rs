//! "JWT_EXPIRED" in the body: `cargo run --example flow_jwt_expired`, offline.

use std::error::Error;

use sdk_runtime::SessionState::SignedIn;
use sdk_runtime::{ErrorResponse as Refused, TokenRequest, TokenResponse, Tokens, session::AccessToken};
use sdk_testkit::flows::jwt_expired::JwtExpired;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[sdk_runtime::api_client]
trait Shop {
    #[post("/auth/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: Refresh) -> sdk_runtime::Result<Issued>;
    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> sdk_runtime::Result<String>;
}

#[derive(Serialize, TokenRequest)]
#[serde(rename_all = "camelCase")]
struct Refresh {
    refresh_token: String,
}

// Only `success: false` ends the login. An answer of another shape keeps it.
#[derive(Deserialize, TokenResponse)]
#[serde(rename_all = "camelCase")]
#[token(at = "result", ok = "success", message = "errorMessage")]
struct Issued {
    access_token: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (backend, server) = JwtExpired::start().await?;
    let stale = |it: &Refused| it.json::<Value>().is_ok_and(|it| it["errorMessage"] == "JWT_EXPIRED");
    let shop = ShopClient::builder(server.url()).token_bad(stale).build()?;

    // Signed in since the last visit; the access token has expired meanwhile.
    let (access, refresh) = backend.expired_login("ann");
    shop.session().sign_in(Tokens::new(access).refresh_token(refresh))?;
    // The application's side: each new token goes to the store of the UI, and the end of the login shows the
    // form.
    let mut states = shop.session().watch();
    let ui = tokio::spawn(async move {
        while let Some(SignedIn(login)) = states.next().await {
            println!("the store holds {:?}", login.access_token().map(AccessToken::expose));
        }
        println!("the store is empty, and the login form is shown");
    });

    println!("{}, after {} refresh", shop.order(7).await?, backend.refreshes());

    backend.revoke();
    println!("{}", shop.order(8).await.unwrap_err());
    Ok(ui.await?)
}
