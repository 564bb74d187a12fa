//! A media type without a slash.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[post("/users")]
    async fn create(&self, #[json("json")] user: &str) -> Result<()>;
}

fn main() {}
