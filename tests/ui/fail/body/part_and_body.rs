//! A body is made of parts or given whole.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[post("/users")]
    async fn create(&self, #[part] caption: &str, #[body] whole: String) -> Result<()>;
}

fn main() {}
