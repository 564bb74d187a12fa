//! A vector of values that cannot be encoded.

use sdk_runtime::{Result, api_client};

pub struct Plain;

#[api_client(auth = none)]
pub trait Users {
    #[post("/users")]
    async fn users(&self, #[json] users: Vec<Plain>) -> Result<()>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let users = UsersClient::new(std::env::var("SERVER")?)?;
    users.users(vec![Plain]).await?;
    Ok(())
}
