//! A text as the answer to a sign-in.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[post("/login")]
    #[session(start)]
    async fn sign_in(&self, #[json] name: &str) -> Result<String>;

    #[get("/users")]
    async fn users(&self) -> Result<String>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let users = UsersClient::new(std::env::var("SERVER")?)?;
    let _ = users.users().await?;
    Ok(())
}
