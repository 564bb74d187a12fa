//! A header that sets the media type of parts.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Users {
    #[post("/files", headers("content-type" = "multipart/form-data"))]
    async fn upload(&self, #[part] file: String) -> Result<()>;
}

fn main() {}
