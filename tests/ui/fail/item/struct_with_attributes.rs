//! `#[api_client]` on a struct, with attributes on its fields.

use sdk_runtime::{Result, api_client};

#[api_client(base = "/v1")]
pub struct Users {
    #[get("/users/{id}")]
    user: u64,
    #[header("x-key")]
    key: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let users = Users { user: 7, key: String::new() };
    println!("{} {}", users.user, users.key);
    println!("{}", UsersClient::new("https://api.example.com")?.user(7).await?);
    Ok(())
}
