//! A query as an attribute of the method.
//!
//! Sends: GET /users?q=Ada

use sdk_runtime::{Result, api_client};

#[derive(serde::Serialize, serde::Deserialize)]
pub struct User {
    name: String,
}

#[api_client(auth = none)]
pub trait Users {
    #[get("/users")]
    #[query("q")]
    async fn user(&self, text: &str) -> Result<User>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let users = UsersClient::new(std::env::var("SERVER")?)?;
    println!("{}", users.user("Ada").await?.name);
    Ok(())
}
