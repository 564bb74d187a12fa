//! A media type with the name `type`.

use sdk_runtime::{Result, api_client};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
pub struct User {
    name: String,
}

#[api_client(base = "/users")]
pub trait Users {
    #[patch("/{id}")]
    async fn change(&self, id: u64, #[json(type = "application/vnd.user+json")] user: &User) -> Result<User>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let users = UsersClient::builder("https://users.example").bearer("key").build()?;
    let user = User { name: "Ann".to_owned() };
    println!("{:?}", users.change(7, &user).await?);
    Ok(())
}
