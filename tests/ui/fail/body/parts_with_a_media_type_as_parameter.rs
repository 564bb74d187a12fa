//! Parts under a media type of the caller's.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[post("/files")]
    async fn upload(&self, #[part] file: String, #[header] content_type: &str) -> Result<()>;
}

fn main() {}
