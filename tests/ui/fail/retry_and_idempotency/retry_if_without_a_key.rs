//! A rule for a request that is never retried.

use sdk_runtime::{Result, api_client};

fn is_retried(failed: &sdk_runtime::client::FailedAttempt<'_>) -> bool {
    failed.is_transient()
}

#[api_client]
pub trait Users {
    #[post("/user", retry_if = is_retried)]
    async fn user(&self) -> Result<()>;
}

fn main() {}
