//! A header is named by a constant of `http`.

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
    async fn find(&self, id: u64, #[header(http::header::IF_NONE_MATCH)] tag: &str) -> Result<User>;

    #[delete("/users/{id}")]
    async fn remove(&self, id: u64) -> Result<()>;
}

pub async fn run() -> Result<()> {
    let users = UsersClient::new("https://users.example")?;
    println!("{}", users.find(7, "abc").await?.name);
    users.remove(7).await
}

fn main() {}
