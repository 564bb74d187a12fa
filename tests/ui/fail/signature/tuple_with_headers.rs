//! A handler returns the value with headers.

use sdk_runtime::http::{HeaderMap, StatusCode};
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
    #[get("/users/{id}")]
    async fn user(&self, id: u64) -> Result<(StatusCode, HeaderMap, User)>;

    #[delete("/users/{id}")]
    async fn remove(&self, id: u64) -> Result<()>;
}

pub async fn run() -> Result<()> {
    let users = UsersClient::new("https://users.example")?;
    
    users.remove(7).await
}

fn main() {}
