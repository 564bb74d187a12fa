//! A media type in parentheses of its own.

use sdk_runtime::{Result, api_client};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
pub struct User {
    name: String,
}

#[api_client(base = "/users")]
pub trait Users {
    #[patch("/{id}")]
    async fn change(&self, id: u64, #[body(content_type("csv"))] user: String) -> Result<User>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let users = UsersClient::builder("https://users.example").bearer("key").build()?;
    let user = User { name: "Ann".to_owned() };
    println!("{:?}", users.change(7, user.name).await?);
    Ok(())
}
