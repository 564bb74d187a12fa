//! `#[api_client]` on an `impl` with endpoints.

use sdk_runtime::{Result, api_client};

pub struct Users;

#[api_client(base = "/v1")]
impl Users {
    #[get("/users/{id}")]
    pub async fn user(&self, id: u64) -> Result<String>;

    #[get("/users")]
    pub async fn users(&self, #[query] page: u32) -> Result<Vec<String>>;
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let users = UsersClient::new("https://api.example.com")?;
    println!("{} {:?}", users.user(7).await?, users.users(1).await?);
    println!("{}", Users.user(7).await?);
    Ok(())
}
