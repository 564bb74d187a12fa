//! A `Result` of the program, whose error is a text.

use sdk_runtime::api_client;

pub type Result<T, E = String> = std::result::Result<T, E>;

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
