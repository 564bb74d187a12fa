//! The query as axum extracts it.
//!
//! Sends: GET /users?name=Ada

use sdk_runtime::{Result, api_client};

#[derive(serde::Serialize, serde::Deserialize)]
pub struct User {
    name: String,
}

#[api_client(auth = none)]
pub trait Users {
    #[get("/users")]
    async fn user(&self, Query(user): Query<User>) -> Result<User>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let users = UsersClient::new(std::env::var("SERVER")?)?;
    println!("{}", users.user(&User { name: "Ada".into() }).await?.name);
    Ok(())
}
