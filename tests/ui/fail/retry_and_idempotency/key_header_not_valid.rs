//! An invalid header for the idempotency key.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[post("/users", idempotent = "request id")]
    async fn create(&self) -> Result<String>;
}

fn main() {}
