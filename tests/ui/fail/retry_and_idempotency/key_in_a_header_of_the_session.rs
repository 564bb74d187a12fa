//! An idempotency key in the header of the credential.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[post("/users", idempotent = "authorization")]
    async fn create(&self) -> Result<String>;
}

fn main() {}
