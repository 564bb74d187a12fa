//! All parameters of the query as Rocket writes them.
//!
//! Sends: GET /users?kind=admin

use sdk_runtime::{Result, api_client};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
pub struct User {
    name: String,
}

#[api_client(auth = none)]
pub trait Users {
    #[get("/users?<filter..>")]
    async fn users(&self, filter: &[(&str, &str)]) -> Result<User>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let users = UsersClient::new(std::env::var("SERVER")?)?;
    let user = users.users(&[("kind", "admin")]).await?;
    println!("{user:?}");
    Ok(())
}
