//! The header of the idempotency key without quotes.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[post("/users", idempotent = request_id)]
    async fn create(&self) -> Result<String>;
}

fn main() {}
