//! Endpoints are methods, whatever else they take.

use sdk_runtime::{Result, api_client};

#[api_client]
pub trait Shop {
    #[get("/products/{sku}")]
    async fn product(sku: &str) -> Result<String>;
}

fn main() {}
