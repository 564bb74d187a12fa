//! The parameters of a search without a role.
//!
//! Sends: GET /users?name=Ada

use sdk_runtime::{Result, api_client};

#[derive(serde::Serialize)]
pub struct UserFilter {
    name: &'static str,
}

#[derive(serde::Serialize, serde::Deserialize)]
pub struct User {
    name: String,
}

#[api_client(auth = none)]
pub trait Users {
    #[get("/users")]
    async fn user(&self, filter: &UserFilter) -> Result<User>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let users = UsersClient::new(std::env::var("SERVER")?)?;
    println!("{}", users.user(&UserFilter { name: "Ada" }).await?.name);
    Ok(())
}
