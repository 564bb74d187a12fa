//! The rest of a path as RFC 6570 writes it.
//!
//! Sends: GET /files/a/b

use sdk_runtime::{Result, api_client};

#[derive(serde::Serialize, serde::Deserialize)]
pub struct User {
    name: String,
}

#[api_client(auth = none)]
pub trait Users {
    #[get("/files/{+rest}")]
    async fn user(&self, rest: &str) -> Result<User>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let users = UsersClient::new(std::env::var("SERVER")?)?;
    println!("{}", users.user("a/b").await?.name);
    Ok(())
}
