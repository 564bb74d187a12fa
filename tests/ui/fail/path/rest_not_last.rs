//! `{*rest}` before the last segment.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/files/{*path}/meta")]
    async fn user(&self, path: &str) -> Result<String>;
}

fn main() {}
