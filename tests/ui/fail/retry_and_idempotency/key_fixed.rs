//! A fixed value in the header of the idempotency key.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[post("/users", idempotent, headers("Idempotency-Key" = "1"))]
    async fn create(&self) -> Result<String>;
}

fn main() {}
