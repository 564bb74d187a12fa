//! The ten-step guide: `cargo run --example flow_ten_steps`, offline.

use std::error::Error;

use sdk_runtime::SessionState::SignedIn;
use sdk_runtime::{Result as Answer, TokenResponse, api_client, session::AccessToken};
use sdk_testkit::flows::ten_steps::TenSteps;
use serde_json::{Value, json};

#[derive(serde::Deserialize, TokenResponse)]
#[serde(rename_all = "camelCase")]
struct Access {
    access_token: String,
}

#[api_client]
trait Shop {
    #[post("/auth/login")]
    #[session(start)]
    async fn login(&self, #[json] credentials: &Value) -> Answer<Access>;
    // The refresh token is in an HttpOnly cookie, which the client sends.
    #[post("/auth/refresh")]
    #[session(refresh)]
    async fn refresh(&self) -> Answer<Access>;
    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Answer<Value>;
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let flow = TenSteps::new();
    let server = flow.backend().serve().await?;
    let shop = ShopClient::new(server.url())?;

    shop.login(&json!({ "email": "ann@shop.example", "password": "right" })).await?;

    // The application's side: the token in the store of the UI, and the page that is shown.
    let mut states = shop.session().watch();
    let ui = tokio::spawn(async move {
        while let Some(SignedIn(login)) = states.next().await {
            println!("the store holds {:?}", login.access_token().map(AccessToken::expose));
        }
        println!("the store is cleared, and the login page is shown");
    });

    flow.expire();
    let (one, two, three) = tokio::try_join!(shop.order(1), shop.order(2), shop.order(3))?;
    println!("{one}, {two}, {three}, after {} refresh", flow.refreshes());

    flow.revoke();
    println!("{}", shop.order(4).await.unwrap_err());
    Ok(ui.await?)
}
