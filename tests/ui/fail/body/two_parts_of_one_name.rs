//! Two parts of one name.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[post("/users")]
    async fn create(&self, #[part] file: &str, #[part("file")] picture: &str) -> Result<()>;
}

fn main() {}
