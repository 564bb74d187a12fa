//! An alias with the name of the client.

use sdk_runtime::{Result, api_client};

pub type UsersClient = Vec<u64>;

#[api_client(base = "/users")]
pub trait Users {
    #[get("/{id}")]
    async fn name(&self, id: u64) -> Result<String>;
}

async fn greet(users: &impl Users) -> Result<()> {
    println!("{}", users.name(7).await?);
    Ok(())
}

struct Fake;

impl Users for Fake {
    async fn name(&self, _: u64) -> Result<String> {
        Ok("Ann".to_owned())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    println!("{}", UsersClient::from([1]).len());
    greet(&Fake).await
}
