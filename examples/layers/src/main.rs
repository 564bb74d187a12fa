//! What can stand between a client and its transport: one recipe in each file, which asserts what it shows.
//!
//! ```console
//! $ cargo run -p layers_example
//! ```

mod certificate;
mod limit;
mod rate;
mod request_id;
mod trace_context;
mod trace_log;

use std::error::Error;

use sdk_runtime::{Result, api_client, oauth};
use sdk_testkit::{Reply, TokenServer};
use serde::Serialize;

#[derive(Serialize)]
struct Credentials {
    username: String,
    password: String,
}

#[api_client]
trait Tracker {
    #[post("/auth/login")]
    #[session(start)]
    async fn login(&self, #[json] credentials: &Credentials) -> Result<oauth::TokenAnswer>;

    #[post("/auth/refresh")]
    #[session(refresh)]
    async fn refresh(&self, #[json] request: oauth::RefreshRequest) -> Result<oauth::TokenAnswer>;

    #[get("/issues/{id}")]
    async fn issue(&self, id: u64) -> Result<String>;
}

/// A server that answers each call with the number of its issue.
fn server() -> TokenServer {
    TokenServer::new().guard(
        "GET",
        "/issues/{id}",
        |request, _| async move { Reply::text(request.param("id")) },
    )
}

fn ann() -> Credentials {
    Credentials { username: "ann".to_owned(), password: "right".to_owned() }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn Error>> {
    limit::run().await?;
    rate::run().await?;
    request_id::run().await?;
    trace_log::run().await?;
    trace_context::run().await?;
    certificate::run().await?;
    println!("ok: six recipes of layers and transports");
    Ok(())
}
