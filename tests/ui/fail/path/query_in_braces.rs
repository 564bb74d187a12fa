//! A parameter of the query in braces, without its name.
//!
//! Sends: GET /users?page=7

use sdk_runtime::{Result, api_client};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
pub struct User {
    name: String,
}

#[api_client(auth = none)]
pub trait Users {
    #[get("/users?{page}")]
    async fn users(&self, #[query] page: u32) -> Result<User>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let users = UsersClient::new(std::env::var("SERVER")?)?;
    let user = users.users(7).await?;
    println!("{user:?}");
    Ok(())
}
