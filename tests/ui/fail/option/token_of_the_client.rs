//! A token stands in the declaration.

use sdk_runtime::{Result, api_client};
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize)]
pub struct User {
    pub id: u64,
    pub name: String,
}

#[derive(Serialize)]
pub struct NewUser {
    pub name: String,
}

#[api_client]
pub trait Users {
    #[get("/users/{id}", bearer_auth = "token")]
    async fn user(&self, id: u64) -> Result<User>;

    #[delete("/users/{id}")]
    async fn remove(&self, id: u64) -> Result<()>;
}

pub async fn run() -> Result<()> {
    let users = UsersClient::new("https://users.example")?;
    println!("{}", users.user(7).await?.name);
    users.remove(7).await
}

fn main() {}
