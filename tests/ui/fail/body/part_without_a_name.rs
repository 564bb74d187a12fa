//! A part with an empty name.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[post("/users")]
    async fn create(&self, #[part("")] file: &str) -> Result<()>;
}

fn main() {}
