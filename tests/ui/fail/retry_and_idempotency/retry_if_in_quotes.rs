//! The function of `retry_if` in quotes.

use sdk_runtime::{Result, api_client};

fn is_retried(failed: &sdk_runtime::client::FailedAttempt<'_>) -> bool {
    failed.is_transient()
}

#[api_client]
pub trait Users {
    #[get("/user", retry_if = "is_retried")]
    async fn user(&self) -> Result<()>;
}

fn main() {}
