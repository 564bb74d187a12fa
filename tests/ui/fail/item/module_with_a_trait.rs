//! `#[api_client]` on the module around a trait.

use sdk_runtime::api_client;

#[api_client(base = "/v1")]
pub mod users {
    use sdk_runtime::Result;

    pub trait Users {
        #[get("/users/{id}")]
        async fn user(&self, id: u64) -> Result<String>;
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let users = users::UsersClient::new("https://api.example.com")?;
    println!("{}", users.user(7).await?);
    Ok(())
}
