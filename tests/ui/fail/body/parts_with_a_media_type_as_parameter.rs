//! A parameter that sets the media type of parts.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[post("/files")]
    async fn upload(&self, #[part] file: String, #[header] content_type: &str) -> Result<()>;
}

fn main() {}
