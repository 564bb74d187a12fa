//! A status for `retry_if`.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/user", retry_if = 409)]
    async fn user(&self) -> Result<()>;
}

fn main() {}
