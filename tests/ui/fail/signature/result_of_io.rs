//! The `Result` of `std::io`.

use sdk_runtime::api_client;

use std::io::Result;

#[api_client(base = "/objects")]
pub trait Objects {
    #[get("/sizes/{*key}")]
    async fn size(&self, key: &str) -> Result<u64>;
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let objects = ObjectsClient::builder("https://objects.example").bearer("key").build()?;
    println!("{}", objects.size("a/b").await.map_err(|error| error.to_string())?);
    Ok(())
}
