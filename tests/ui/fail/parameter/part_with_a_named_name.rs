//! The name of a part with its name.
//!
//! Sends: POST /users

use sdk_runtime::{Result, api_client};

#[derive(serde::Serialize, serde::Deserialize)]
pub struct User {
    name: String,
}

#[api_client(auth = none)]
pub trait Users {
    #[post("/users")]
    async fn user(&self, #[part(name = "image")] file: Vec<u8>) -> Result<User>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let users = UsersClient::new(std::env::var("SERVER")?)?;
    println!("{}", users.user(vec![1]).await?.name);
    Ok(())
}
