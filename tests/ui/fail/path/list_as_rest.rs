//! A list as the rest of a path.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/files/{*path}")]
    async fn user(&self, path: &[&str]) -> Result<String>;
}

fn main() {}
