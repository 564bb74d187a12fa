//! A request has one body.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[post("/users")]
    async fn create(&self, #[json] user: &str, #[form] extra: &[(&str, &str)]) -> Result<()>;
}

fn main() {}
