//! An idempotency key in a header with another meaning.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[post("/users", idempotent = "Content-Type")]
    async fn create(&self) -> Result<String>;
}

fn main() {}
