//! A header of the trait with a media type without a slash.

use sdk_runtime::{Result, api_client};

#[api_client(headers("content-type" = "json"))]
pub trait Users {
    #[post("/users")]
    async fn create(&self, #[body] user: String) -> Result<()>;
}

fn main() {}
