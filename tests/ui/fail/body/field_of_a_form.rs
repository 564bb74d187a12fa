//! A field of a form.

use sdk_runtime::{Result, api_client};

#[api_client(auth = none)]
pub trait Users {
    #[post("/users")]
    async fn users(&self, #[form("name")] name: &str) -> Result<()>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let users = UsersClient::new(std::env::var("SERVER")?)?;
    users.users("Ada").await?;
    Ok(())
}
