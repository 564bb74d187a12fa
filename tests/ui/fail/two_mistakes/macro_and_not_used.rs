//! A macro in the trait that makes an endpoint, and a parameter without a role.

use sdk_runtime::{Result, api_client};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub struct User {
    pub id: u64,
}

macro_rules! list {
    ($name:ident, $path:literal) => {
        #[get($path)]
        async fn $name(&self) -> Result<Vec<User>>;
    };
}

#[api_client]
pub trait Users {
    list!(users, "/users");

    #[get("/search")]
    async fn search(&self, name: &str) -> Result<Vec<User>>;
}

#[tokio::main]
async fn main() -> Result<()> {
    let api = UsersClient::new("https://api.example.com")?;
    println!("{:?} {:?}", api.users().await?, api.search("Ada").await?);
    Ok(())
}
