//! A key from a constant, for all endpoints.
//!
//! Sends: GET /users

use sdk_runtime::{Result, api_client};

const KEY: &str = "abc";

#[derive(serde::Serialize, serde::Deserialize)]
pub struct User {
    name: String,
}

#[api_client(auth = none, headers("x-api-key" = KEY))]
pub trait Users {
    #[get("/users")]
    async fn user(&self) -> Result<User>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let users = UsersClient::new(std::env::var("SERVER")?)?;
    println!("{}", users.user().await?.name);
    Ok(())
}
