//! An optional value that cannot be encoded.

use sdk_runtime::{Result, api_client};

pub struct Plain;

#[api_client(auth = none)]
pub trait Users {
    #[put("/users")]
    async fn users(&self, #[json] user: Option<&Plain>) -> Result<()>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let users = UsersClient::new(std::env::var("SERVER")?)?;
    users.users(Some(&Plain)).await?;
    Ok(())
}
