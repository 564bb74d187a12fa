//! A header of the trait in the place of the idempotency key's.

use sdk_runtime::{Result, api_client};

#[api_client(headers("Idempotency-Key" = "1"))]
pub trait Users {
    #[post("/users", idempotent)]
    async fn create(&self) -> Result<String>;
}

fn main() {}
