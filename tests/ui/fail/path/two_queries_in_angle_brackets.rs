//! Two parameters of the query as Rocket writes them, next to a fixed pair.
//!
//! Sends: GET /users?kind=admin&page=7&limit=20

use sdk_runtime::{Result, api_client};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
pub struct User {
    name: String,
}

#[api_client(auth = none)]
pub trait Users {
    #[get("/users?kind=admin&<page>&<limit>")]
    async fn users(&self, page: u32, limit: Option<u32>) -> Result<User>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let users = UsersClient::new(std::env::var("SERVER")?)?;
    let user = users.users(7, Some(20)).await?;
    println!("{user:?}");
    Ok(())
}
