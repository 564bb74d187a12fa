//! An unknown option of `#[part]`.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[post("/users")]
    async fn create(&self, #[part("file", name = "a.txt")] file: &str) -> Result<()>;
}

fn main() {}
