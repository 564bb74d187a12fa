//! A borrowed path as a part.

use sdk_runtime::{Result, api_client};

use std::path::Path;

#[api_client(auth = none)]
pub trait Users {
    #[post("/users")]
    async fn users(&self, #[part] image: &Path) -> Result<()>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let users = UsersClient::new(std::env::var("SERVER")?)?;
    users.users(Path::new("image.png")).await?;
    Ok(())
}
