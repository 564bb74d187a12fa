//! A struct with the name of the client.

use sdk_runtime::{Result, api_client};

/// Counts users.
pub struct UsersClient {
    count: u64,
}

impl UsersClient {
    fn count(&self) -> u64 {
        self.count
    }
}

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
    println!("{}", UsersClient { count: 1 }.count());
    greet(&Fake).await
}
