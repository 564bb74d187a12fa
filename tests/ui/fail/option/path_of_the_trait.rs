//! The base in an attribute `#[path]` of the trait, as JAX-RS has it.
//!
//! Sends: GET /v1/users

use sdk_runtime::{Result, api_client};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
pub struct User {
    name: String,
}

#[api_client(auth = none)]
#[path("/v1")]
pub trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<User>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let users = UsersClient::new(std::env::var("SERVER")?)?;
    let user = users.users().await?;
    println!("{user:?}");
    Ok(())
}
