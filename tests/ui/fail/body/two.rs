//! A request has one body.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[post("/users")]
    async fn create(&self, #[json] user: &str, #[json] extra: &str) -> Result<()>;
}

fn main() {}
