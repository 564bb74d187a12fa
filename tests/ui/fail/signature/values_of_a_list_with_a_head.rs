//! A list with its head, of values that cannot be decoded.

use sdk_runtime::{Response, Result, api_client};

pub struct Plain;

#[api_client(auth = none)]
pub trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<Response<Vec<Plain>>>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let users = UsersClient::new(std::env::var("SERVER")?)?;
    users.users().await?;
    Ok(())
}
