//! A placeholder and a parameter of the query, both as Rocket writes them.
//!
//! Sends: GET /users/7?page=2

use sdk_runtime::{Result, api_client};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
pub struct User {
    name: String,
}

#[api_client(auth = none)]
pub trait Users {
    #[get("/users/<id>?<page>")]
    async fn users(&self, id: u64, page: u32) -> Result<User>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let users = UsersClient::new(std::env::var("SERVER")?)?;
    let found = users.users(7, 2).await?;
    println!("{found:?}");
    Ok(())
}
