//! A boxed error as an error type.

use sdk_runtime::{Result, api_client};

#[derive(serde::Serialize, serde::Deserialize)]
pub struct User {
    name: String,
}

#[api_client(auth = none)]
pub trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<Vec<User>, Box<dyn std::error::Error>>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let users = UsersClient::new(std::env::var("SERVER")?)?;
    users.users().await?;
    Ok(())
}
