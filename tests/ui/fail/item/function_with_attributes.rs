//! `#[api_client]` on a function.

use sdk_runtime::{Result, api_client};

#[api_client]
#[get("/users/{id}")]
async fn user(#[path] id: u64, #[query("p")] page: u32) -> Result<String> {
    todo!()
}

#[tokio::main]
async fn main() -> Result<()> {
    println!("{}", user(1, 2).await?);
    Ok(())
}
