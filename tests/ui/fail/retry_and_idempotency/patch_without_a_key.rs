//! Retries of a PATCH without an idempotency key.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[patch("/users", retry = 3)]
    async fn update(&self, #[json] name: &str) -> Result<()>;
}

fn main() {}
