//! The `Result` of another module.

use sdk_runtime::api_client;

#[api_client(auth = none)]
pub trait Users {
    #[get("/users")]
    async fn users(&self) -> std::io::Result<String>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let users = UsersClient::new(std::env::var("SERVER")?)?;
    users.users().await?;
    Ok(())
}
