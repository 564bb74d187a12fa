//! A header of the trait that sets the media type of parts.

use sdk_runtime::{Result, api_client};

#[api_client(headers("content-type" = "application/json"))]
pub trait Users {
    #[post("/files")]
    async fn upload(&self, #[part] file: String) -> Result<()>;
}

fn main() {}
