//! Both attributes as JAX-RS has them.
//!
//! Sends: GET /users/7/friends

use sdk_runtime::{Result, api_client};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
pub struct User {
    name: String,
}

#[api_client(auth = none)]
pub trait Users {
    #[GET]
    #[Path("/users/{id}/friends")]
    async fn users(&self, id: u64, #[query] kind: Option<&str>) -> Result<User>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let users = UsersClient::new(std::env::var("SERVER")?)?;
    let user = users.users(7, None).await?;
    println!("{user:?}");
    Ok(())
}
