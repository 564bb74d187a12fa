//! A rule of signing in quotes, as an attribute.
//!
//! Sends: GET /users

use sdk_runtime::{Result, api_client};

#[derive(serde::Serialize, serde::Deserialize)]
pub struct User {
    name: String,
}

#[api_client]
pub trait Users {
    #[get("/users")]
    #[auth = "none"]
    async fn user(&self) -> Result<User>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let users = UsersClient::new(std::env::var("SERVER")?)?;
    println!("{}", users.user().await?.name);
    Ok(())
}
