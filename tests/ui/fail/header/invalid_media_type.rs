//! A header with a media type without a slash.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[post("/users", headers("Content-Type" = "hello, world!"))]
    async fn create(&self, #[body] user: String) -> Result<()>;
}

fn main() {}
