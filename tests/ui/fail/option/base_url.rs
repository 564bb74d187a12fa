//! The address of the server behind `base_url`.
//!
//! Sends: GET /v1/users

use sdk_runtime::{Result, api_client};

#[derive(serde::Serialize, serde::Deserialize)]
pub struct User {
    name: String,
}

#[api_client(base_url = "https://api.example/v1", auth = none)]
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
