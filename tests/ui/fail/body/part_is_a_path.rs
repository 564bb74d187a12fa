//! A path of a file as a part.

use sdk_runtime::{Result, api_client};

use std::path::PathBuf;

#[api_client(auth = none)]
pub trait Users {
    #[post("/users")]
    async fn users(&self, #[part] image: PathBuf) -> Result<()>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let users = UsersClient::new(std::env::var("SERVER")?)?;
    users.users(PathBuf::from("image.png")).await?;
    Ok(())
}
