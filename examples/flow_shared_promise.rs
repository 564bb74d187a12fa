//! The shared promise: `cargo run --example flow_shared_promise`, offline.

use std::error::Error;

use sdk_runtime::SessionState::SignedIn;
use sdk_runtime::{Attach, Result as Answer, TokenResponse, api_client};
use sdk_testkit::flows::shared_promise::SharedPromise;
use serde_json::{Value, json};

#[derive(serde::Deserialize, TokenResponse)]
#[token(cookies, at = "user")]
struct Account {
    #[token(subject)]
    email: String,
}

#[api_client]
trait Projects {
    #[post("/auth/login")]
    #[session(start)]
    async fn login(&self, #[json] credentials: &Value) -> Answer<Account>;
    #[post("/auth/refresh-token")]
    #[session(refresh)]
    async fn refresh(&self) -> Answer<Account>;
    #[get("/projects/{id}")]
    async fn project(&self, id: u64) -> Answer<Value>;
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let flow = SharedPromise::new();
    let server = flow.backend().serve().await?;
    let projects = ProjectsClient::builder(server.url()).attach(Attach::cookies()).build()?;

    projects.login(&json!({ "email": "ann@work.example", "password": "right" })).await?;

    // The application's side: there is no token to store, only the user's name to show.
    let mut states = projects.session().watch();
    let ui = tokio::spawn(async move {
        while let Some(SignedIn(login)) = states.next().await {
            println!("signed in as {:?}", login.subject());
        }
        println!("no user is signed in, and the login form is shown");
    });

    flow.expire();
    let (one, two, three) = tokio::try_join!(projects.project(1), projects.project(2), projects.project(3))?;
    println!("{one}, {two}, {three}, after {} refresh", flow.refreshes());

    flow.revoke();
    println!("{}", projects.project(4).await.unwrap_err());
    Ok(ui.await?)
}
