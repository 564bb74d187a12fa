//! A parameter for the header of the idempotency key.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[post("/users", idempotent)]
    async fn create(&self, #[header] idempotency_key: &str) -> Result<String>;
}

fn main() {}
