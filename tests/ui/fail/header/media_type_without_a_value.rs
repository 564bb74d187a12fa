//! The value of a parameter is forgotten.

use sdk_runtime::{Bytes, Result, api_client};

#[api_client]
pub trait Files {
    #[put("/files/{name}", headers("content-type" = "text/plain; charset"))]
    async fn put(&self, name: &str, #[body] text: Bytes) -> Result<()>;
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let files = FilesClient::new("https://files.example")?;
    files.put("a", Bytes::new()).await?;
    let _: Bytes = Bytes::new();
    Ok(())
}
