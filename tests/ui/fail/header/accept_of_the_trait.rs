//! A common name in the headers of the trait.

use sdk_runtime::{Bytes, Result, api_client};

#[api_client(headers("accept" = "json"))]
pub trait Files {
    #[put("/files/{name}")]
    async fn put(&self, name: &str, #[body] text: Bytes) -> Result<()>;
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let files = FilesClient::new("https://files.example")?;
    files.put("a", Bytes::new()).await?;
    let _: Bytes = Bytes::new();
    Ok(())
}
