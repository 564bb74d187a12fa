//! A deadline of the call is a parameter, as in Go.

use sdk_runtime::{Result, api_client};
use serde::{Deserialize, Serialize};
use std::time::Duration;

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
    #[get("/users/{id}")]
    async fn find(&self, id: u64, deadline: Duration) -> Result<User>;

    #[delete("/users/{id}")]
    async fn remove(&self, id: u64) -> Result<()>;
}

pub async fn run() -> Result<()> {
    let users = UsersClient::new("https://users.example")?;
    println!("{}", users.find(7, Duration::from_secs(3)).await?.name);
    users.remove(7).await
}

fn main() {}
