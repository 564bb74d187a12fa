//! An idempotency key for a sign-out, which is not retried.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[post("/logout", idempotent)]
    #[session(end)]
    async fn logout(&self) -> Result<String>;
}

fn main() {}
