//! A list is not the rest of a path either.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/files/{*path}")]
    async fn user(&self, path: &[&str]) -> Result<String>;
}

fn main() {}
