//! A role in a composite.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self) -> Result<String>;

    async fn named(&self, #[query] name: &str) -> Result<bool> {
        Ok(self.users().await?.contains(name))
    }
}

fn main() {}
