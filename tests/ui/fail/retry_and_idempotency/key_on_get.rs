//! An idempotency key for a GET, which changes nothing.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users", idempotent)]
    async fn users(&self) -> Result<String>;
}

fn main() {}
