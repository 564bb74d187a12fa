//! A file as a part.

use sdk_runtime::{Result, api_client};

use std::fs::File;

#[api_client(auth = none)]
pub trait Users {
    #[post("/users")]
    async fn users(&self, #[part] image: File) -> Result<()>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let users = UsersClient::new(std::env::var("SERVER")?)?;
    users.users(File::open("image.png")?).await?;
    Ok(())
}
