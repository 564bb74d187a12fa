//! A reference without `Display` as a path argument.

use sdk_runtime::{Result, api_client};

pub struct Secret;

#[api_client]
pub trait Users {
    #[get("/files/{*path}")]
    async fn file(&self, path: &Secret) -> Result<String>;
}

fn main() {}
