//! The header of the key has one value for all calls.

use sdk_runtime::{Result, api_client};

#[api_client(headers("Idempotency-Key" = "1"))]
pub trait Users {
    #[post("/users", idempotent)]
    async fn create(&self) -> Result<String>;
}

fn main() {}
