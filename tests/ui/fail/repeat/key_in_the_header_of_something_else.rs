//! A key in a header that means something else.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[post("/users", idempotent = "Content-Type")]
    async fn create(&self) -> Result<String>;
}

fn main() {}
