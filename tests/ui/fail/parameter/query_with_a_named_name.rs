//! A name with its name.
//!
//! Sends: GET /users?q=a

use sdk_runtime::{Result, api_client};

#[derive(serde::Serialize, serde::Deserialize)]
pub struct User {
    name: String,
}

#[api_client(auth = none)]
pub trait Users {
    #[get("/users")]
    async fn user(&self, #[query(name = "q")] text: &str) -> Result<User>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let users = UsersClient::new(std::env::var("SERVER")?)?;
    println!("{}", users.user("a").await?.name);
    Ok(())
}
