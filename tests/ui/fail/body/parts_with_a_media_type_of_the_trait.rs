//! Parts under the media type of the other endpoints.

use sdk_runtime::{Result, api_client};

#[api_client(headers("content-type" = "application/json"))]
pub trait Users {
    #[post("/files")]
    async fn upload(&self, #[part] file: String) -> Result<()>;
}

fn main() {}
