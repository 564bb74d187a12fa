//! The value of a parameter is forgotten.

use sdk_runtime::{Bytes, Result, api_client};

#[api_client]
pub trait Files {
    #[put("/files/{name}")]
    async fn put(&self, name: &str, #[body("text/plain; charset")] text: &str) -> Result<()>;
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let files = FilesClient::new("https://files.example")?;
    files.put("a", "x").await?;
    let _: Bytes = Bytes::new();
    Ok(())
}
