//! Scopes in one text, as OAuth has them.

use sdk_runtime::{Result, api_client};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
pub struct User {
    name: String,
}

#[api_client]
pub trait Users {
    #[get("/users", auth = scopes("users:read users:export"))]
    async fn users(&self) -> Result<Vec<User>>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let users = UsersClient::new(std::env::var("SERVER")?)?;
    let found = users.users().await?;
    println!("{found:?}");
    Ok(())
}
