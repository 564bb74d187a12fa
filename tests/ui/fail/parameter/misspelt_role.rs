//! A misspelt role.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[queyr] q: &str) -> Result<String>;
}

fn main() {}
