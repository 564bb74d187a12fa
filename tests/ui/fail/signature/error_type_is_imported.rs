//! An imported error as an error type.

use sdk_runtime::{Result, api_client};

use std::io;

#[api_client(auth = none)]
pub trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<String, io::Error>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let users = UsersClient::new(std::env::var("SERVER")?)?;
    users.users().await?;
    Ok(())
}
