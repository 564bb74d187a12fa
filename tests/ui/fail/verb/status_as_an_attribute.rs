//! NestJS has `@HttpCode`.

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
    #[post("/users", timeout = 3s)]
    #[http_code(201)]
    async fn create(&self, #[json] user: &NewUser) -> Result<User>;

    #[delete("/users/{id}")]
    async fn remove(&self, id: u64) -> Result<()>;
}

pub async fn run() -> Result<()> {
    let users = UsersClient::new("https://users.example")?;
    println!("{}", users.create(&NewUser { name: "Ada".into() }).await?.id);
    users.remove(7).await
}

fn main() {}
