//! A GET has no body, in parts or whole.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/users")]
    async fn users(&self, #[part] caption: &str, #[part] other: &str) -> Result<()>;
}

fn main() {}
