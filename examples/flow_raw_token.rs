//! A raw token, and a 401 of the refresh that means "log in": `cargo run --example flow_raw_token`, offline.

use std::collections::HashMap;
use std::error::Error;
use std::time::Duration;

use sdk_runtime::SessionState::SignedIn;
use sdk_runtime::{Attach, TokenRequest, TokenResponse, Tokens};
use sdk_testkit::flows::raw_token::RawToken;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[sdk_runtime::api_client]
trait Diary {
    #[post("/auth/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: Refresh) -> sdk_runtime::Result<Issued>;
    #[get("/pages/{id}")]
    async fn page(&self, id: u64) -> sdk_runtime::Result<Value>;
}

#[derive(Serialize, TokenRequest)]
#[serde(rename_all = "camelCase")]
struct Refresh {
    refresh_token: String,
}

#[derive(Deserialize, TokenResponse)]
#[serde(rename_all = "camelCase")]
#[token(at = "data")]
struct Issued {
    access_token: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (backend, server) = RawToken::start().await?;
    let builder = DiaryClient::builder(format!("{}/api/v1", server.url()));
    let diary = builder.attach(Attach::raw("authorization")).timeout(Duration::from_secs(1)).build()?;
    let (access, refresh) = backend.expired_login("ann");
    diary.session().sign_in(Tokens::new(access).refresh_token(refresh))?;

    // The application's side: the refresh was answered by 401, so the user's data is cleared, and the login
    // page is shown.
    let mut stored = HashMap::from([("user", "ann")]);
    let mut states = diary.session().watch();
    let application = tokio::spawn(async move {
        while let Some(SignedIn(_)) = states.next().await {}
        stored.clear();
        println!("the login page is shown, and what is stored is {stored:?}");
    });

    println!("{}, after {} refresh", diary.page(7).await?["data"], backend.refreshes());
    backend.revoke();
    println!("{}", diary.page(8).await.unwrap_err());
    Ok(application.await?)
}
