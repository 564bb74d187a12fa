//! An extractor as the type of a parameter.
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
    async fn user(&self, user: Json<User>) -> Result<User>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let users = UsersClient::new(std::env::var("SERVER")?)?;
    println!("{}", users.user(&User { name: "Ada".into() }).await?.name);
    Ok(())
}
