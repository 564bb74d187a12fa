//! `Result` without its import, and a parameter without a role.

use sdk_runtime::api_client;

#[api_client]
pub trait Users {
    #[get("/users/{id}")]
    async fn user(&self, id: u64) -> Result<String>;

    #[get("/users")]
    async fn users(&self, page: u32) -> Result<Vec<String>>;
}

#[tokio::main]
async fn main() -> sdk_runtime::Result<()> {
    let users = UsersClient::new("https://api.example.com")?;
    println!("{} {}", users.user(7).await?, users.users(1).await?.len());
    Ok(())
}
