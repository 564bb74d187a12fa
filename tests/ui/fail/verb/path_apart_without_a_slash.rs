//! The path in an attribute of its own, without a slash at its start.
//!
//! Sends: GET /users/7

use sdk_runtime::{Result, api_client};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
pub struct User {
    name: String,
}

#[api_client(auth = none)]
pub trait Users {
    #[get]
    #[path("users/{id}")]
    async fn users(&self, id: u64) -> Result<User>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let users = UsersClient::new(std::env::var("SERVER")?)?;
    let found = users.users(7).await?;
    println!("{found:?}");
    Ok(())
}
