//! Two parameters of the query in braces.
//!
//! Sends: GET /users?page=7&limit=20

use sdk_runtime::{Result, api_client};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
pub struct User {
    name: String,
}

#[api_client(auth = none)]
pub trait Users {
    #[get("/users?page={page}&limit={limit}")]
    async fn users(&self, page: u32, limit: u32) -> Result<User>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let users = UsersClient::new(std::env::var("SERVER")?)?;
    let user = users.users(7, 20).await?;
    println!("{user:?}");
    Ok(())
}
