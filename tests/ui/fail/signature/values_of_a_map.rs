//! A map with values that cannot be decoded.

use sdk_runtime::{Result, api_client};

use std::collections::HashMap;

pub struct Plain;

#[api_client(auth = none)]
pub trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<HashMap<String, Plain>>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let users = UsersClient::new(std::env::var("SERVER")?)?;
    users.users().await?;
    Ok(())
}
