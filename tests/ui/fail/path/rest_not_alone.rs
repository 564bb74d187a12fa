//! `{*rest}` in a segment with other text.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[get("/files/v{*path}")]
    async fn user(&self, path: &str) -> Result<String>;
}

fn main() {}
