//! A media type with its name, by a constant.

use sdk_runtime::{Result, api_client};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
pub struct User {
    name: String,
}

#[api_client(base = "/users")]
pub trait Users {
    #[post("/")]
    async fn add(&self, #[json(media_type = mime::APPLICATION_JSON)] user: &User) -> Result<User>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let users = UsersClient::builder("https://users.example").bearer("key").build()?;
    println!("{:?}", users.add(&User { name: "Ann".to_owned() }).await?);
    Ok(())
}
