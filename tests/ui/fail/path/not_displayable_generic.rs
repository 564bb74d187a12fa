//! A type parameter without the bound `Display` as a path argument.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Shop {
    #[get("/products/{id}")]
    async fn product<T: Send + Sync>(&self, id: T) -> Result<String>;
}

fn main() {}
